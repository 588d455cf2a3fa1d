// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/bytes.hpp"

namespace sekisho {

ByteView Reader::take(std::size_t count) noexcept {
  if (failed_ || count > rest_.size()) {
    failed_ = true;
    rest_ = {};
    return {};
  }
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint64_t Reader::big_endian(std::size_t width) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : take(width)) {
    value = value << 8U | byte;
  }
  return value;
}

std::uint64_t Reader::little_endian(std::size_t width) noexcept {
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const std::uint8_t byte : take(width)) {
    value |= std::uint64_t{byte} << shift;
    shift += 8;
  }
  return value;
}

std::uint8_t Reader::u8() noexcept { return static_cast<std::uint8_t>(big_endian(1)); }
std::uint16_t Reader::u16() noexcept { return static_cast<std::uint16_t>(big_endian(2)); }
std::uint32_t Reader::u32() noexcept { return static_cast<std::uint32_t>(big_endian(4)); }
std::uint64_t Reader::u64() noexcept { return big_endian(8); }

std::uint16_t Reader::le16() noexcept { return static_cast<std::uint16_t>(little_endian(2)); }
std::uint32_t Reader::le32() noexcept { return static_cast<std::uint32_t>(little_endian(4)); }
std::uint64_t Reader::le64() noexcept { return little_endian(8); }

std::string_view Reader::text(std::size_t limit) noexcept {
  const std::size_t length = u32();
  if (length > limit) {
    failed_ = true;
    rest_ = {};
    return {};
  }
  return as_text(take(length));
}

void Writer::u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }

void Writer::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value >> 8U));
  u8(static_cast<std::uint8_t>(value & 0xffU));
}

void Writer::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value >> 16U));
  u16(static_cast<std::uint16_t>(value & 0xffffU));
}

void Writer::u64(std::uint64_t value) {
  u32(static_cast<std::uint32_t>(value >> 32U));
  u32(static_cast<std::uint32_t>(value & 0xffffffffU));
}

void Writer::le16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value & 0xffU));
  u8(static_cast<std::uint8_t>(value >> 8U));
}

void Writer::le32(std::uint32_t value) {
  le16(static_cast<std::uint16_t>(value & 0xffffU));
  le16(static_cast<std::uint16_t>(value >> 16U));
}

void Writer::text(std::string_view value) {
  u32(static_cast<std::uint32_t>(value.size()));
  raw(value);
}

}  // namespace sekisho
