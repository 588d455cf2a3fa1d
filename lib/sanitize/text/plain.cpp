// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/plain.hpp"

#include "sanitize/frame/characters.hpp"

namespace sekisho::sanitize::text {
namespace {

constexpr std::uint32_t kEscape = 0x1b;
/// At the start of a text it would be taken for its charset.
constexpr std::uint32_t kByteOrderMark = 0xfeff;

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f;
}

/// The length of "[31m" and its kin behind an ESC (ECMA-48, 5.4); 0 where there is none.
std::size_t terminal_sequence(std::string_view rest) {
  if (!rest.starts_with('[')) {
    return 0;
  }
  std::size_t at = 1;
  while (at < rest.size() && rest[at] >= 0x20 && rest[at] <= 0x3f) {
    ++at;
  }
  return at < rest.size() && rest[at] >= 0x40 && rest[at] <= 0x7e ? at + 1 : 0;
}

bool ends_a_line(std::uint32_t code) {
  return code == 0x0b || code == 0x0c || code == 0x85 || code == 0x2028 || code == 0x2029;
}

class Cleaning {
 public:
  explicit Cleaning(std::string_view text) : text_{text} { made_.reserve(text.size()); }

  std::string run(Report& report) && {
    while (at_ < text_.size()) {
      const std::size_t start = at_;
      while (at_ < text_.size() && is_plain(text_[at_])) {
        ++at_;
      }
      made_ += text_.substr(start, at_ - start);
      if (at_ < text_.size()) {
        special();
      }
    }
    if (removed_ > 0) {
      report.note(Action::RemovedCharacters, {}, removed_);
    }
    if (invisible_ > 0) {
      report.note(Action::NotedCharacters, "zero-width", invisible_);
    }
    if (private_use_ > 0) {
      report.note(Action::NotedCharacters, "private use", private_use_);
    }
    return std::move(made_);
  }

 private:
  void special() {
    const Character character = character_at(text_, at_);
    const std::string_view bytes = text_.substr(at_, character.length);
    at_ += character.length;
    if (character.code == '\n' || character.code == '\t') {
      made_ += bytes;
    } else if (character.code == '\r') {
      made_ += text_.substr(at_).starts_with('\n') ? "\r" : "\n";
    } else if (ends_a_line(character.code)) {
      made_ += '\n';
      ++removed_;
    } else if (!character.valid || is_control(character.code) || is_bidi_control(character.code) ||
               is_noncharacter(character.code) || character.code == kByteOrderMark) {
      at_ += character.code == kEscape ? terminal_sequence(text_.substr(at_)) : 0;
      ++removed_;
    } else {
      invisible_ += is_invisible(character.code) ? 1 : 0;
      private_use_ += is_private_use(character.code) ? 1 : 0;
      made_ += bytes;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string made_;
  std::uint64_t removed_ = 0;
  std::uint64_t invisible_ = 0;
  std::uint64_t private_use_ = 0;
};

}  // namespace

std::string cleaned(std::string_view text, Report& report) {
  return Cleaning{text}.run(report);
}

std::string cleaned_line(std::string_view text, Report& report) {
  std::string made;
  for (const char c : cleaned(text, report)) {
    if (c == '\n' || c == '\t') {
      made += ' ';
    } else if (c != '\r') {
      made += c;
    }
  }
  return made;
}

tl::expected<Read, Refused> read_text(std::string_view bytes, std::optional<Charset> declared,
                                      Report& report) {
  const std::optional<Charset> charset = declared ? declared : detected(bytes);
  if (!charset) {
    return refuse(Refusal::Malformed, "its characters are in no charset that is read here");
  }
  auto text = decoded(bytes, *charset);
  if (!text) {
    return refuse(Refusal::Malformed, "byte " + std::to_string(text.error()) + " is not " +
                                          std::string{name_of(*charset)});
  }
  if (*charset != Charset::Utf8 && *charset != Charset::Ascii) {
    report.note(Action::ChangedCharset, name_of(*charset));
  }
  return Read{std::move(*text), *charset};
}

}  // namespace sekisho::sanitize::text
