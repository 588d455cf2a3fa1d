// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Finds individual numbers (個人番号) in text: twelve digits, the last a check digit
/// (番号法施行規則: weights 6 5 4 3 2 7 6 5 4 3 2 over the first eleven, from the left). One in ten
/// numbers of twelve digits passes that check by chance, so what stands around counts too.

#include <cstdint>
#include <string_view>

namespace sekisho::sanitize {

struct MyNumbers {
  std::uint32_t certain = 0;   ///< in groups of four, or near a word that says so
  std::uint32_t possible = 0;  ///< nothing but twelve digits with a right check digit
  MyNumbers& operator+=(const MyNumbers& other) {
    certain += other.certain;
    possible += other.possible;
    return *this;
  }
  bool operator==(const MyNumbers&) const = default;
};

/// Twelve ASCII digits with a right check digit.
[[nodiscard]] bool is_my_number(std::string_view digits);

/// In UTF-8 text: half- and full-width digits; blanks, hyphens and their full-width kin between
/// groups of four; a run of more or fewer digits is none.
[[nodiscard]] MyNumbers find_my_numbers(std::string_view text);

}  // namespace sekisho::sanitize
