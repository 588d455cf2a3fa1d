// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/tokens.hpp"

#include <algorithm>
#include <cctype>

namespace sekisho::sanitize::pdf {
namespace {

constexpr std::string_view kDelimiters = "()<>[]{}/%";
constexpr std::string_view kHex = "0123456789abcdef";

bool is_delimiter(char c) {
  return kDelimiters.find(c) != std::string_view::npos;
}
bool is_regular(char c) {
  return !is_blank(c) && !is_delimiter(c);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char escape_of(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return c;
  }
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

void put_hex(std::string& text, char c) {
  const auto byte = static_cast<unsigned char>(c);
  text += kHex[byte >> 4U];
  text += kHex[byte & 0xfU];
}

}  // namespace

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

bool is_number(std::string_view text) {
  if (text.size() > 40) {
    return false;
  }
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
  }
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  const auto dots = std::ranges::count(text, '.');
  return digits > 0 && dots <= 1 && static_cast<std::size_t>(digits + dots) == text.size();
}

std::string spelt_name(std::string_view name) {
  std::string spelt = "/";
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
        c == '+' || c == ',') {
      spelt += c;
    } else {
      spelt += '#';
      put_hex(spelt, c);
    }
  }
  return spelt;
}

std::string spelt_string(std::string_view text) {
  const auto plain = [](char c) {
    return c >= ' ' && c <= '~' && c != '(' && c != ')' && c != '\\';
  };
  if (std::ranges::all_of(text, plain)) {
    return "(" + std::string{text} + ")";
  }
  std::string spelt = "<";
  for (const char c : text) {
    put_hex(spelt, c);
  }
  return spelt + ">";
}

void Tokens::skip_blanks() {
  while (at_ < bytes_.size()) {
    if (bytes_[at_] == '%') {
      at_ = std::min(bytes_.find_first_of("\r\n", at_), bytes_.size());
    } else if (is_blank(bytes_[at_])) {
      ++at_;
    } else {
      return;
    }
  }
}

Token Tokens::next() {
  using enum Token::Kind;
  skip_blanks();
  if (at_ >= bytes_.size()) {
    return {};
  }
  const std::string_view left = rest();
  const auto simple = [&](Token::Kind kind, std::size_t length) {
    at_ += length;
    return Token{kind, {}};
  };
  switch (left.front()) {
    case '[': return simple(ArrayOpen, 1);
    case ']': return simple(ArrayClose, 1);
    case '{': return simple(BraceOpen, 1);
    case '}': return simple(BraceClose, 1);
    case ')': return simple(Bad, 1);
    case '(': return literal_string();
    case '/': return name();
    case '<': return left.starts_with("<<") ? simple(DictOpen, 2) : hex_string();
    case '>': return left.starts_with(">>") ? simple(DictClose, 2) : simple(Bad, 1);
    default: return regular();
  }
}

Token Tokens::literal_string() {
  std::string text;
  unsigned open = 1;
  for (++at_; at_ < bytes_.size() && text.size() <= kLongest; ++at_) {
    const char c = bytes_[at_];
    if (c == '\\' && at_ + 1 < bytes_.size()) {
      ++at_;
      if (is_octal(bytes_[at_])) {
        unsigned value = 0;
        std::size_t digits = 0;
        for (; digits < 3 && at_ + digits < bytes_.size() && is_octal(bytes_[at_ + digits]);
             ++digits) {
          value = value * 8 + static_cast<unsigned>(bytes_[at_ + digits] - '0');
        }
        text += static_cast<char>(value & 0xffU);
        at_ += digits - 1;
      } else if (bytes_[at_] == '\r') {
        at_ += rest().starts_with("\r\n") ? 1 : 0;
      } else if (bytes_[at_] != '\n') {
        text += escape_of(bytes_[at_]);
      }
      continue;
    }
    open += c == '(' ? 1 : 0;
    open -= c == ')' ? 1 : 0;
    if (open == 0) {
      ++at_;
      return {Token::Kind::String, std::move(text)};
    }
    text += c;
  }
  return {Token::Kind::Bad, {}};
}

Token Tokens::hex_string() {
  std::string text;
  int high = -1;
  for (++at_; at_ < bytes_.size() && text.size() <= kLongest; ++at_) {
    const char c = bytes_[at_];
    if (c == '>') {
      ++at_;
      if (high >= 0) {
        text += static_cast<char>(high * 16);
      }
      return {Token::Kind::String, std::move(text)};
    }
    const int value = hex_value(c);
    if (value < 0) {
      if (is_blank(c)) {
        continue;
      }
      break;
    }
    if (high < 0) {
      high = value;
    } else {
      text += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  return {Token::Kind::Bad, {}};
}

Token Tokens::name() {
  std::string text;
  for (++at_; at_ < bytes_.size() && is_regular(bytes_[at_]); ++at_) {
    if (bytes_[at_] == '#' && at_ + 2 < bytes_.size() && hex_value(bytes_[at_ + 1]) >= 0 &&
        hex_value(bytes_[at_ + 2]) >= 0) {
      text += static_cast<char>(hex_value(bytes_[at_ + 1]) * 16 + hex_value(bytes_[at_ + 2]));
      at_ += 2;
    } else {
      text += bytes_[at_];
    }
  }
  return {text.size() <= 127 ? Token::Kind::Name : Token::Kind::Bad, std::move(text)};
}

Token Tokens::regular() {
  const std::size_t first = at_;
  while (at_ < bytes_.size() && is_regular(bytes_[at_])) {
    ++at_;
  }
  std::string text{bytes_.substr(first, std::min(at_ - first, std::size_t{41}))};
  const auto kind = is_number(text) ? Token::Kind::Number : Token::Kind::Word;
  return {kind, std::move(text)};
}

}  // namespace sekisho::sanitize::pdf
