// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/addresses.hpp"

#include "sanitize/mail/words.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kMostAddresses = 1'000;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_atom_letter(char c) {
  constexpr std::string_view kAlso = "!#$%&'*+-/=?^_`{|}~";
  return is_letter_or_digit(c) || kAlso.find(c) != std::string_view::npos;
}
tl::unexpected<Wrong> wrong(Wrong what) {
  return tl::unexpected{what};
}

enum class Kind : std::uint8_t { Atom, Quoted, Comment, Literal, Special, End };
struct Token {
  Kind kind = Kind::End;
  std::string text;
  bool behind_blank = false;
  [[nodiscard]] bool is(char c) const { return kind == Kind::Special && text[0] == c; }
};

/// Text between delimiters with backslashes; `nested` for comments. Nothing where it does not end.
std::optional<std::string> enclosed(std::string_view text, std::size_t& at, char open, char close) {
  std::string made;
  std::size_t depth = 1;
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      if (++at == text.size()) {
        break;
      }
      made += text[at];
      continue;
    }
    if (c == close && --depth == 0) {
      ++at;
      return made;
    }
    depth += c == open && open != close ? 1 : 0;
    made += c;
  }
  return std::nullopt;
}

tl::expected<std::vector<Token>, Wrong> tokens_of(std::string_view text) {
  std::vector<Token> made;
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\t') {
      blank = true;
      ++at;
      continue;
    }
    Token token{Kind::Special, std::string(1, c), std::exchange(blank, false)};
    const bool encloses = c == '"' || c == '(' || c == '[';
    if (encloses) {
      auto inner = enclosed(text, at, c, c == '"' ? '"' : c == '(' ? ')' : ']');
      if (!inner) {
        return wrong("a quote or comment that does not end");
      }
      token.kind = c == '"' ? Kind::Quoted : c == '(' ? Kind::Comment : Kind::Literal;
      token.text = std::move(*inner);
    } else if (is_atom_letter(c)) {
      const std::size_t start = at;
      while (at < text.size() && is_atom_letter(text[at])) {
        ++at;
      }
      token.kind = Kind::Atom;
      token.text = text.substr(start, at - start);
    } else if (std::string_view{".@<>,:;"}.find(c) != std::string_view::npos) {
      ++at;
    } else {
      return wrong("a character that no address has");
    }
    made.push_back(std::move(token));
  }
  made.push_back({Kind::End, {}, blank});
  return made;
}

/// Domains are names or literals: letters, digits, hyphens and dots; an address in brackets.
bool is_domain(std::string_view text) {
  const bool literal = text.starts_with('[') && text.ends_with(']');
  return text.size() <= 255 && std::ranges::all_of(text, [&](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' ||
                  (literal && (c == ':' || c == '[' || c == ']'));
         });
}

/// A row of atoms and dots as it is, anything else in quotes (Japanese carriers gave out "a..b@").
std::string quoted_local(const std::string& local, bool was_quoted) {
  bool dot = true;
  bool proper = !local.empty();
  for (const char c : local) {
    proper = proper && (c == '.' ? !dot : is_atom_letter(c));
    dot = c == '.';
  }
  if (proper && !dot) {
    return local;
  }
  if (!was_quoted && local.empty()) {
    return {};
  }
  std::string made{"\""};
  for (const char c : local) {
    made += c == '"' || c == '\\' ? "\\" : "";
    made += c;
  }
  return made + "\"";
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, Report& report) : tokens_{std::move(tokens)}, report_{report} {}

  tl::expected<std::vector<Address>, Wrong> run() && {
    bool in_group = false;
    while (true) {
      if (auto member = one(in_group); !member) {
        return tl::unexpected{member.error()};
      }
      if (made_.size() > kMostAddresses) {
        return wrong("more than 1000 addresses");
      }
      if (next().is(';') && std::exchange(in_group, false)) {
        ++at_;
        comments();
      }
      if (next().kind == Kind::End) {
        break;
      }
      if (!next().is(',')) {
        return wrong("no comma between addresses");
      }
      ++at_;
    }
    return in_group ? tl::expected<std::vector<Address>, Wrong>{wrong("a group that does not end")}
                    : std::move(made_);
  }

 private:
  [[nodiscard]] const Token& next() const { return tokens_[at_]; }
  std::string comments() {
    std::string said;
    while (next().kind == Kind::Comment) {
      said += (said.empty() ? "" : " ") + tokens_[at_++].text;
    }
    return said;
  }

  /// An address, or the name of a group and its first member.
  tl::expected<void, Wrong> one(bool& in_group) {
    std::string comment = comments();
    const std::size_t start = at_;
    while (next().kind == Kind::Atom || next().kind == Kind::Quoted || next().is('.') ||
           next().kind == Kind::Comment) {
      ++at_;
    }
    if (next().is(':') && !in_group && at_ > start) {
      in_group = true;
      ++at_;
      comments();
      return next().is(';') ? tl::expected<void, Wrong>{} : one(in_group);
    }
    if (next().is('<')) {
      auto name = phrase(start, at_);
      ++at_;
      auto mailbox = address();
      if (!name || !mailbox || !next().is('>')) {
        return wrong(!name      ? name.error()
                     : !mailbox ? mailbox.error()
                                : "an address without its end");
      }
      ++at_;
      comment += comments();
      return add(name->empty() ? decoded(comment) : std::move(name), std::move(*mailbox));
    }
    at_ = start;
    auto mailbox = address();
    if (!mailbox) {
      return tl::unexpected{mailbox.error()};
    }
    comment += comments();
    return add(decoded(comment), std::move(*mailbox));
  }
  tl::expected<void, Wrong> add(tl::expected<std::string, Wrong> name, std::string mailbox) {
    if (!name) {
      return tl::unexpected{name.error()};
    }
    made_.push_back({std::move(*name), std::move(mailbox)});
    return {};
  }

  tl::expected<std::string, Wrong> decoded(const std::string& text) {
    auto made = decoded_words(text);
    if (!made) {
      return made;
    }
    std::string clean = text::cleaned_line(*made, report_);
    clean.erase(0, std::min(clean.find_first_not_of(' '), clean.size()));
    clean.erase(clean.find_last_not_of(' ') + 1);
    return clean;
  }
  tl::expected<std::string, Wrong> phrase(std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t at = from; at < to; ++at) {
      const Token& token = tokens_[at];
      if (token.kind == Kind::Comment) {
        continue;
      }
      if (token.kind == Kind::Quoted && may_hold_words(token.text)) {
        return wrong("an encoded word in quotes");
      }
      text += token.behind_blank && !text.empty() ? " " : "";
      text += token.text;
    }
    return decoded(text);
  }

  /// local@domain without blanks in it.
  tl::expected<std::string, Wrong> address() {
    std::string local;
    const bool quoted = next().kind == Kind::Quoted;
    const std::size_t first = at_;
    while (next().kind == Kind::Atom || next().is('.') || (quoted && at_ == first)) {
      if (at_ > first && next().behind_blank) {
        return wrong("a blank in an address");
      }
      local += tokens_[at_++].text;
    }
    if (quoted && at_ != first + 1) {
      return wrong("an address that is quoted in part");
    }
    const std::string written_local = quoted_local(local, quoted);
    if (written_local.empty() || !next().is('@') || next().behind_blank || local.size() > 64) {
      return wrong("no proper address");
    }
    ++at_;
    std::string domain;
    const std::size_t start = at_;
    while (next().kind == Kind::Atom || next().is('.') ||
           (next().kind == Kind::Literal && at_ == start)) {
      if (next().behind_blank) {
        return wrong("a blank in an address");
      }
      domain += next().kind == Kind::Literal ? "[" + next().text + "]" : next().text;
      ++at_;
    }
    if (domain.empty() || !is_domain(domain)) {
      return wrong("no proper domain in an address");
    }
    return written_local + "@" + domain;
  }

  std::vector<Token> tokens_;
  Report& report_;
  std::size_t at_ = 0;
  std::vector<Address> made_;
};

}  // namespace

tl::expected<std::vector<Address>, Wrong> parse_addresses(std::string_view text, Report& report) {
  auto tokens = tokens_of(text);
  if (!tokens) {
    return tl::unexpected{tokens.error()};
  }
  return Parser{std::move(*tokens), report}.run();
}

std::string written(const std::vector<Address>& addresses) {
  std::string made;
  for (const Address& address : addresses) {
    made += made.empty() ? "" : ", ";
    made += address.name.empty() ? address.mailbox
                                 : encoded_phrase(address.name) + " <" + address.mailbox + ">";
  }
  return made;
}

std::vector<std::string> parse_identifiers(std::string_view text) {
  std::vector<std::string> made;
  const auto is_proper = [](std::string_view part, bool right) {
    return !part.empty() && std::ranges::all_of(part, [&](char c) {
      return is_atom_letter(c) || c == '.' || (right && (c == '[' || c == ']' || c == ':'));
    });
  };
  for (std::size_t open = text.find('<'); open != std::string_view::npos;
       open = text.find('<', open + 1)) {
    const std::string_view inner = text.substr(open + 1, text.find('>', open) - open - 1);
    const auto at = inner.find('@');
    if (inner.size() <= 248 && at != std::string_view::npos &&
        is_proper(inner.substr(0, at), false) && is_proper(inner.substr(at + 1), true) &&
        made.size() < 100) {
      made.push_back("<" + std::string{inner} + ">");
    }
  }
  return made;
}

}  // namespace sekisho::sanitize::mail
