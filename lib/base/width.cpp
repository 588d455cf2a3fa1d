// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sekisho {
namespace {

struct Block {
  char32_t first;
  char32_t last;
};

constexpr std::array kWide{
    Block{0x1100, 0x115f},   Block{0x2e80, 0x303e},   Block{0x3041, 0x33ff},
    Block{0x3400, 0x4dbf},   Block{0x4e00, 0xa4cf},   Block{0xa960, 0xa97c},
    Block{0xac00, 0xd7a3},   Block{0xf900, 0xfaff},   Block{0xfe10, 0xfe19},
    Block{0xfe30, 0xfe6f},   Block{0xff01, 0xff60},   Block{0xffe0, 0xffe6},
    Block{0x1f300, 0x1f64f}, Block{0x1f680, 0x1f6ff}, Block{0x1f900, 0x1f9ff},
    Block{0x20000, 0x3fffd},
};
constexpr std::array kNothing{
    Block{0x0300, 0x036f}, Block{0x200b, 0x200f}, Block{0x20d0, 0x20ff},   Block{0x3099, 0x309a},
    Block{0xfe00, 0xfe0f}, Block{0xfe20, 0xfe2f}, Block{0xe0100, 0xe01ef},
};

bool within(char32_t letter, const auto& blocks) {
  return std::ranges::any_of(
      blocks, [letter](const Block& one) { return one.first <= letter && letter <= one.last; });
}

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80;
}

/// Takes one letter off the front of `rest`.
std::string_view next_letter(std::string_view& rest) {
  const auto lead = static_cast<unsigned char>(rest.front());
  const std::size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  std::size_t length = 1;
  while (length < std::min(wanted, rest.size()) && continues(rest[length])) {
    ++length;
  }
  const std::string_view letter = rest.substr(0, length);
  rest.remove_prefix(length);
  return letter;
}

std::size_t columns_of_letter(std::string_view letter) {
  if (letter.size() == 1) {
    return 1;
  }
  char32_t value = static_cast<unsigned char>(letter.front()) & (0xffU >> (letter.size() + 1));
  for (const char byte : letter.substr(1)) {
    value = value << 6U | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  return within(value, kNothing) ? 0 : within(value, kWide) ? 2 : 1;
}

/// As many letters as fit, but at least one.
std::string_view take_columns(std::string_view& rest, std::size_t columns) {
  const std::string_view whole = rest;
  std::size_t used = 0;
  std::size_t length = 0;
  while (!rest.empty()) {
    std::string_view ahead = rest;
    const std::string_view letter = next_letter(ahead);
    used += columns_of_letter(letter);
    if (used > columns && length > 0) {
      break;
    }
    length += letter.size();
    rest = ahead;
  }
  return whole.substr(0, length);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    columns += columns_of_letter(next_letter(text));
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string line{text};
  if (columns_of(text) > columns) {
    line = columns > 1 ? std::string{take_columns(text, columns - 1)} : std::string{};
    if (columns_of(line) >= columns) {  // one letter that is too wide
      line.clear();
    }
    line += columns > 0 ? "…" : "";
  }
  line.append(columns - columns_of(line), ' ');
  return line;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > columns) {
      lines.push_back(std::move(line));
      line.clear();
    }
    while (columns_of(word) > columns && columns_of(word) > 2) {
      lines.emplace_back(take_columns(word, columns));
    }
    line += (line.empty() ? "" : " ") + std::string{word};
  }
  if (!line.empty()) {
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace sekisho
