// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/links.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/text/link_words.hpp"
#include "sanitize/text/signs.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kLongestRun = 64 << 10U;
/// What a longer one is parted into: no rewriting makes more than `kLongestRun` of it.
constexpr std::size_t kPiece = 8 << 10U;
constexpr std::size_t kLongestScheme = 32;
constexpr unsigned kMostPasses = 8;
constexpr std::size_t kLongestNoted = 200;
constexpr std::size_t kLongestMailbox = 256;

/// A colon or a dot, maybe in brackets.
struct Mark {
  std::size_t at = 0;
  std::size_t end = 0;
  bool bracketed = false;
};

/// One run of text without blanks, rewritten.
class Run {
 public:
  Run(std::string_view text, const Profile& profile, Report& report)
      : text_{text}, signs_{signs_of(text)}, profile_{profile}, report_{report} {}

  std::string rewritten() && {
    if (signs_.empty()) {
      return std::string{text_};
    }
    for (at_ = 0; at_ < signs_.size();) {
      const bool found = signs_[at_].code == '\\' ? share() : colon() || dot();
      at_ += found ? 0 : 1;
    }
    copy_to(signs_.size());
    return std::move(made_);
  }

 private:
  [[nodiscard]] char32_t code(std::size_t at) const {
    return at < signs_.size() ? signs_[at].code : 0;
  }
  [[nodiscard]] std::optional<Mark> mark(std::size_t at, char32_t of) const {
    if (code(at) == of) {
      return Mark{at, at + 1, false};
    }
    if (code(at) == '[' && code(at + 1) == of && code(at + 2) == ']') {
      return Mark{at, at + 3, true};
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string ascii(std::size_t from, std::size_t to) const {
    std::string made;
    for (std::size_t at = from; at < to; ++at) {
      append(made, signs_[at].code);
    }
    return made;
  }

  [[nodiscard]] std::string shown(std::size_t from, std::size_t to) const {
    std::string made;
    for (std::size_t at = from; at < to; ++at) {
      append(made, signs_[at].shown);
    }
    return made;
  }

  /// Copies as it came what was not rewritten.
  void copy_to(std::size_t end) {
    if (end > done_) {
      const std::size_t to = end < signs_.size() ? signs_[end].begin : text_.size();
      made_ += text_.substr(signs_[done_].begin, to - signs_[done_].begin);
      done_ = end;
    }
  }

  /// Signs [from, to) become `text`; the link reaches to `whole`.
  void replace(std::size_t from, std::size_t to, std::string_view text, std::size_t whole) {
    copy_to(from);
    report_.note(Action::NeutralisedLink, shown(from, std::min(whole, from + kLongestNoted)));
    if (profile_.links == Profile::Links::Remove) {
      made_ += profile_.language == Language::Ja ? "[リンク削除]" : "[link removed]";
      done_ = at_ = whole;
    } else {
      made_ += text;
      done_ = at_ = to;
    }
  }

  /// The end of a link whose path matters only to whom it is taken out for, or told.
  [[nodiscard]] std::size_t worth_noting(std::size_t at) const {
    const bool removed = profile_.links == Profile::Links::Remove;
    const std::size_t most = removed ? signs_.size() : at + kLongestNoted;
    while (at < most && (is_in_url(code(at)) || is_letter_beyond_ascii(code(at)))) {
      ++at;
    }
    return at;
  }

  /// `\\host\share`, which tells the host a password hash when it is only looked at.
  bool share() {
    std::size_t end = at_;
    while (code(end) == '\\') {
      ++end;
    }
    const char32_t next = code(end);
    if (end - at_ < 2 || !(is_label(next) || next == '.' || next == '?')) {
      at_ = end;
      return true;
    }
    replace(at_, end, "[" + shown(at_, end) + "]", worth_noting(end));
    return true;
  }

  [[nodiscard]] static bool fits(Follows follows, char32_t next, std::string_view rest) {
    switch (follows) {
      case Follows::Anything: return next != 0 && next != ']';
      case Follows::Slash: return is_slash(next);
      case Follows::Digit: return next == '+' || next == '%' || (next >= '0' && next <= '9');
      case Follows::MediaType: {
        const auto end = rest.find_first_of("/;,");
        return end != std::string_view::npos && end < 20 &&
               std::ranges::all_of(rest.substr(0, end),
                                   [](char c) { return c >= 'a' && c <= 'z'; });
      }
    }
    return false;
  }

  /// The scheme that ends before the colon and where it starts; an unknown one where "//" follows.
  struct Found {
    std::size_t from;
    std::string name;
    std::string_view becomes;
  };
  [[nodiscard]] std::optional<Found> scheme_before(const Mark& colon, std::size_t floor) const {
    std::size_t from = colon.at;
    while (from > floor && colon.at - from < kLongestScheme && is_scheme_letter(code(from - 1))) {
      --from;
    }
    const std::string before = ascii(from, colon.at);
    const std::size_t start = before.rfind('.') + 1;  // 0 where there is no dot
    const std::size_t letter = before.find_first_of("abcdefghijklmnopqrstuvwxyz", start);
    const bool authority = is_slash(code(colon.end)) && is_slash(code(colon.end + 1));
    if (letter == std::string::npos) {
      return authority && !before.empty()
                 ? std::optional{Found{from + start, before.substr(start), {}}}
                 : std::nullopt;
    }
    const std::string name = before.substr(letter);
    const std::string tail = name.substr(name.find_last_of("+-") + 1);
    const std::string rest = ascii(colon.end, std::min(colon.end + 24, signs_.size()));
    for (const Scheme& scheme : schemes()) {
      if ((name == scheme.name || tail == scheme.name) &&
          fits(scheme.follows, code(colon.end), rest)) {
        return Found{colon.at - scheme.name.size(), std::string{scheme.name}, scheme.becomes};
      }
    }
    if (authority && is_broken(tail)) {
      return Found{colon.at - tail.size(), tail, {}};
    }
    if (authority || (name.starts_with("ms-") && colon.end < signs_.size())) {
      return Found{from + letter, name, {}};
    }
    return std::nullopt;
  }

  bool colon() {
    const auto found = mark(at_, ':');
    if (!found) {
      return false;
    }
    const auto scheme = scheme_before(*found, done_);
    if (!scheme) {
      return false;
    }
    const bool broken = found->bracketed || is_broken(scheme->name);
    std::string text;
    if (broken) {
      text = shown(scheme->from, found->end);
    } else if (scheme->becomes.empty()) {
      text = shown(scheme->from, found->at) + "[:]";
    } else {
      text = std::string{scheme->becomes} + ":";
    }
    std::size_t end = found->end;
    bool changed = !broken;
    if (code(end) == '/' && code(end + 1) == '/') {
      while (code(end) == '/') {
        text += '/';
        ++end;
      }
      changed = authority(end, text) || changed;
    }
    if (changed) {
      replace(scheme->from, end, text, worth_noting(end));
    } else {
      at_ = end;
    }
    return true;
  }

  /// Where user, host and port end, or another scheme begins.
  [[nodiscard]] std::size_t end_of_authority(std::size_t start) const {
    std::size_t at = start;
    while (is_in_authority(code(at)) || code(at) == 0x3002) {
      if (const auto colon = mark(at, ':')) {
        if (const auto scheme = scheme_before(*colon, start)) {
          return scheme->from;
        }
      }
      ++at;
    }
    return at;
  }

  /// Appends user, host and port from `end` on with every dot bracketed, and moves `end` behind
  /// them. True where a dot was not yet.
  bool authority(std::size_t& end, std::string& text) const {
    bool changed = false;
    const std::size_t stop = end_of_authority(end);
    while (end < stop) {
      if (const auto dot = mark(end, '.')) {
        const bool inner = is_label(code(dot->end)) || mark(dot->end, '.').has_value();
        text += inner || dot->bracketed ? "[.]" : ".";
        changed = changed || (inner && !dot->bracketed);
        end = dot->end;
      } else if (code(end) == 0x3002 && is_ascii_label(code(end + 1))) {
        text += "[.]";  // what browsers take for a dot (UTS #46)
        changed = true;
        ++end;
      } else if (is_in_authority(code(end))) {
        append(text, signs_[end++].shown);
      } else {
        break;
      }
    }
    return changed;
  }

  /// A name with dots from `from` on.
  struct Host {
    std::size_t end = 0;
    std::string text;  ///< with bracketed dots
    std::u32string last;
    bool changed = false;  ///< a dot was not bracketed
    bool dotted = false;
    bool www = false;  ///< a label but the last is "www": taken for a host whatever follows
  };
  [[nodiscard]] std::u32string label(std::size_t from) const {
    std::u32string made;
    const bool ascii_only = is_ascii_label(code(from));
    for (std::size_t at = from;
         ascii_only ? is_ascii_label(code(at)) : is_letter_beyond_ascii(code(at)); ++at) {
      made += code(at);
    }
    return made;
  }
  [[nodiscard]] bool ends_in_www(std::size_t end) const {
    return end >= 3 && ascii(end - 3, end) == "www" &&
           (end == 3 || !is_ascii_label(code(end - 4)) || code(end - 4) == '-' ||
            code(end - 4) == '_');
  }
  [[nodiscard]] Host host(std::size_t from, std::size_t limit) const {
    Host made{from, {}, {}, false, false, false};
    while (is_label(code(made.end))) {  // the first may mix letters
      append(made.text, signs_[made.end++].shown);
    }
    for (auto dot = mark(made.end, '.'); dot; dot = mark(made.end, '.')) {
      const std::u32string next = label(dot->end);
      const bool foreign = !next.empty() && !is_ascii_label(next.front());
      if (next.empty() || dot->end + next.size() > limit ||
          (foreign && !mark(dot->end + next.size(), '.') && !is_foreign_domain(next))) {
        break;
      }
      made.text += "[.]";
      made.text += shown(dot->end, dot->end + next.size());
      made.www = made.www || ends_in_www(dot->at);
      made.changed = made.changed || !dot->bracketed;
      made.dotted = true;
      made.last = next;
      made.end = dot->end + next.size();
    }
    return made;
  }

  /// "www.http://…": the name ends before the scheme, its last dot with it.
  bool dot_before(const Found& scheme, std::size_t from) {
    const Host name = host(from, scheme.from);
    const auto last = mark(name.end, '.');
    const bool joined = last && last->end <= scheme.from;
    if (!name.changed && (!joined || last->bracketed)) {
      return false;
    }
    const std::size_t end = joined ? last->end : name.end;
    replace(from, end, name.text + (joined ? "[.]" : ""), end);
    return true;
  }

  /// What an address has behind its sign; nothing else begins there.
  [[nodiscard]] bool is_mail_host(std::size_t from) const {
    const Host name = host(from, signs_.size());
    return name.dotted && !mark(name.end, ':');
  }

  bool dot() {
    if (!mark(at_, '.') || at_ == done_ || !is_label(code(at_ - 1))) {
      return false;
    }
    std::size_t from = at_;
    const bool ascii_only = is_ascii_label(code(at_ - 1));
    while (from > done_ &&
           (ascii_only ? is_ascii_label(code(from - 1)) : is_label(code(from - 1)))) {
      --from;
    }
    const Host found = host(from, signs_.size());
    if (const auto colon = mark(found.end, ':')) {
      if (const auto scheme = scheme_before(*colon, done_)) {
        return dot_before(*scheme, from);
      }
    }
    if (!found.dotted) {
      return false;
    }
    const bool mailbox = code(found.end) == '@' && is_mail_host(found.end + 1);
    const bool address = from > done_ && code(from - 1) == '@';
    const bool is_host = found.www || (!mailbox && (address || is_top_level(found.last)));
    if (!found.changed || !is_host) {
      at_ = found.end;
      return true;
    }
    const std::size_t name = from;
    if (address) {
      while (from > done_ && name - from < kLongestMailbox && is_in_url(code(from - 1)) &&
             code(from - 1) != '(') {
        --from;
      }
    }
    replace(from, found.end, shown(from, name) + found.text, worth_noting(found.end));
    return true;
  }

  std::string_view text_;
  std::vector<Sign> signs_;
  const Profile& profile_;
  Report& report_;
  std::size_t at_ = 0;
  std::size_t done_ = 0;  ///< signs before it are in made_
  std::string made_;
};

bool is_blank_at(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  return c <= ' ' || (c == 0xe3 && text.substr(at, 3) == "\u3000") ||
         (c == 0xc2 && text.substr(at, 2) == "\u00a0");
}

/// Whether anything in it could be part of a link.
bool is_suspicious(std::string_view run) {
  return run.find_first_of(":.\\") != std::string_view::npos ||
         run.find("\xef\xbc") != std::string_view::npos ||  // full-width forms U+FF00–FF3F
         run.find("\xef\xb9") != std::string_view::npos ||  // small forms U+FE50–FE6F
         run.find("\u2024") != std::string_view::npos;
}

/// Rewritten until nothing changes, so that who reads the result finds nothing to rewrite.
std::string settled(std::string_view run, const Profile& profile, Report& report) {
  std::string made{run};
  for (unsigned pass = 0; pass < kMostPasses; ++pass) {
    std::string next = Run{made, profile, report}.rewritten();
    if (next == made) {
      return made;
    }
    made = std::move(next);
  }
  std::erase_if(made, [](char c) { return c == '.' || c == ':' || c == '\\'; });
  return made;
}

std::string run_without_links(std::string_view run, const Profile& profile, Report& report) {
  if (!is_suspicious(run)) {
    return std::string{run};
  }
  if (run.size() <= kLongestRun) {
    std::string made = settled(run, profile, report);
    if (made.size() <= kLongestRun) {
      return made;
    }
  }
  std::string made;
  while (!run.empty()) {
    const std::string_view piece = run.substr(0, cut_at(run, kPiece));
    made += made.empty() ? "" : "\n";
    made += settled(piece, profile, report);
    run.remove_prefix(piece.size());
  }
  return made;
}

}  // namespace

std::string without_links(std::string_view text, const Profile& profile, Report& report) {
  std::string made;
  made.reserve(text.size() + text.size() / 16);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_blank_at(text, end)) {
      ++end;
    }
    made += run_without_links(text.substr(at, end - at), profile, report);
    at = end;
    while (at < text.size() && is_blank_at(text, at)) {
      made += text[at++];
      // the rest of a blank of several bytes
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80) {
        made += text[at++];
      }
    }
  }
  return made;
}

}  // namespace sekisho::sanitize::text
