// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The system calls that a worker may make. Every other ends the process (SIGSYS).

#include "base/result.hpp"

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace sekisho::jail {

/// What a worker may do besides computing. A rasteriser may also read the fonts that its zygote
/// leaves in its root, and start threads.
enum class Kind : std::uint8_t { Worker, Rasteriser };

class Filter {
 public:
  /// Compiles the list; takes some hundred microseconds, so once per zygote.
  [[nodiscard]] static Result<Filter> of(Kind kind);
  /// Confines the calling process for good; wants no_new_privs.
  [[nodiscard]] Result<> load() const;
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Filter(Kind kind, std::vector<sock_filter> program) : kind_{kind}, program_{std::move(program)} {}
  Kind kind_;
  std::vector<sock_filter> program_;
};

}  // namespace sekisho::jail
