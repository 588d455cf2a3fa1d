// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Embedded font programs, read table by table and written anew without their hinting programs.

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::pdf {

/// TrueType, or OpenType with CFF outlines (ISO/IEC 14496-22): only the tables that drawing glyphs
/// needs, checked; glyphs without instructions. Nothing where it is not sound.
[[nodiscard]] std::optional<std::string> rebuilt_sfnt(std::string_view font);

/// Compact Font Format (Adobe Technical Note 5176): every structure lies where the ones before it
/// say; what none covers is zero.
[[nodiscard]] std::optional<std::string> rebuilt_cff(std::string_view font);

/// Type 1 (Adobe Type 1 Font Format), with or without PFB headers: rebuilt from its encoding,
/// matrix, hints, subroutines and glyphs. `clear` and `encrypted` are the lengths of its first two
/// parts.
struct Type1 {
  std::string bytes;
  std::size_t clear = 0;
  std::size_t encrypted = 0;
};
[[nodiscard]] std::optional<Type1> rebuilt_type1(std::string_view font);

}  // namespace sekisho::sanitize::pdf
