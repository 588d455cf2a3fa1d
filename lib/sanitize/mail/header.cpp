// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/header.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kLongestLine = 998;
constexpr std::size_t kMostLines = 5'000;

/// Fields of which a second one would be read by some and not by others.
constexpr std::array<std::string_view, 17> kOnce{"from",
                                                 "sender",
                                                 "reply-to",
                                                 "to",
                                                 "cc",
                                                 "bcc",
                                                 "subject",
                                                 "date",
                                                 "message-id",
                                                 "in-reply-to",
                                                 "references",
                                                 "mime-version",
                                                 "content-type",
                                                 "content-id",
                                                 "content-transfer-encoding",
                                                 "content-disposition",
                                                 "content-description"};

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return made;
}

/// What is wrong with the bytes of a line; empty: nothing.
std::string_view wrong_bytes(std::string_view line) {
  if (line.size() > kLongestLine) {
    return "a line is longer than 998";
  }
  for (const char c : line) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return "bytes beyond ASCII in a header";
    }
    if (c == '\r' || c == '\n') {
      return "a lone CR or LF in a header";
    }
    if ((c < ' ' && c != '\t') || c == 0x7f) {
      return "a control character in a header";
    }
  }
  return {};
}

class Scanning {
 public:
  explicit Scanning(std::string_view bytes) : bytes_{bytes} {}

  tl::expected<Header, Refused> run() && {
    while (at_ < bytes_.size()) {
      const std::size_t end = std::min(bytes_.find("\r\n", at_), bytes_.size());
      const std::string_view line = bytes_.substr(at_, end - at_);
      at_ = std::min(end + 2, bytes_.size());
      ++number_;
      if (line.empty()) {
        header_.ended = true;
        break;
      }
      if (const std::string_view wrong = take(line); !wrong.empty()) {
        return refuse(Refusal::Ambiguous,
                      "header line " + std::to_string(number_) + ": " + std::string{wrong});
      }
      if (number_ > kMostLines) {
        return refuse(Refusal::TooManyEntries, "more than 5000 header lines");
      }
    }
    header_.length = at_;
    for (Field& field : header_.fields) {
      trim(field.value);
    }
    return std::move(header_);
  }

 private:
  static void trim(std::string& value) {
    value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
    value.erase(value.find_last_not_of(" \t") + 1);
  }
  std::string_view take(std::string_view line) {
    if (const std::string_view wrong = wrong_bytes(line); !wrong.empty()) {
      return wrong;
    }
    if (line.front() == ' ' || line.front() == '\t') {
      if (header_.fields.empty()) {
        return "the first line is folded";
      }
      if (line.find_first_not_of(" \t") == std::string_view::npos) {
        return "a folded line of blanks";
      }
      header_.fields.back().value += line;
      return {};
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return "a line without a field's name";
    }
    if (line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) {
      return "a blank in a field's name";
    }
    const std::string name = lower(line.substr(0, colon));
    if (std::ranges::find(kOnce, name) != kOnce.end() &&
        std::ranges::find(header_.fields, name, &Field::name) != header_.fields.end()) {
      return "a second field of a name that stands once";
    }
    header_.fields.push_back({name, std::string{line.substr(colon + 1)}});
    return {};
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
  Header header_;
};

}  // namespace

tl::expected<Header, Refused> scan_header(std::string_view bytes) {
  return Scanning{bytes}.run();
}

}  // namespace sekisho::sanitize::mail
