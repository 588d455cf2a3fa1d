// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/signs.hpp"

#include "sanitize/frame/characters.hpp"

namespace sekisho::sanitize::text {
namespace {

bool is_skipped(std::uint32_t code) {
  const bool variation = code >= 0xfe00 && code <= 0xfe0f;
  return is_invisible(code) || variation || code == 0x34f;
}

char32_t folded(std::uint32_t code) {
  if (code >= 0xff01 && code <= 0xff5e) {
    code -= 0xff01 - '!';
  } else if (code == 0xfe52 || code == 0xff61 || code == 0x2024) {  // ﹒ ｡ ․
    code = code == 0xff61 ? 0x3002 : '.';
  } else if (code == 0xfe55) {  // ﹕
    code = ':';
  } else if (code == 0xfe68) {  // ﹨
    code = '\\';
  }
  return code;
}

char32_t lower(char32_t code) {
  return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
}

}  // namespace

std::vector<Sign> signs_of(std::string_view text) {
  std::vector<Sign> signs;
  signs.reserve(text.size());
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    at += character.length;
    if (!is_skipped(character.code)) {
      const char32_t shown = folded(character.code);
      signs.push_back({lower(shown), shown, begin});
      begin = at;
    }
  }
  return signs;
}

}  // namespace sekisho::sanitize::text
