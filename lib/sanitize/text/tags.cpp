// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/tags.hpp"

#include "sanitize/text/entities.hpp"

#include <algorithm>

namespace sekisho::sanitize::text {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\f";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) { return lower(c); });
  return made;
}
bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

}  // namespace

std::string_view Tag::operator[](std::string_view attribute) const {
  const auto found = std::ranges::find(attributes, attribute, &Attribute::name);
  return found == attributes.end() ? std::string_view{} : found->value;
}

bool Tag::has(std::string_view attribute) const {
  return std::ranges::find(attributes, attribute, &Attribute::name) != attributes.end();
}

bool Tokens::next(Tag& tag) {
  tag = {};
  while (at_ < html_.size()) {
    if (at() != '<') {
      const std::size_t end = std::min(html_.find('<', at_), html_.size());
      tag.text = html_.substr(at_, end - at_);
      at_ = end;
      return true;
    }
    if (is_letter(at(1)) || (at(1) == '/' && is_letter(at(2)))) {
      return start_or_end(tag);
    }
    if (at(1) == '!' || at(1) == '?' || (at(1) == '/' && at_ + 2 < html_.size())) {
      comment();
      continue;
    }
    tag.text = html_.substr(at_++, 1);
    return true;
  }
  return false;
}

void Tokens::comment() {
  ++passed_over_;
  if (!html_.substr(at_).starts_with("<!--")) {
    at_ = std::min(html_.find('>', at_), html_.size() - 1) + 1;
    return;
  }
  at_ += 4;
  if (at() == '>' || (at() == '-' && at(1) == '>')) {  // closed at once
    at_ += at() == '>' ? 1 : 2;
    return;
  }
  for (std::size_t dashes = html_.find("--", at_); dashes != std::string_view::npos;
       dashes = html_.find("--", dashes + 1)) {
    const std::string_view rest = html_.substr(dashes + 2);
    if (rest.starts_with('>') || rest.starts_with("!>")) {
      at_ = dashes + (rest.starts_with('>') ? 3 : 4);
      return;
    }
  }
  at_ = html_.size();
}

bool Tokens::start_or_end(Tag& tag) {
  tag.closing = at(1) == '/';
  at_ += tag.closing ? 2 : 1;
  const std::size_t end = std::min(html_.find_first_of(" \t\n\r\f/>", at_), html_.size());
  tag.name = lower(html_.substr(at_, end - at_));
  at_ = end;
  while (at_ < html_.size()) {
    if (at() == '>') {
      ++at_;
      return true;
    }
    if (is_blank(at()) || at() == '/') {
      ++at_;
    } else if (!attribute(tag)) {
      break;
    }
  }
  tag = {};
  at_ = html_.size();
  return false;
}

bool Tokens::attribute(Tag& tag) {
  // an equals sign may start a name, but not stand in it
  const std::size_t end = std::min(html_.find_first_of(" \t\n\r\f/>=", at_ + 1), html_.size());
  std::string name = lower(html_.substr(at_, end - at_));
  at_ = std::min(html_.find_first_not_of(kBlanks, end), html_.size());
  std::string_view value;
  if (at() == '=') {
    at_ = std::min(html_.find_first_not_of(kBlanks, at_ + 1), html_.size());
    const char quote = at();
    if (quote == '"' || quote == '\'') {
      const std::size_t close = html_.find(quote, at_ + 1);
      if (close == std::string_view::npos) {
        return false;
      }
      value = html_.substr(at_ + 1, close - at_ - 1);
      at_ = close + 1;
    } else {
      const std::size_t close = std::min(html_.find_first_of(" \t\n\r\f>", at_), html_.size());
      value = html_.substr(at_, close - at_);
      at_ = close;
    }
  }
  if (tag.attributes.size() < kMostAttributes && !tag.has(name)) {
    tag.attributes.push_back({std::move(name), without_references(value, true)});
  }
  return true;
}

std::string_view Tokens::raw_text(std::string_view name) {
  const std::size_t start = at_;
  for (std::size_t end = html_.find("</", at_); end != std::string_view::npos;
       end = html_.find("</", end + 1)) {
    const std::string_view after = html_.substr(end + 2);
    if (after.size() > name.size() && lower(after.substr(0, name.size())) == name &&
        std::string_view{" \t\n\r\f/>"}.find(after[name.size()]) != std::string_view::npos) {
      at_ = end;
      return html_.substr(start, end - start);
    }
  }
  at_ = html_.size();
  return html_.substr(start);
}

}  // namespace sekisho::sanitize::text
