// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Bounds-checked reading of bytes from outside, and the writing that matches it. Lengths are checked before use; after
/// a first failure a reader yields zeros and stays failed, so that a parser may check once at the end of a structure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sekisho {

using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Reader {
 public:
  explicit Reader(ByteView bytes) noexcept : rest_{bytes} {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

  /// The next `count` bytes; empty and failed when there are fewer.
  ByteView take(std::size_t count) noexcept;
  /// Big-endian (network order).
  std::uint8_t u8() noexcept;
  std::uint16_t u16() noexcept;
  std::uint32_t u32() noexcept;
  std::uint64_t u64() noexcept;
  /// Little-endian.
  std::uint16_t le16() noexcept;
  std::uint32_t le32() noexcept;
  std::uint64_t le64() noexcept;
  /// A u32 length, then that many bytes; fails above `limit`.
  std::string_view text(std::size_t limit) noexcept;

 private:
  std::uint64_t big_endian(std::size_t width) noexcept;
  std::uint64_t little_endian(std::size_t width) noexcept;

  ByteView rest_;
  bool failed_ = false;
};

class Writer {
 public:
  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void le16(std::uint16_t value);
  void le32(std::uint32_t value);
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  /// A u32 length, then the bytes.
  void text(std::string_view value);
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace sekisho
