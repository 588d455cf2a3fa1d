// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What links are made of: schemes, endings of host names and of file names, classes of characters.
/// All of it on signs (`signs.hpp`): lower case, folded.

#include <cstdint>
#include <span>
#include <string_view>

namespace sekisho::sanitize::text {

/// What must follow a scheme's colon for it to be one.
enum class Follows : std::uint8_t { Anything, Slash, Digit, MediaType };
struct Scheme {
  std::string_view name;
  std::string_view becomes;  ///< empty: its colon is bracketed
  Follows follows;
};
/// Those that need no "//" behind them; any other word is a scheme where that stands.
[[nodiscard]] std::span<const Scheme> schemes();
/// As schemes are after neutralising: hxxp and its kin.
[[nodiscard]] bool is_broken(std::string_view scheme);

/// Whether the last label of a name with dots makes a host of it: letters that are no common ending
/// of file names, punycode, or one of the top-level domains in other scripts.
[[nodiscard]] bool is_top_level(std::u32string_view label);
[[nodiscard]] bool is_foreign_domain(std::u32string_view label);

[[nodiscard]] bool is_ascii_label(char32_t c);
[[nodiscard]] bool is_letter_beyond_ascii(char32_t c);
[[nodiscard]] bool is_label(char32_t c);
[[nodiscard]] bool is_scheme_letter(char32_t c);
[[nodiscard]] bool is_slash(char32_t c);
[[nodiscard]] bool is_in_url(char32_t c);
/// User, host and port.
[[nodiscard]] bool is_in_authority(char32_t c);

}  // namespace sekisho::sanitize::text
