// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Single characters of UTF-8 text and the classes of them that matter to whoever shows text to
/// people (Unicode 15).

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::sanitize {

struct Character {
  std::uint32_t code = 0xFFFD;
  std::size_t length = 1;  ///< bytes; 1 where they are not UTF-8
  bool valid = false;
};
/// `at` < text.size().
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);
/// At most U+10FFFF and no surrogate.
void append(std::string& text, std::uint32_t code);
/// The longest length ≤ `most` at which UTF-8 text can be cut without parting a character.
[[nodiscard]] std::size_t cut_at(std::string_view text, std::size_t most);

/// C0, DEL and C1, tab and line ends among them.
[[nodiscard]] bool is_control(std::uint32_t code);
/// U+061C, U+200E–200F, U+202A–202E, U+2066–2069.
[[nodiscard]] bool is_bidi_control(std::uint32_t code);
/// Zero-width and other characters without a picture: U+00AD, U+180E, U+200B–200D, U+2060–2064,
/// U+FEFF, U+E0000–E007F.
[[nodiscard]] bool is_invisible(std::uint32_t code);
/// Private use (外字) and noncharacters are different things: these are U+E000–F8FF and planes 15
/// and 16.
[[nodiscard]] bool is_private_use(std::uint32_t code);
[[nodiscard]] bool is_noncharacter(std::uint32_t code);

}  // namespace sekisho::sanitize
