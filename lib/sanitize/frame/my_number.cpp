// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/my_number.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::sanitize {
namespace {

/// A digit or separator of the text: where it stands and what it is.
struct Sign {
  std::size_t at = 0;
  std::size_t length = 0;
  char is = 0;  ///< '0'–'9', '-' for any separator, 0 for anything else
};

struct Spelling {
  std::string_view bytes;
  char is;
};
/// Separators as people write them, half and full width (U+3000, U+2010–2015, U+2212, U+30FC,
/// U+FF0D, U+FF70, U+00A0).
constexpr std::array kSeparators{
    Spelling{" ", '-'},      Spelling{"-", '-'},      Spelling{"\t", '-'},
    Spelling{"\u3000", '-'}, Spelling{"\u2010", '-'}, Spelling{"\u2011", '-'},
    Spelling{"\u2012", '-'}, Spelling{"\u2013", '-'}, Spelling{"\u2014", '-'},
    Spelling{"\u2015", '-'}, Spelling{"\u2212", '-'}, Spelling{"\u30fc", '-'},
    Spelling{"\uff0d", '-'}, Spelling{"\uff70", '-'}, Spelling{"\u00a0", '-'},
};
constexpr std::array<std::string_view, 5> kWords{"個人番号", "マイナンバー", "ﾏｲﾅﾝﾊﾞｰ", "My Number",
                                                 "my number"};
/// How far before the number such a word may stand, in bytes.
constexpr std::size_t kNear = 90;

/// A digit, or the first byte of a full-width one.
bool may_be_digit(char c) {
  return (c >= '0' && c <= '9') || c == '\xef';
}

Sign sign_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c >= '0' && c <= '9') {
    return {at, 1, c};
  }
  // full-width digits are U+FF10 to U+FF19: EF BC 90 to EF BC 99
  if (text.substr(at).starts_with("\xef\xbc") && at + 2 < text.size()) {
    const auto low = static_cast<unsigned char>(text[at + 2]);
    if (low >= 0x90 && low <= 0x99) {
      return {at, 3, static_cast<char>('0' + (low - 0x90))};
    }
  }
  for (const Spelling& separator : kSeparators) {
    if (text.substr(at).starts_with(separator.bytes)) {
      return {at, separator.bytes.size(), separator.is};
    }
  }
  return {at, 1, 0};
}

bool near_a_word(std::string_view text, std::size_t at) {
  const std::size_t from = at > kNear ? at - kNear : 0;
  const std::string_view before = text.substr(from, at - from);
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return before.find(word) != std::string_view::npos; });
}

/// Groups of digits that single separators join: "1234-5678-9012" is three, "123456789012" one.
class Groups {
 public:
  void digit(std::size_t at, char value) {
    if (!open_) {
      groups_.push_back({at, {}});
      open_ = true;
    }
    groups_.back().digits += value;
  }
  /// False where the groups end: two separators in a row.
  bool separator() { return std::exchange(open_, false); }

  void count(std::string_view text, MyNumbers& found) const {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].digits.size() == 12 && is_my_number(groups_[i].digits)) {
        ++(near_a_word(text, groups_[i].at) ? found.certain : found.possible);
      }
      if (i + 2 < groups_.size() && four(i) && four(i + 1) && four(i + 2) &&
          is_my_number(groups_[i].digits + groups_[i + 1].digits + groups_[i + 2].digits)) {
        const bool longer = (i > 0 && four(i - 1)) || (i + 3 < groups_.size() && four(i + 3));
        if (near_a_word(text, groups_[i].at)) {
          ++found.certain;
        } else if (!longer) {  // sixteen digits in fours are a bank card's
          ++found.certain;
        }
        i += 2;
      }
    }
  }

 private:
  struct Group {
    std::size_t at;
    std::string digits;
  };
  [[nodiscard]] bool four(std::size_t i) const { return groups_[i].digits.size() == 4; }

  std::vector<Group> groups_;
  bool open_ = false;
};

}  // namespace

bool is_my_number(std::string_view digits) {
  constexpr std::array<unsigned, 11> kWeights{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.size() != 12 || !std::ranges::all_of(digits, is_digit)) {
    return false;
  }
  unsigned sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    sum += kWeights.at(i) * static_cast<unsigned>(digits[i] - '0');
  }
  const unsigned rest = sum % 11;
  const unsigned check = rest <= 1 ? 0 : 11 - rest;
  return check == static_cast<unsigned>(digits[11] - '0');
}

MyNumbers find_my_numbers(std::string_view text) {
  MyNumbers found;
  std::optional<Groups> groups;
  for (std::size_t at = 0; at < text.size();) {
    if (!groups && !may_be_digit(text[at])) {
      ++at;  // nearly every byte of nearly every text
      continue;
    }
    const Sign sign = sign_at(text, at);
    if (sign.is >= '0' && sign.is <= '9') {
      if (!groups) {
        groups.emplace();
      }
      groups->digit(sign.at, sign.is);
    } else if (groups && !(sign.is == '-' && groups->separator())) {
      groups->count(text, found);
      groups.reset();
    }
    at += sign.length;
  }
  if (groups) {
    groups->count(text, found);
  }
  return found;
}

}  // namespace sekisho::sanitize
