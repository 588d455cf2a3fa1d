// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/characters.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize {
namespace {

/// Length, payload bits of the first byte, and the least code that needs so many bytes.
struct Form {
  std::size_t length;
  std::uint32_t payload;
  std::uint32_t least;
};

constexpr Form form_of(unsigned char first) {
  if (first < 0x80) {
    return {1, 0x7f, 0};
  }
  if (first >= 0xc2 && first < 0xe0) {
    return {2, 0x1f, 0x80};
  }
  if (first >= 0xe0 && first < 0xf0) {
    return {3, 0x0f, 0x800};
  }
  if (first >= 0xf0 && first < 0xf5) {
    return {4, 0x07, 0x10000};
  }
  return {0, 0, 0};
}

constexpr bool between(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const Form form = form_of(first);
  if (form.length == 0 || form.length > text.size() - at) {
    return {};
  }
  std::uint32_t code = first & form.payload;
  for (std::size_t i = 1; i < form.length; ++i) {
    if (!is_continuation(text[at + i])) {
      return {};
    }
    code = code << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
  }
  if (code < form.least || code > 0x10ffff || between(code, 0xd800, 0xdfff)) {
    return {};
  }
  return {code, form.length, true};
}

void append(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  const auto rest = [&](unsigned shift) { put(0x80U | (code >> shift & 0x3fU)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0U | code >> 6U);
    rest(0);
  } else if (code < 0x10000) {
    put(0xe0U | code >> 12U);
    rest(6);
    rest(0);
  } else {
    put(0xf0U | code >> 18U);
    rest(12);
    rest(6);
    rest(0);
  }
}

std::size_t cut_at(std::string_view text, std::size_t most) {
  if (text.size() <= most) {
    return text.size();
  }
  while (most > 0 && is_continuation(text[most])) {
    --most;
  }
  return most;
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || between(code, 0x7f, 0x9f);
}

bool is_bidi_control(std::uint32_t code) {
  return code == 0x61c || between(code, 0x200e, 0x200f) || between(code, 0x202a, 0x202e) ||
         between(code, 0x2066, 0x2069);
}

bool is_invisible(std::uint32_t code) {
  return code == 0xad || code == 0x180e || between(code, 0x200b, 0x200d) ||
         between(code, 0x2060, 0x2064) || code == 0xfeff || between(code, 0xe0000, 0xe007f);
}

bool is_private_use(std::uint32_t code) {
  return between(code, 0xe000, 0xf8ff) ||
         (between(code, 0xf0000, 0x10ffff) && !is_noncharacter(code));
}

bool is_noncharacter(std::uint32_t code) {
  return between(code, 0xfdd0, 0xfdef) || (code & 0xfffeU) == 0xfffe;
}

}  // namespace sekisho::sanitize
