// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/reply.hpp"

#include <algorithm>
#include <array>

namespace sekisho::smtp {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// 1 to 3 digits at the start, without leading zeros; taken off.
std::optional<std::uint16_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  std::uint16_t value = 0;
  while (digits < text.size() && digits < 4 && is_digit(text[digits])) {
    value = static_cast<std::uint16_t>(value * 10 + (text[digits++] - '0'));
  }
  if (digits == 0 || digits > 3 || (digits > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

/// The enhanced code that opens `text`, where it is of the same class; else that of no detail.
Status with_enhanced(std::uint16_t code, std::string_view text) {
  const auto take_dot = [&text] {
    const bool is = text.starts_with('.');
    text.remove_prefix(is ? 1 : 0);
    return is;
  };
  const auto kind = take_number(text);
  if (!kind || *kind != code / 100 || !take_dot()) {
    return {code, 0, 0};
  }
  const auto subject = take_number(text);
  if (!subject || !take_dot()) {
    return {code, 0, 0};
  }
  const auto detail = take_number(text);
  const bool ends = detail && (text.empty() || text.front() == ' ');
  return ends ? Status{code, *subject, *detail} : Status{code, 0, 0};
}

/// Three digits and a separator, as RFC 5321 4.2 has them.
std::optional<std::uint16_t> code_of(std::string_view line) {
  const bool is = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && line[1] >= '0' &&
                  line[1] <= '5' && is_digit(line[2]) &&
                  (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!is) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
}

}  // namespace

std::string Status::str() const {
  return std::to_string(code) + ' ' + std::to_string(code / 100) + '.' + std::to_string(subject) +
         '.' + std::to_string(detail);
}

std::string wire(const Status& status, std::string_view text) {
  return status.str() + ' ' + std::string{text} + "\r\n";
}

std::string wire(std::uint16_t code, const std::vector<std::string>& lines) {
  std::string all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    all += std::to_string(code) + (i + 1 < lines.size() ? '-' : ' ') + lines[i] + "\r\n";
  }
  return all;
}

Status passed_on(const Status& far) {
  static constexpr std::array<std::uint16_t, 11> kKnown{250, 450, 451, 452, 455, 550,
                                                        551, 552, 553, 554, 556};
  if (std::ranges::find(kKnown, far.code) != kKnown.end()) {
    return far;
  }
  const std::uint16_t plain = far.good() ? 250 : far.permanent() ? 554 : 451;
  const bool same_class = plain / 100 == far.code / 100;
  return same_class ? Status{plain, far.subject, far.detail} : Status{plain, 0, 0};
}

Result<std::optional<std::string>> ReplyReader::line() {
  const std::size_t end = buffer_.find_first_of(std::string_view{"\r\n\0", 3});
  if (std::min(end, buffer_.size()) > kLongestLine) {
    return fail("reply line too long");
  }
  if (end == std::string::npos || (buffer_[end] == '\r' && end + 1 == buffer_.size())) {
    return std::optional<std::string>{};
  }
  if (buffer_[end] != '\r' || buffer_[end + 1] != '\n') {
    return fail("reply line that does not end in CRLF");
  }
  std::optional line{buffer_.substr(0, end)};
  buffer_.erase(0, end + 2);
  return line;
}

Result<std::optional<Reply>> ReplyReader::next() {
  while (true) {
    const auto read = line();
    if (!read) {
      return fail(read.error());
    }
    if (!*read) {
      return std::optional<Reply>{};
    }
    const std::string& text = **read;
    const auto code = code_of(text);
    if (!code) {
      return fail("malformed reply");
    }
    if (!open_.lines.empty() && *code != open_.status.code) {
      return fail("reply with two codes");
    }
    if (open_.lines.size() == kMostLines) {
      return fail("reply with too many lines");
    }
    open_.lines.push_back(text.size() > 4 ? text.substr(4) : std::string{});
    open_.status = with_enhanced(*code, open_.lines.back());
    if (text.size() == 3 || text[3] == ' ') {
      return std::optional{std::exchange(open_, {})};
    }
  }
}

}  // namespace sekisho::smtp
