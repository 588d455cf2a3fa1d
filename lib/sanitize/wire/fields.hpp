// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Numbers and texts of an answer, each checked as it is read.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize {

template <typename Enum>
[[nodiscard]] constexpr std::uint8_t number(Enum word) {
  return static_cast<std::uint8_t>(word);
}

/// Reads on after a fault and gives what means nothing; `good` tells.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : reader_{as_bytes(bytes)} {}

  [[nodiscard]] Reader& reader() { return reader_; }
  [[nodiscard]] bool good() const { return good_ && !reader_.failed(); }
  /// Good, and nothing is left.
  [[nodiscard]] bool whole() const { return good() && reader_.left() == 0; }
  void expect(bool holds) { good_ = good_ && holds; }

  /// One of an enumeration whose last is `last`.
  template <typename Enum>
  Enum word(Enum last) {
    const std::uint8_t said = reader_.u8();
    expect(said <= number(last));
    return good() ? static_cast<Enum>(said) : Enum{};
  }
  /// One that `find` knows.
  template <typename Enum>
  Enum numbered(std::optional<Enum> (*find)(std::uint8_t)) {
    const auto found = find(reader_.u8());
    expect(found.has_value());
    return found.value_or(Enum{});
  }
  bool flag() {
    const std::uint8_t said = reader_.u8();
    expect(said <= 1);
    return said == 1;
  }
  std::string text(std::size_t longest) { return std::string{reader_.text(longest)}; }
  /// Text as reports hold it.
  std::string clean_text(std::size_t longest) {
    std::string said = text(longest);
    expect(is_clean(said, longest));
    return said;
  }

 private:
  Reader reader_;
  bool good_ = true;
};

}  // namespace sekisho::sanitize
