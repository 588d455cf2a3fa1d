// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/words.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/text/charset.hpp"

#include <algorithm>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kLongestWord = 64;  ///< so that a line with the field's name has at most 76
constexpr std::string_view kStart = "=?UTF-8?B?";
constexpr std::size_t kWordBytes = (kLongestWord - kStart.size() - 2) / 4 * 3;
constexpr std::size_t kColumns = 76;
/// An ASCII word longer than this is encoded, so that every line can be folded.
constexpr std::size_t kLongestAtom = 500;

struct Word {
  std::string_view charset;
  char encoding = 0;
  std::string_view text;
};
/// "=?charset?encoding?text?="; nothing where it has another shape.
std::optional<Word> word_of(std::string_view token) {
  if (token.size() < 8 || !token.starts_with("=?") || !token.ends_with("?=")) {
    return std::nullopt;
  }
  const std::string_view inner = token.substr(2, token.size() - 4);
  const auto first = inner.find('?');
  if (first == 0 || first == std::string_view::npos || inner.size() < first + 3 ||
      inner[first + 2] != '?') {
    return std::nullopt;
  }
  const std::string_view charset = inner.substr(0, first);
  const std::string_view text = inner.substr(first + 3);
  if (text.find('?') != std::string_view::npos) {
    return std::nullopt;
  }
  return Word{charset.substr(0, charset.find('*')), inner[first + 1], text};
}

tl::expected<std::string, Wrong> read(const Word& word) {
  const auto charset = text::charset_called(word.charset);
  if (!charset) {
    return tl::unexpected{Wrong{"an encoded word in a charset that is not read here"}};
  }
  const bool base = word.encoding == 'B' || word.encoding == 'b';
  if (!base && word.encoding != 'Q' && word.encoding != 'q') {
    return tl::unexpected{Wrong{"an encoded word in an unknown encoding"}};
  }
  const auto bytes = base ? from_base64_word(word.text) : from_q_word(word.text);
  if (!bytes) {
    return tl::unexpected{bytes.error()};
  }
  auto made = text::decoded(*bytes, *charset);
  if (!made) {
    return tl::unexpected{Wrong{"an encoded word is not in its charset"}};
  }
  return std::move(*made);
}

bool is_atom(std::string_view text) {
  constexpr std::string_view kAlso = "!#$%&'*+-/=?^_`{|}~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kAlso.find(c) != std::string_view::npos;
  });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

/// Blanks at its ends or two in a row do not survive folding; long words cannot be folded.
bool survives_folding(std::string_view text) {
  if (text.starts_with(' ') || text.ends_with(' ') || text.find("  ") != std::string_view::npos) {
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end - at > kLongestAtom) {
      return false;
    }
    at = end + 1;
  }
  return true;
}

std::string as_words(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t cut = cut_at(text, kWordBytes);
    made += made.empty() ? "" : "\r\n ";
    made += kStart;
    made += base64(text.substr(0, cut));
    made += "?=";
    text.remove_prefix(cut);
  }
  return made;
}

}  // namespace

bool may_hold_words(std::string_view text) {
  return text.find("=?") != std::string_view::npos && text.find("?=") != std::string_view::npos;
}

bool is_all_words(std::string_view text) {
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    if (end > 0 && !word_of(text.substr(0, end))) {
      return false;
    }
    any = any || end > 0;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return any;
}

tl::expected<std::string, Wrong> decoded_words(std::string_view text) {
  std::string made;
  std::string blanks;
  bool behind_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = std::min(text.find_first_not_of(kBlanks, at), text.size());
    blanks = text.substr(at, start - at);
    const std::size_t end = std::min(text.find_first_of(kBlanks, start), text.size());
    const std::string_view token = text.substr(start, end - start);
    at = end;
    const auto word = word_of(token);
    if (!word && token.find("=?") != std::string_view::npos && may_hold_words(text)) {
      return tl::unexpected{Wrong{"an encoded word touches other text"}};
    }
    made += word && behind_word ? "" : blanks;
    behind_word = word.has_value();
    if (!word) {
      made += token;
      continue;
    }
    const auto one = read(*word);
    if (!one) {
      return tl::unexpected{one.error()};
    }
    made += *one;
  }
  return made;
}

std::string encoded_text(std::string_view text) {
  return is_ascii(text) && !may_hold_words(text) && survives_folding(text) ? std::string{text}
                                                                           : as_words(text);
}

std::string encoded_phrase(std::string_view text) {
  if (!is_ascii(text) || may_hold_words(text) || !survives_folding(text)) {
    return as_words(text);
  }
  bool atoms = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    atoms = atoms && is_atom(text.substr(at, end - at));
    at = end + 1;
  }
  if (atoms) {
    return std::string{text};
  }
  std::string made{"\""};
  for (const char c : text) {
    made += c == '"' || c == '\\' ? "\\" : "";
    made += c;
  }
  return made + "\"";
}

std::string field(std::string_view name, std::string_view value) {
  std::string made{name};
  made += ":";
  std::size_t column = made.size();
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(" \r"), value.size());
    const std::string_view word = value.substr(0, end);
    if (column + 1 + word.size() > kColumns && column > name.size() + 1) {
      made += "\r\n";
      column = 0;
    }
    made += ' ';
    made += word;
    column += 1 + word.size();
    value.remove_prefix(end);
    if (value.starts_with("\r\n ")) {  // folded already
      made += "\r\n";
      column = 0;
      value.remove_prefix(3);
    } else if (!value.empty()) {
      value.remove_prefix(1);
    }
  }
  return made + "\r\n";
}

}  // namespace sekisho::sanitize::mail
