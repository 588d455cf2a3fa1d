// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/mailbox.hpp"

#include "base/escape.hpp"

#include <algorithm>

namespace sekisho::smtp {
namespace {

constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestDomain = 255;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestPath = 512;

bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit_or_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_atext(char c) {
  static constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  return is_digit_or_letter(c) || kOthers.find(c) != std::string_view::npos;
}

/// Well-formed, and without control or bidirectional characters.
bool is_plain_utf8(std::string_view text) {
  return is_utf8(text) && escaped(text) == text;
}

bool is_dot_string(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' ||
      text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(text, [](char c) { return c == '.' || is_atext(c) || is_high(c); });
}

/// What may stand in a local part that must be quoted.
bool is_plain_quoted(std::string_view text) {
  static constexpr std::string_view kAmbiguous = "<>@\"\\";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= ' ' && c <= '~' && kAmbiguous.find(c) == std::string_view::npos) || is_high(c);
  });
}

/// The content of a quoted string at the start of `text`, and what follows it.
struct Quoted {
  std::string content;
  std::string_view rest;
};
Result<Quoted> read_quoted(std::string_view text) {
  Quoted read;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      read.rest = text.substr(at + 1);
      return read;
    }
    if (text[at] == '\\' && ++at == text.size()) {
      break;
    }
    read.content += text[at];
  }
  return fail("quoted local part without end");
}

bool is_label(std::string_view label, bool utf8) {
  if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
      label.back() == '-') {
    return false;
  }
  return std::ranges::all_of(
      label, [&](char c) { return is_digit_or_letter(c) || c == '-' || (utf8 && is_high(c)); });
}

/// The path without `@a,@b:` before the mailbox.
Result<std::string_view> without_route(std::string_view path, bool utf8) {
  if (!path.starts_with('@')) {
    return path;
  }
  const std::size_t colon = path.find(':');
  if (colon == std::string_view::npos) {
    return fail("source route without mailbox");
  }
  std::string_view hops = path.substr(0, colon);
  while (!hops.empty()) {
    const std::string_view hop = hops.substr(0, hops.find(','));
    if (!hop.starts_with('@') || !is_domain(hop.substr(1), utf8)) {
      return fail("malformed source route");
    }
    hops.remove_prefix(std::min(hops.size(), hop.size() + 1));
  }
  return path.substr(colon + 1);
}

Result<std::string_view> inside_brackets(std::string_view text) {
  if (text.size() < 2 || text.front() != '<' || text.back() != '>' || text.size() > kLongestPath) {
    return fail("path not in angle brackets");
  }
  return text.substr(1, text.size() - 2);
}

}  // namespace

bool is_domain(std::string_view text, bool utf8) {
  if (text.empty() || text.size() > kLongestDomain || !is_plain_utf8(text)) {
    return false;
  }
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot), utf8)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

Result<Mailbox> Mailbox::parse(std::string_view text, bool utf8) {
  std::string local;
  std::string_view rest;
  if (text.starts_with('"')) {
    auto quoted = read_quoted(text);
    if (!quoted) {
      return fail(std::move(quoted).error());
    }
    local = std::move(quoted->content);
    rest = quoted->rest;
    if (!is_plain_quoted(local)) {
      return fail("quoted local part that could be misread");
    }
  } else {
    const std::size_t at = text.find('@');
    local = text.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : text.substr(at);
    if (!is_dot_string(local)) {
      return fail("malformed local part");
    }
  }
  if (local.size() > kLongestLocal) {
    return fail("local part too long");
  }
  if (std::ranges::any_of(local, is_high) && !(utf8 && is_plain_utf8(local))) {
    return fail("local part beyond ASCII");
  }
  if (rest.starts_with("@[")) {
    return fail("address literals are not accepted");
  }
  if (!rest.starts_with('@') || !is_domain(rest.substr(1), utf8)) {
    return fail("malformed domain");
  }
  return Mailbox{std::move(local), std::string{rest.substr(1)}};
}

std::string Mailbox::str() const {
  const std::string local = is_dot_string(local_) ? local_ : '"' + local_ + '"';
  return domain_.empty() ? local : local + '@' + domain_;
}

bool Mailbox::is_ascii() const {
  return std::ranges::none_of(local_, is_high) && std::ranges::none_of(domain_, is_high);
}

Result<std::optional<Mailbox>> parse_reverse_path(std::string_view text, bool utf8) {
  const auto inside = inside_brackets(text);
  if (!inside) {
    return fail(inside.error());
  }
  if (inside->empty()) {
    return std::optional<Mailbox>{};
  }
  const auto path = without_route(*inside, utf8);
  if (!path) {
    return fail(path.error());
  }
  auto mailbox = Mailbox::parse(*path, utf8);
  if (!mailbox) {
    return fail(std::move(mailbox).error());
  }
  return std::optional{*std::move(mailbox)};
}

Result<Mailbox> parse_forward_path(std::string_view text, bool utf8) {
  auto path = parse_reverse_path(text, utf8);
  if (path && !*path) {
    return fail("empty forward-path");
  }
  if (path) {
    return **std::move(path);
  }
  constexpr std::string_view kPostmaster = "<postmaster>";
  const bool is_postmaster = std::ranges::equal(text, kPostmaster, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
  return is_postmaster ? Result<Mailbox>{Mailbox::postmaster()} : fail(std::move(path).error());
}

}  // namespace sekisho::smtp
