// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/transfer.hpp"

#include <array>
#include <cstdint>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLongestLine = 76;
constexpr std::uint8_t kNone = 255;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values.at(static_cast<unsigned char>(kAlphabet[i])) = static_cast<std::uint8_t>(i);
  }
  return values;
}();

/// Takes one line after another.
class Decoding {
 public:
  explicit Decoding(std::size_t length) { made_.reserve(length / 4 * 3); }

  Wrong line(std::string_view text) {
    for (const char c : text) {
      const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
      if (c == '=') {
        ++padding_;
        if (sextets_ + padding_ > 4 || sextets_ < 2) {
          return "base64 is padded where it must not be";
        }
        continue;
      }
      if (value == kNone) {
        return "base64 holds a character that is not of it";
      }
      if (padding_ > 0) {
        return "base64 goes on behind its padding";
      }
      bits_ = bits_ << 6U | value;
      if (++sextets_ == 4) {
        put(3);
        sextets_ = 0;
        bits_ = 0;
      }
    }
    return {};
  }
  tl::expected<std::string, Wrong> finish() && {
    if (sextets_ != 0 && sextets_ + padding_ != 4) {
      return tl::unexpected{Wrong{"base64 lacks padding"}};
    }
    if (sextets_ != 0) {
      bits_ <<= 6 * (4 - sextets_);
      if ((bits_ & (sextets_ == 2 ? 0xffffU : 0xffU)) != 0) {
        return tl::unexpected{Wrong{"base64 holds bits behind its end"}};
      }
      put(sextets_ - 1);
    }
    return std::move(made_);
  }

 private:
  void put(std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      made_ += static_cast<char>(bits_ >> (16 - 8 * i) & 0xffU);
    }
  }

  std::string made_;
  std::uint32_t bits_ = 0;
  std::size_t sextets_ = 0;
  std::size_t padding_ = 0;
};

int hexadecimal(char c, bool lower_too) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return lower_too && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// "XX" behind an equals sign; -1 where it is none.
int encoded_byte(std::string_view rest, bool lower_too) {
  const int high = rest.size() < 3 ? -1 : hexadecimal(rest[1], lower_too);
  const int low = high < 0 ? -1 : hexadecimal(rest[2], lower_too);
  return low < 0 ? -1 : high * 16 + low;
}

/// Appends one line without its end; true where a soft break joins the next to it.
tl::expected<bool, Wrong> quoted_printable_line(std::string_view line, std::string& made) {
  const auto end = line.find_last_not_of(" \t");
  if (end != std::string_view::npos && end + 1 < line.size() && line[end] == '=') {
    return tl::unexpected{Wrong{"a blank behind a soft line break"}};
  }
  line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '=') {
      if (at + 1 == line.size()) {
        return true;
      }
      const int byte = encoded_byte(line.substr(at), false);
      if (byte < 0) {
        return tl::unexpected{Wrong{"quoted-printable with wrong hexadecimal"}};
      }
      made += static_cast<char>(byte);
      at += 2;
    } else if ((c < ' ' && c != '\t') || c == 0x7f) {
      return tl::unexpected{Wrong{"quoted-printable holds a byte that had to be encoded"}};
    } else {
      made += c;
    }
  }
  return false;
}

}  // namespace

tl::expected<std::string, Wrong> from_base64(std::string_view body) {
  Decoding decoding{body.size()};
  while (!body.empty()) {
    const auto end = body.find("\r\n");
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
    if (line.size() > kLongestLine) {
      return tl::unexpected{Wrong{"a line of base64 is longer than 76"}};
    }
    if (const Wrong wrong = decoding.line(line); !wrong.empty()) {
      return tl::unexpected{wrong};
    }
  }
  return std::move(decoding).finish();
}

tl::expected<std::string, Wrong> from_base64_word(std::string_view word) {
  Decoding decoding{word.size()};
  if (const Wrong wrong = decoding.line(word); !wrong.empty()) {
    return tl::unexpected{wrong};
  }
  return std::move(decoding).finish();
}

tl::expected<std::string, Wrong> from_quoted_printable(std::string_view body) {
  std::string made;
  made.reserve(body.size());
  bool soft = false;
  while (!body.empty()) {
    const auto end = body.find("\r\n");
    const auto joined = quoted_printable_line(body.substr(0, end), made);
    if (!joined) {
      return tl::unexpected{joined.error()};
    }
    soft = *joined;
    if (end == std::string_view::npos) {
      break;
    }
    made += soft ? "" : "\r\n";
    body.remove_prefix(end + 2);
  }
  if (soft) {
    return tl::unexpected{Wrong{"quoted-printable ends in a soft line break"}};
  }
  return made;
}

tl::expected<std::string, Wrong> from_q_word(std::string_view word) {
  std::string made;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] != '=') {
      made += word[at] == '_' ? ' ' : word[at];
      continue;
    }
    const int byte = encoded_byte(word.substr(at), true);
    if (byte < 0) {
      return tl::unexpected{Wrong{"an encoded word with wrong hexadecimal"}};
    }
    made += static_cast<char>(byte);
    at += 2;
  }
  return made;
}

std::string base64(std::string_view bytes) {
  std::string made;
  made.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      made += i <= three.size() ? kAlphabet[bits >> (18 - 6 * i) & 0x3fU] : '=';
    }
  }
  return made;
}

std::string base64_lines(std::string_view bytes) {
  std::string made;
  made.reserve(bytes.size() / 3 * 4 + bytes.size() / 28 + 8);
  for (std::size_t at = 0; at < bytes.size(); at += kLongestLine / 4 * 3) {
    made += base64(bytes.substr(at, kLongestLine / 4 * 3));
    made += "\r\n";
  }
  return made;
}

}  // namespace sekisho::sanitize::mail
