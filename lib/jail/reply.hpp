// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// An answer while it comes in: lengths are checked against bounds, bytes are counted, nothing is
/// looked into.

#include "base/unique_fd.hpp"
#include "jail/pool.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sekisho::jail {

class Reply {
 public:
  struct Most {
    std::uint32_t text = 0;
    std::uint64_t body = 0;
  };
  struct Ends;
  /// The reading end is non-blocking.
  [[nodiscard]] static Result<Ends> open(Most most);
  Reply(UniqueFd fd, Most most) : fd_{std::move(fd)}, most_{most} {}

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// All that is there now.
  void read_on();
  /// The other end is closed, or nothing more is wanted.
  [[nodiscard]] bool is_closed() const { return closed_ || failure_.has_value(); }
  /// It broke the frame, or its bounds: more is not read.
  [[nodiscard]] bool is_wrong() const { return failure_.has_value(); }
  void out_of_time();
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  /// Of a worker that ended well.
  [[nodiscard]] Outcome take() &&;

 private:
  /// False when there is nothing to read now.
  bool read_piece();
  bool read_text(std::string& into, std::size_t size);
  bool read_body();
  bool expect_end();
  bool took(ssize_t got);
  void begin();
  void fail_with(Failure::Why why, std::string detail);

  UniqueFd fd_;
  Most most_;
  std::string head_;
  std::optional<Lengths> lengths_;
  std::string text_;
  std::optional<Unsealed> body_;
  bool closed_ = false;
  std::optional<Failure> failure_;
};

struct Reply::Ends {
  std::unique_ptr<Reply> reading;
  UniqueFd writing_end;
};

}  // namespace sekisho::jail
