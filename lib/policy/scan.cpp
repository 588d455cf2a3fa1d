// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/scan.hpp"

#include "base/escape.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

bool continues_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// The place behind `before`. A byte order mark is no column.
Spot spot_after(std::string_view before, std::uint32_t file) {
  if (before.starts_with(kByteOrderMark)) {
    before.remove_prefix(kByteOrderMark.size());
  }
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t newline = before.rfind('\n');
  const std::string_view line =
      newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto points = std::ranges::count_if(line, [](char c) { return !continues_code_point(c); });
  return {file, static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(points + 1)};
}

/// Bytes of the code point that `text` begins with; 0 for none.
std::size_t code_point_length(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) {
      return length;
    }
  }
  return 0;
}

/// Index behind the string that opens at `at`; the end of the text for one that never closes, the
/// newline for a one-line string that does not close on its line.
std::size_t after_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view triple = quote == '"' ? R"(""")" : "'''";
  const bool multi_line = text.substr(at, 3) == triple;
  std::size_t i = at + (multi_line ? 3 : 1);
  const auto ordinary = [&](char c) { return c != quote && c != '\\' && c != '\n'; };
  while (i < text.size()) {
    while (i < text.size() && ordinary(text[i])) {
      ++i;
    }
    if (i == text.size()) {
      return i;
    }
    if (quote == '"' && text[i] == '\\') {
      i += 2;
    } else if (multi_line && text.substr(i, 3) == triple) {
      i += 3;
      // Up to two quotes may stand before the closing three.
      while (i < text.size() && text[i] == quote) {
        ++i;
      }
      return i;
    } else if (!multi_line && (text[i] == quote || text[i] == '\n')) {
      return text[i] == quote ? i + 1 : i;
    } else {
      ++i;
    }
  }
  return text.size();
}

/// Walks over the characters that are neither in a string nor in a comment.
class Bare {
 public:
  explicit Bare(std::string_view text) : text_{text} {
    next_ = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  }

  /// Index of the next such character; nothing at the end.
  std::optional<std::size_t> next() {
    while (next_ < text_.size()) {
      const char c = text_[next_];
      if (c == '"' || c == '\'') {
        next_ = after_string(text_, next_);
      } else if (c == '#') {
        next_ = std::min(text_.find('\n', next_), text_.size());
      } else {
        return next_++;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t next_ = 0;
};

bool begins_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '"' || c == '\'';
}

/// The header that opens at `at` has a key to begin with, or the text ends, or the library itself
/// sees what is wrong.
bool header_begins_well(std::string_view text, std::size_t at) {
  const auto skip_blanks = [&](std::size_t from) {
    return std::min(text.find_first_not_of(" \t", from), text.size());
  };
  const bool doubled = at + 1 < text.size() && text[at + 1] == '[';
  const std::size_t key = skip_blanks(at + (doubled ? 2 : 1));
  return key == text.size() || text[key] == ']' || begins_key(text[key]) ||
         (!doubled && text[key] == '[');
}

}  // namespace

std::optional<Spot> first_bad_byte(std::string_view text, std::uint32_t file) {
  if (is_utf8(text)) {
    return std::nullopt;
  }
  std::size_t good = 0;
  while (const std::size_t length = code_point_length(text.substr(good))) {
    good += length;
  }
  return spot_after(text.substr(0, good), file);
}

std::optional<Spot> first_deep_key(std::string_view text, unsigned most, std::uint32_t file) {
  unsigned dots = 0;
  Bare bare{text};
  while (const auto at = bare.next()) {
    const char c = text[*at];
    if (c == '.' && ++dots >= most) {
      return spot_after(text.substr(0, *at), file);
    }
    if (std::string_view{"\n=,{["}.find(c) != std::string_view::npos) {
      dots = 0;
    }
  }
  return std::nullopt;
}

std::optional<Spot> first_foreign_character(std::string_view text, std::uint32_t file) {
  Bare bare{text};
  while (const auto at = bare.next()) {
    if ((static_cast<unsigned char>(text[*at]) & 0x80U) != 0) {
      return spot_after(text.substr(0, *at), file);
    }
  }
  return std::nullopt;
}

std::optional<Spot> first_bad_header(std::string_view text, std::uint32_t file) {
  unsigned depth = 0;
  bool line_begins = true;
  Bare bare{text};
  while (const auto at = bare.next()) {
    const char c = text[*at];
    if (c == '[' && depth == 0 && line_begins && !header_begins_well(text, *at)) {
      return spot_after(text.substr(0, *at), file);
    }
    if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
    line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t' || c == '\r'));
  }
  return std::nullopt;
}

}  // namespace sekisho::policy
