// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Little-endian numbers at places in a text; zero beyond its end.

#include <cstdint>
#include <string_view>

namespace sekisho::sanitize {

class LittleEndian {
 public:
  explicit LittleEndian(std::string_view text) : text_{text} {}

  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(number(at, 2));
  }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return static_cast<std::uint32_t>(number(at, 4));
  }

 private:
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
    if (at > text_.size() || text_.size() - at < width) {
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = width; i > 0; --i) {
      value = (value << 8U) | static_cast<unsigned char>(text_[at + i - 1]);
    }
    return value;
  }

  std::string_view text_;
};

}  // namespace sekisho::sanitize
