// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/uuencode.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace sekisho::sanitize::mail {
namespace {

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, text.find('\n', at) - at);
}
std::size_t behind(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size() - 1) + 1;
}

/// "begin 644 name"
std::optional<std::string_view> name_in(std::string_view line) {
  constexpr std::string_view kBegin = "begin ";
  const std::size_t digits = line.starts_with(kBegin)
                                 ? line.find_first_not_of("01234567", kBegin.size())
                                 : std::string_view::npos;
  if (digits == std::string_view::npos || digits < kBegin.size() + 3 ||
      digits > kBegin.size() + 4 || line[digits] != ' ' || digits + 1 == line.size()) {
    return std::nullopt;
  }
  return line.substr(digits + 1);
}

/// One line's bytes; nothing where it is none. A blank and a grave accent are both zero.
std::optional<std::string> bytes_of(std::string_view line) {
  const auto value = [](char c) { return (static_cast<unsigned>(c) - 0x20U) & 0x3fU; };
  const auto is_letter = [](char c) { return c >= ' ' && c <= '`'; };
  if (line.empty() || !std::ranges::all_of(line, is_letter)) {
    return std::nullopt;
  }
  const std::size_t length = value(line[0]);
  const std::size_t letters = (length + 2) / 3 * 4;
  // one check letter may stand behind; blanks at the end may have been cut
  if (line.size() > letters + 2) {
    return std::nullopt;
  }
  std::string made;
  for (std::size_t at = 1; made.size() < length; at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      bits = bits << 6U | (i < line.size() ? value(line[i]) : 0U);
    }
    for (unsigned shift = 16; made.size() < length; shift -= 8) {
      made += static_cast<char>(bits >> shift & 0xffU);
      if (shift == 0) {
        break;
      }
    }
  }
  return made;
}

}  // namespace

Unpacked without_uuencoded(std::string_view text) {
  Unpacked made;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = line_at(text, at);
    const auto name = name_in(line);
    const std::size_t first = behind(text, at);
    if (!name || first >= text.size() || !bytes_of(line_at(text, first))) {
      made.text += text.substr(at, first - at);
      at = first;
      continue;
    }
    InText file{std::string{*name}, {}};
    std::size_t next = first;
    bool ended = false;
    while (next < text.size() && !ended) {
      const std::string_view data = line_at(text, next);
      ended = data == "end";
      const auto bytes = ended ? std::optional{std::string{}} : bytes_of(data);
      if (!bytes) {
        break;
      }
      file.bytes += *bytes;
      next = behind(text, next);
    }
    made.broken = made.broken || !ended;
    made.files.push_back(std::move(file));
    at = next;
  }
  return made;
}

std::string_view other_encoding(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at = behind(text, at)) {
    const std::string_view line = line_at(text, at);
    if (line.starts_with("=ybegin ") && line.find("line=") != std::string_view::npos) {
      return "yEnc";
    }
    if (line.starts_with("(This file must be converted with BinHex")) {
      return "BinHex";
    }
  }
  return {};
}

}  // namespace sekisho::sanitize::mail
