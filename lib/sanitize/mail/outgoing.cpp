// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/outgoing.hpp"

#include "sanitize/mail/transfer.hpp"
#include "sanitize/mail/words.hpp"

#include <algorithm>
#include <set>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kLongestPlainLine = 900;
constexpr std::string_view kMessage = "message/rfc822";

std::string with_crlf(std::string_view text) {
  std::string made;
  made.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    made += c == '\n' ? "\r\n" : std::string_view{&c, 1};
  }
  return made;
}

bool travels_as_it_is(std::string_view text) {
  std::size_t column = 0;
  for (const char c : text) {
    column = c == '\n' ? 0 : column + 1;
    if (static_cast<unsigned char>(c) >= 0x80 || column > kLongestPlainLine) {
      return false;
    }
  }
  return text.empty() || text.ends_with('\n');
}

/// Header lines and body of the one text.
std::string text_part(std::string_view text) {
  const bool plain = travels_as_it_is(text);
  return "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: " +
         std::string{plain ? "7bit" : "base64"} + "\r\n\r\n" +
         (plain ? with_crlf(text) : base64_lines(with_crlf(text)));
}

/// RFC 2231 where it is not ASCII.
std::string file_name_parameter(const std::string& name) {
  const bool ascii =
      std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    return "filename=\"" + name + "\"";
  }
  std::string made = "filename*=UTF-8''";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '.' || c == '-' || c == '_';
    if (safe) {
      made += c;
    } else {
      made += '%';
      made += kDigits[byte >> 4U];
      made += kDigits[byte & 0xfU];
    }
  }
  return made;
}

std::string file_part(const File& file) {
  const bool message = file.media_type == kMessage;
  const bool text = file.media_type.starts_with("text/");
  return "Content-Type: " + file.media_type + (text ? "; charset=UTF-8" : "") +
         "\r\nContent-Transfer-Encoding: " + (message ? "7bit" : "base64") +
         "\r\nContent-Disposition: attachment;\r\n " + file_name_parameter(file.name) + "\r\n\r\n" +
         (message ? file.bytes : base64_lines(file.bytes));
}

/// One that stands in no part. Four digits, so that none is part of another.
std::string free_boundary(const std::vector<std::string>& parts) {
  for (unsigned number = 10'000;; ++number) {
    const std::string boundary = "=_sekisho_" + std::to_string(number).substr(1);
    if (std::ranges::none_of(parts, [&](const std::string& part) {
          return part.find(boundary) != std::string::npos;
        })) {
      return boundary;
    }
  }
}

}  // namespace

std::string codes_of(const Entity& original, const Report& report) {
  std::set<std::string_view> seen;
  const auto add = [&](std::string_view codes) {
    while (!codes.empty()) {
      const std::size_t end = std::min(codes.find(' '), codes.size());
      seen.insert(codes.substr(0, end));
      codes.remove_prefix(std::min(end + 1, codes.size()));
    }
  };
  const std::string now = report.codes();
  add(now);
  if (const std::string* before = original.field("x-sekisho-sanitized"); before != nullptr) {
    add(*before);
  }
  std::string made;
  for (const ActionWord& word : action_words()) {
    if (seen.contains(word.code)) {
      made += (made.empty() ? "" : " ") + std::string{word.code};
    }
  }
  return made;
}

std::string message_of(std::string_view fields, std::string_view text,
                       const std::vector<File>& files, std::string_view codes) {
  std::string made{fields};
  made += "MIME-Version: 1.0\r\n";
  made += field("X-Sekisho-Sanitized", codes.empty() ? "NONE" : codes);
  if (files.empty()) {
    return made + text_part(text);
  }
  std::vector<std::string> parts{text_part(text)};
  for (const File& file : files) {
    parts.push_back(file_part(file));
  }
  const std::string boundary = free_boundary(parts);
  made += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
  for (const std::string& part : parts) {
    made += "--" + boundary + "\r\n" + part + "\r\n";
  }
  return made + "--" + boundary + "--\r\n";
}

}  // namespace sekisho::sanitize::mail
