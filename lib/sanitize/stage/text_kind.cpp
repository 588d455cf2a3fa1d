// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize {
namespace {

using namespace std::string_view_literals;

/// How much of a text tells its kind.
constexpr std::size_t kBeginning = 4096;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool begins(std::string_view text, std::string_view what) {
  return text.size() >= what.size() &&
         std::equal(what.begin(), what.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

void skip_blanks(std::string_view& text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n\f");
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
}

/// The beginning as ASCII: UTF-16 without its zeros, no byte order mark.
std::string beginning(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  const bool wide = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  text = text.substr(wide ? 2 : 0, kBeginning);
  std::string made{text};
  if (wide) {
    std::erase(made, '\0');
  }
  return made;
}

/// Behind declarations, document types, comments and instructions; `text` is at the first tag then.
void skip_prolog(std::string_view& text) {
  for (;;) {
    skip_blanks(text);
    const bool comment = text.starts_with("<!--");
    if (!comment && !text.starts_with("<?") && !begins(text, "<!doctype")) {
      return;
    }
    const std::string_view end = comment ? "-->"sv : ">"sv;
    const std::size_t at = text.find(end);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  }
}

bool is_tag(std::string_view text, std::string_view name) {
  if (!text.starts_with("<") || !begins(text.substr(1), name)) {
    return false;
  }
  const std::size_t behind = 1 + name.size();
  return text.size() == behind || " \t\r\n/>"sv.find(text[behind]) != std::string_view::npos;
}

/// Markup by its first tag; `Unknown` where it does not begin with one.
Type markup(std::string_view text) {
  constexpr std::array kTags{"html"sv, "head"sv,  "body"sv,   "script"sv, "title"sv,
                             "meta"sv, "table"sv, "iframe"sv, "style"sv,  "frameset"sv};
  skip_blanks(text);
  const bool declared = text.starts_with("<?xml");
  if (begins(text, "<!doctype html")) {
    return Type::Html;
  }
  if (begins(text, "<!doctype svg")) {
    return Type::Svg;
  }
  skip_prolog(text);
  const auto is_first = [&](std::string_view name) { return is_tag(text, name); };
  if (is_first("svg") || is_first("svg:svg")) {
    return Type::Svg;
  }
  if (std::ranges::any_of(kTags, is_first)) {
    return Type::Html;
  }
  return declared ? Type::Xml : Type::Unknown;
}

/// A header field's name and its colon (RFC 5322, 2.2).
std::string_view field_name(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon == std::string_view::npos ? 0 : colon);
  const auto printable = [](char c) { return c > ' ' && c < 127; };
  return std::ranges::all_of(name, printable) ? name : std::string_view{};
}

/// At least two fields that mails have and nothing before the empty line that is no field.
bool is_mail(std::string_view text) {
  constexpr std::array kFields{
      "from"sv,         "to"sv,           "subject"sv,        "date"sv,
      "received"sv,     "message-id"sv,   "mime-version"sv,   "return-path"sv,
      "content-type"sv, "delivered-to"sv, "dkim-signature"sv, "x-mailer"sv};
  std::size_t known = 0;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos && !first) {
      break;  // the beginning is cut in this line
    }
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.empty()) {
      break;
    }
    const bool continued = !first && (line.front() == ' ' || line.front() == '\t');
    first = false;
    if (continued) {
      continue;
    }
    const std::string_view name = field_name(line);
    if (name.empty()) {
      return false;
    }
    known += static_cast<std::size_t>(std::ranges::any_of(kFields, [&](std::string_view field) {
      return field.size() == name.size() && begins(name, field);
    }));
  }
  return known >= 2;
}

}  // namespace

bool may_be_text(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return true;
  }
  // ISO-2022-JP escapes and shifts; form feeds and the end mark of old files
  constexpr std::string_view kAllowed = "\t\n\f\r\x08\x0B\x0E\x0F\x1A\x1B"sv;
  return std::ranges::all_of(text, [&](char c) {
    return static_cast<unsigned char>(c) >= ' ' || kAllowed.find(c) != std::string_view::npos;
  });
}

Type type_of_text(ByteView bytes, Type claimed) {
  const std::string head = beginning(as_text(bytes));
  const Type found = markup(head);
  const auto starts_with = [&](std::string_view what) {
    std::string_view rest = head;
    skip_blanks(rest);
    return begins(rest, what);
  };
  switch (claimed) {
    case Type::Text:
    case Type::Csv:
    case Type::Json: return claimed;  // as such it is harmless whatever it looks like
    case Type::Html:
    case Type::Svg: return found == Type::Unknown ? claimed : found;
    case Type::Xml: return found == Type::Unknown ? Type::Xml : found;
    case Type::Calendar: return starts_with("BEGIN:VCALENDAR") ? claimed : Type::Text;
    case Type::Vcard: return starts_with("BEGIN:VCARD") ? claimed : Type::Text;
    case Type::Mail: return Type::Mail;
    default: break;
  }
  return found != Type::Unknown           ? found
         : starts_with("BEGIN:VCALENDAR") ? Type::Calendar
         : starts_with("BEGIN:VCARD")     ? Type::Vcard
         : is_mail(head)                  ? Type::Mail
                                          : Type::Text;
}

}  // namespace sekisho::sanitize
