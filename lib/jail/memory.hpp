// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Content as it travels between processes: memory that nobody can change any more. Knows nothing
/// of what is in it.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstdint>
#include <string_view>

namespace sekisho::jail {

/// A read-only view of memory behind a descriptor, as long as it lives.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const void* start, std::size_t size) : start_{start}, size_{size} {}
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] ByteView bytes() const { return {static_cast<const std::uint8_t*>(start_), size_}; }

 private:
  const void* start_ = nullptr;
  std::size_t size_ = 0;
};

/// A sealed memfd: content and size stay as they are (F_SEAL_WRITE, SHRINK, GROW, SEAL).
class Sealed {
 public:
  [[nodiscard]] static Result<Sealed> copy_of(std::string_view bytes);
  /// The rest of a file, from where it is read. Fails above `most` bytes, which is told apart by
  /// `too_large`.
  struct NotTaken {
    bool too_large = false;
    Error error;
  };
  [[nodiscard]] static tl::expected<Sealed, NotTaken> rest_of(int fd, std::uint64_t most);
  /// One that another process made; fails where it is not sealed.
  [[nodiscard]] static Result<Sealed> adopt(UniqueFd fd);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Result<Mapping> map() const;

 private:
  friend class Unsealed;
  Sealed(UniqueFd fd, std::uint64_t size) : fd_{std::move(fd)}, size_{size} {}

  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

/// Memory of a known size that is being filled, in order.
class Unsealed {
 public:
  [[nodiscard]] static Result<Unsealed> of_size(std::uint64_t size);
  Unsealed(Unsealed&& other) noexcept;
  Unsealed& operator=(Unsealed&&) = delete;
  Unsealed(const Unsealed&) = delete;
  Unsealed& operator=(const Unsealed&) = delete;
  ~Unsealed();

  [[nodiscard]] std::uint64_t missing() const { return size_ - filled_; }
  /// Reads at most what is missing; as read(2), with its errno.
  [[nodiscard]] ssize_t read_from(int fd);
  /// When nothing is missing.
  [[nodiscard]] Result<Sealed> seal() &&;

 private:
  Unsealed(UniqueFd fd, void* start, std::uint64_t size)
      : fd_{std::move(fd)}, start_{start}, size_{size} {}
  void unmap();

  UniqueFd fd_;
  void* start_ = nullptr;
  std::uint64_t size_ = 0;
  std::uint64_t filled_ = 0;
};

}  // namespace sekisho::jail
