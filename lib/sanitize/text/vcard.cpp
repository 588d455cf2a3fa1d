// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/calendar.hpp"
#include "sanitize/text/content_lines.hpp"
#include "sanitize/text/plain.hpp"
#include "sanitize/text/values.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::text {
namespace {

struct Kept {
  std::string_view property;
  Kind kind;
};
constexpr std::array kKept{
    Kept{"FN", Kind::Text},
    Kept{"N", Kind::Parts},
    Kept{"NICKNAME", Kind::Parts},
    Kept{"ORG", Kind::Parts},
    Kept{"TITLE", Kind::Text},
    Kept{"ROLE", Kind::Text},
    Kept{"TEL", Kind::Telephone},
    Kept{"EMAIL", Kind::Mailbox},
    Kept{"ADR", Kind::Parts},
    Kept{"LABEL", Kind::Text},
    Kept{"NOTE", Kind::Text},
    Kept{"BDAY", Kind::Time},
    Kept{"CATEGORIES", Kind::Parts},
    Kept{"UID", Kind::Identifier},
    Kept{"REV", Kind::Time},
    Kept{"KIND", Kind::Word},
    Kept{"SORT-STRING", Kind::Text},
    Kept{"X-PHONETIC-FIRST-NAME", Kind::Text},
    Kept{"X-PHONETIC-LAST-NAME", Kind::Text},
};

Action action_of(std::string_view property) {
  constexpr std::array<std::string_view, 5> kEmbedded{"PHOTO", "LOGO", "SOUND", "KEY", "AGENT"};
  if (std::ranges::find(kEmbedded, property) != kEmbedded.end()) {
    return Action::RemovedEmbedded;
  }
  return property == "URL" || property == "SOURCE" || property == "IMPP" ? Action::RemovedExternal
                                                                         : Action::RemovedUnknown;
}

std::optional<std::string> from_quoted_printable(std::string_view value) {
  std::string made;
  const auto digit = [](char c) {
    constexpr std::string_view kDigits = "0123456789ABCDEFabcdef";
    const auto at = kDigits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at < 16 ? at : at - 6);
  };
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '=') {
      made += value[at];
      continue;
    }
    const int high = at + 2 < value.size() ? digit(value[at + 1]) : -1;
    const int low = high < 0 ? -1 : digit(value[at + 2]);
    if (low < 0) {
      return std::nullopt;
    }
    made += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return made;
}

/// The value in UTF-8 without the encodings of version 2.1; nothing where it is binary or cannot be
/// read.
std::optional<std::string> plain_value(const Property& property) {
  const Parameter* encoding = property.parameter("ENCODING");
  const bool bare = std::ranges::any_of(property.parameters, [](const Parameter& parameter) {
    return parameter.name == "TYPE" && parameter.values.size() == 1 &&
           parameter.values[0] == "QUOTED-PRINTABLE";
  });
  if (encoding == nullptr && !bare) {
    return property.value;
  }
  if (!bare && (encoding->values.size() != 1 || encoding->values[0] != "QUOTED-PRINTABLE")) {
    return std::nullopt;
  }
  const auto bytes = from_quoted_printable(property.value);
  const Parameter* named = property.parameter("CHARSET");
  const auto charset = named == nullptr || named->values.size() != 1
                           ? std::optional{Charset::Utf8}
                           : charset_called(named->values[0]);
  if (!bytes || !charset) {
    return std::nullopt;
  }
  const auto text = decoded(*bytes, *charset);
  return text ? std::optional{*text} : std::nullopt;
}

std::string types_of(const Property& property) {
  std::string made;
  for (const Parameter& parameter : property.parameters) {
    if (parameter.name != "TYPE" && parameter.name != "PREF") {
      continue;
    }
    for (const std::string& value : parameter.values) {
      if (is_word(value) && value != "QUOTED-PRINTABLE") {
        made += ";" + parameter.name + "=" + value;
      }
    }
  }
  return made;
}

void write(const Component& card, Job& job, std::string& made) {
  const auto version = std::ranges::find(card.properties, "VERSION", &Property::name);
  const bool fourth = version != card.properties.end() && version->value == "4.0";
  write_line(made, "BEGIN:VCARD");
  write_line(made, fourth ? "VERSION:4.0" : "VERSION:3.0");
  for (const Property& property : card.properties) {
    if (property.name == "VERSION" || property.name == "PRODID") {
      continue;
    }
    const auto row = std::ranges::find(kKept, property.name, &Kept::property);
    auto plain = row == kKept.end() ? std::nullopt : plain_value(property);
    if (plain && row->kind == Kind::Telephone && plain->starts_with("tel:")) {
      plain->erase(0, 4);
    }
    const auto value = plain ? value_of(row->kind, *plain, job) : std::nullopt;
    if (value) {
      write_line(made, property.name + types_of(property) + ":" + *value);
    } else {
      job.report().note(action_of(property.name), property.name);
    }
  }
  for (const Component& inner : card.components) {
    job.report().note(Action::RemovedEmbedded, inner.name);
  }
  write_line(made, "END:VCARD");
}

}  // namespace

Outcome sanitize_vcard(const Item& item, Job& job) {
  auto read = read_text(as_text(item.bytes), std::nullopt, job.report());
  if (!read) {
    return tl::unexpected{read.error()};
  }
  const auto cards = parse_components(read->text);
  if (!cards) {
    return tl::unexpected{cards.error()};
  }
  if (cards->empty()) {
    return refuse(Refusal::Malformed, "no contact in it");
  }
  std::string made;
  for (const Component& card : *cards) {
    if (card.name != "VCARD") {
      return refuse(Refusal::Malformed, "component '" + card.name + "' is no contact");
    }
    write(card, job, made);
  }
  job.report().saw_text(made);
  return Rebuilt{Type::Vcard, std::move(made), false, {}};
}

}  // namespace sekisho::sanitize::text
