// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/parameters.hpp"

#include "sanitize/mail/words.hpp"
#include "sanitize/text/charset.hpp"

#include <algorithm>
#include <optional>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kMostParameters = 64;

bool is_token_letter(char c) {
  constexpr std::string_view kSpecial = "()<>@,;:\\\"/[]?=";
  return c > ' ' && c < 0x7f && kSpecial.find(c) == std::string_view::npos;
}
std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return made;
}
tl::unexpected<Wrong> wrong(Wrong what) {
  return tl::unexpected{what};
}

/// A parameter as it stands: "filename*1*" is part 1 of "filename", with percent signs.
struct Raw {
  std::string name;
  std::optional<std::size_t> part;
  bool extended = false;
  std::string value;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  bool take(char c) {
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }
  std::string token() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_token_letter(text_[at_])) {
      ++at_;
    }
    return std::string{text_.substr(start, at_ - start)};
  }
  /// A token or a quoted string; nothing where there is neither.
  std::optional<std::string> value() {
    if (!take('"')) {
      std::string made = token();
      return made.empty() ? std::nullopt : std::optional{std::move(made)};
    }
    std::string made;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return made;
      }
      if (text_[at_] == '\\' && ++at_ == text_.size()) {
        break;
      }
      made += text_[at_];
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// RFC 2231, 3 and 4: what stands behind the name.
tl::expected<Raw, Wrong> raw_of(std::string_view name, std::string value) {
  Raw raw;
  if (name.ends_with('*')) {
    raw.extended = true;
    name.remove_suffix(1);
  }
  if (const auto star = name.find('*'); star != std::string_view::npos) {
    const std::string_view digits = name.substr(star + 1);
    const bool number = !digits.empty() && digits.size() <= 2 &&
                        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!number || (digits.size() > 1 && digits.front() == '0')) {
      return wrong("a parameter's continuation has no proper number");
    }
    raw.part = digits.size() == 1
                   ? static_cast<std::size_t>(digits[0] - '0')
                   : static_cast<std::size_t>((digits[0] - '0') * 10 + digits[1] - '0');
    name = name.substr(0, star);
  }
  raw.name = lower(name);
  raw.value = std::move(value);
  return raw;
}

tl::expected<std::string, Wrong> without_percents(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      made += text[at];
      continue;
    }
    std::string word{"="};  // the same digits as those of an encoded word
    word += text.substr(at + 1, 2);
    const auto byte = from_q_word(word);
    if (!byte) {
      return wrong("a parameter with wrong percent signs");
    }
    made += *byte;
    at += 2;
  }
  return made;
}

/// One parameter from its parts in order.
tl::expected<std::string, Wrong> joined(std::span<const Raw> parts) {
  std::string bytes;
  std::string_view charset = "us-ascii";
  for (const Raw& part : parts) {
    std::string_view value = part.value;
    const bool first = &part == parts.data();
    const auto quote = value.find('\'');
    const auto second = quote == std::string_view::npos ? quote : value.find('\'', quote + 1);
    if (part.extended && first) {
      if (second == std::string_view::npos) {
        return wrong("an extended parameter without charset");
      }
      charset = value.substr(0, quote);
      value.remove_prefix(second + 1);
    } else if (part.extended && !parts.front().extended) {
      return wrong("a later part of a parameter is encoded, the first is not");
    } else if (part.extended && second != std::string_view::npos &&
               text::charset_called(value.substr(0, quote))) {
      return wrong("a charset in a later part of a parameter");
    }
    const auto plain = part.extended ? without_percents(value) : std::string{value};
    if (!plain) {
      return plain;
    }
    bytes += *plain;
  }
  const auto known = text::charset_called(charset.empty() ? "us-ascii" : charset);
  auto made = known ? text::decoded(bytes, *known) : tl::unexpected{std::size_t{0}};
  if (!made) {
    return wrong("a parameter is not in its charset");
  }
  return std::move(*made);
}

bool is_file_name(std::string_view name) {
  return name == "name" || name == "filename";
}

tl::expected<Parameter, Wrong> one_of(std::span<const Raw> parts) {
  const Raw& first = parts.front();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts.size() > 1 && !parts[i].part) {
      return wrong("a parameter stands twice");
    }
    if (parts[i].part && *parts[i].part != i) {
      return wrong("parts of a parameter are missing, doubled or out of order");
    }
  }
  const bool plain = parts.size() == 1 && !first.part && !first.extended;
  if (!plain && !is_file_name(first.name)) {
    return wrong("a parameter in parts or in a charset that is no file name");
  }
  auto value = joined(parts);
  if (value && may_hold_words(*value)) {
    value = plain && is_file_name(first.name) && is_all_words(*value)
                ? decoded_words(*value)
                : wrong("an encoded word in a parameter");
  }
  if (!value) {
    return tl::unexpected{value.error()};
  }
  return Parameter{first.name, std::move(*value)};
}

/// Parts of one name that stand one after the other belong together; elsewhere they are a second
/// one.
tl::expected<std::vector<Parameter>, Wrong> grouped(const std::vector<Raw>& raws) {
  std::vector<Parameter> made;
  for (std::size_t at = 0; at < raws.size();) {
    std::size_t end = at;
    while (end < raws.size() && raws[end].name == raws[at].name) {
      ++end;
    }
    auto one = one_of(std::span{raws}.subspan(at, end - at));
    if (!one) {
      return tl::unexpected{one.error()};
    }
    if (std::ranges::find(made, one->name, &Parameter::name) != made.end()) {
      return wrong("a parameter stands twice");
    }
    made.push_back(std::move(*one));
    at = end;
  }
  return made;
}

}  // namespace

std::string_view Parameters::operator[](std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? std::string_view{} : found->value;
}

tl::expected<Parameters, Wrong> parse_parameters(std::string_view text, bool slashed) {
  Reader reader{text};
  Parameters made;
  reader.blanks();
  made.value = lower(reader.token());
  bool whole = !made.value.empty();
  if (slashed) {
    whole = whole && reader.take('/');
    const std::string subtype = lower(reader.token());
    whole = whole && !subtype.empty();
    made.value += "/" + subtype;
  }
  std::vector<Raw> raws;
  reader.blanks();
  while (whole && !reader.at_end()) {
    if (!reader.take(';')) {
      return wrong("a comment, a second value or junk in a MIME field");
    }
    reader.blanks();
    if (reader.at_end()) {
      break;  // a last semicolon says nothing
    }
    const std::string name = reader.token();
    const bool equals = reader.take('=');
    auto value = equals ? reader.value() : std::nullopt;
    if (name.empty() || !value || raws.size() >= kMostParameters) {
      return wrong("no parameter where one must be");
    }
    auto raw = raw_of(name, std::move(*value));
    if (!raw) {
      return tl::unexpected{raw.error()};
    }
    raws.push_back(std::move(*raw));
    reader.blanks();
  }
  if (!whole) {
    return wrong("a MIME field without a proper value");
  }
  auto parameters = grouped(raws);
  if (!parameters) {
    return tl::unexpected{parameters.error()};
  }
  made.parameters = std::move(*parameters);
  return made;
}

}  // namespace sekisho::sanitize::mail
