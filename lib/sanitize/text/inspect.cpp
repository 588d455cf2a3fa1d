// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what was rebuilt with nothing of what rebuilt it.
#include "sanitize/text/formats.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::text {
namespace {

using Finding = std::string;  ///< empty: clean

std::string at_byte(std::size_t at, std::string_view what) {
  return "byte " + std::to_string(at) + ": " + std::string{what};
}

/// Well-formed UTF-8 (RFC 3629, the table of section 4) without controls and bidirectional
/// controls.
Finding characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t ahead) -> unsigned {
      return i + ahead < text.size() ? static_cast<unsigned char>(text[i + ahead]) : 0;
    };
    const unsigned b = byte(0);
    if (b < 0x80) {
      if ((b < 0x20 && b != '\t' && b != '\n' && b != '\r') || b == 0x7f) {
        return at_byte(i, "a control character");
      }
      ++i;
      continue;
    }
    const auto tail = [&](std::size_t ahead) { return byte(ahead) >= 0x80 && byte(ahead) <= 0xbf; };
    const unsigned c = byte(1);
    std::size_t length = 0;
    if (b >= 0xc2 && b <= 0xdf && tail(1)) {
      length = 2;
    } else if (tail(1) && tail(2) && b >= 0xe0 && b <= 0xef && (b != 0xe0 || c >= 0xa0) &&
               (b != 0xed || c <= 0x9f)) {
      length = 3;
    } else if (tail(1) && tail(2) && tail(3) && b >= 0xf0 && b <= 0xf4 &&
               (b != 0xf0 || c >= 0x90) && (b != 0xf4 || c <= 0x8f)) {
      length = 4;
    }
    if (length == 0) {
      return at_byte(i, "no UTF-8");
    }
    const std::string_view one = text.substr(i, length);
    constexpr std::array<std::string_view, 12> kBidirectional{
        "\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
        "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};
    if ((b == 0xc2 && c < 0xa0) || std::ranges::find(kBidirectional, one) != kBidirectional.end()) {
      return at_byte(i, "a control character");
    }
    i += length;
  }
  return {};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

/// What readers turn into links without being asked: "scheme://", "www.", "\\host", and the schemes
/// that need no slashes.
Finding links(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (std::size_t at = lower.find("://"); at != std::string::npos;
       at = lower.find("://", at + 1)) {
    const std::string_view before = std::string_view{lower}.substr(0, at);
    const bool known = before.ends_with("hxxp") || before.ends_with("hxxps") ||
                       before.ends_with("fxp") || before.ends_with("fxps");
    if (!known && !before.empty() && is_letter_or_digit(before.back())) {
      return at_byte(at, "a link");
    }
  }
  for (const std::string_view start : {"javascript:", "vbscript:", "mailto:", "www."}) {
    for (std::size_t at = lower.find(start); at != std::string::npos;
         at = lower.find(start, at + 1)) {
      const std::size_t end = at + start.size();
      const bool inside = at > 0 && is_letter_or_digit(lower[at - 1]);
      if (!inside && end < lower.size() && is_letter_or_digit(lower[end])) {
        return at_byte(at, "a link");
      }
    }
  }
  for (std::size_t at = lower.find("\\\\"); at != std::string::npos;
       at = lower.find("\\\\", at + 1)) {
    if (at + 2 < lower.size() && is_letter_or_digit(lower[at + 2])) {
      return at_byte(at, "a path to another host");
    }
  }
  return {};
}

/// Every cell in quotes, and none that a spreadsheet calculates.
Finding cells(std::string_view text) {
  std::size_t i = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (i < text.size()) {
    if (text[i] != '"') {
      return at_byte(i, "a cell without quotes");
    }
    const std::size_t start = ++i;
    while (i < text.size() && (text[i] != '"' || (i + 1 < text.size() && text[i + 1] == '"'))) {
      i += text[i] == '"' ? 2 : 1;
    }
    const std::string_view cell = text.substr(start, std::min(i, text.size()) - start);
    const auto first = cell.find_first_not_of(" \t\r\n\"");
    if (first != std::string_view::npos && !cell.starts_with('\'') &&
        std::string_view{"=+-@|%"}.find(cell[first]) != std::string_view::npos &&
        cell.find_first_not_of("+-0123456789.,%eE \t\r\n\"") != std::string_view::npos &&
        cell.find_first_not_of("-\uff0d") != std::string_view::npos) {
      return at_byte(start, "a cell that is calculated");
    }
    ++i;
    if (i < text.size() && text[i] == ',') {
      ++i;
    } else if (text.substr(std::min(i, text.size())).starts_with("\r\n")) {
      i += 2;
    } else {
      return at_byte(std::min(i, text.size()), "no end of a cell");
    }
  }
  return {};
}

/// Outside of strings nothing but what JSON is made of.
Finding json(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        i += text[i] == '\\' ? 1 : 0;
      }
      if (i >= text.size()) {
        return at_byte(i, "a string without end");
      }
    } else if (std::string_view{"{}[]:, \n+-.0123456789eEtrufalsn"}.find(text[i]) ==
               std::string_view::npos) {
      return at_byte(i, "no JSON");
    }
  }
  return {};
}

Finding markup(std::string_view text) {
  if (!text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")) {
    return "no declaration";
  }
  if (const auto at = text.find("<?", 1); at != std::string_view::npos) {
    return at_byte(at, "a processing instruction");
  }
  if (const auto at = text.find("<!"); at != std::string_view::npos) {
    return at_byte(at, "a declaration, comment or section");
  }
  return {};
}

/// Folded lines of at most 75 bytes, and no property that refers elsewhere or holds something.
Finding content_lines(std::string_view text, std::string_view outermost) {
  constexpr std::array<std::string_view, 15> kNever{
      "ATTACH", "URL", "IMAGE", "CONFERENCE", "METHOD", "PHOTO",      "LOGO",
      "SOUND",  "KEY", "AGENT", "SOURCE",     "IMPP",   "X-ALT-DESC", "STYLED-DESCRIPTION",
      "LINK"};
  if (!text.starts_with("BEGIN:" + std::string{outermost} + "\r\n")) {
    return "no " + std::string{outermost};
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text.find("\r\n", i);
    if (end == std::string_view::npos || end - i > 75) {
      return at_byte(i, "a line without end or too long");
    }
    const std::string_view line = text.substr(i, end - i);
    const std::string_view name = line.substr(0, line.find_first_of(";:"));
    if (std::ranges::find(kNever, name) != kNever.end() || line == "ACTION:AUDIO" ||
        line == "ACTION:EMAIL" || line == "ACTION:PROCEDURE") {
      return at_byte(i, "property '" + std::string{name} + "'");
    }
    i = end + 2;
  }
  return {};
}

}  // namespace

std::string inspect(Type type, ByteView rebuilt, Inspection& inspection) {
  const std::string_view text = as_text(rebuilt);
  if (text.size() > inspection.limits().bytes_out) {
    return "too large";
  }
  if (Finding finding = characters(text); !finding.empty()) {
    return finding;
  }
  switch (type) {
    case Type::Csv: return cells(text);
    case Type::Json: return json(text);
    case Type::Xml: return markup(text);
    case Type::Calendar: return content_lines(text, "VCALENDAR");
    case Type::Vcard: return content_lines(text, "VCARD");
    default: return links(text);
  }
}

}  // namespace sekisho::sanitize::text
