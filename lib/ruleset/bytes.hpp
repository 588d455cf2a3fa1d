// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Keys and values of sets as the kernel compares them. Included by ruleset.hpp.

#include <array>
#include <compare>
#include <cstdint>
#include <span>

namespace sekisho::ruleset {

/// A register's worth of bytes, as the kernel compares them: addresses, ports and numbers of packet fields in network
/// order; marks, ct states, directions and indices in host order; interface names padded with zeros to 16.
class Bytes {
 public:
  static constexpr std::size_t kMost = 64;  // NFT_DATA_VALUE_MAXLEN

  Bytes() = default;
  explicit Bytes(std::span<const std::uint8_t> bytes);
  /// Appends a field of a concatenation and pads it to four bytes, as the kernel's registers are.
  Bytes& append(std::span<const std::uint8_t> field);
  [[nodiscard]] std::span<const std::uint8_t> view() const { return std::span{bytes_}.first(size_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  bool operator==(const Bytes& other) const;
  std::strong_ordering operator<=>(const Bytes& other) const;

 private:
  std::array<std::uint8_t, kMost> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace sekisho::ruleset
