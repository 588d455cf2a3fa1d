// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/values.hpp"

#include "sanitize/text/content_lines.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize::text {
namespace {

bool only(std::string_view text, std::string_view also, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [&](char c) {
    return isalnum(static_cast<unsigned char>(c)) != 0 || also.find(c) != std::string_view::npos;
  });
}
bool is_number(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// FREQ no finer than a day, at most 1,000 counted repetitions.
bool is_rule(std::string_view text) {
  constexpr std::array<std::string_view, 4> kFrequencies{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
  bool frequency = false;
  for (const std::string_view part : split_value(text, ';')) {
    const auto equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    if (!only(part, "=,+-", 200)) {
      return false;
    }
    if (name == "FREQ") {
      frequency = !frequency && std::ranges::find(kFrequencies, value) != kFrequencies.end();
      if (!frequency) {
        return false;
      }
    } else if (name == "COUNT" || name == "INTERVAL") {
      if (!is_number(value, 4) || (value.size() == 4 && value != "1000")) {
        return false;
      }
    } else if (name != "UNTIL" && name != "WKST" &&
               (!name.starts_with("BY") || name == "BYSECOND" || name == "BYMINUTE" ||
                name == "BYHOUR")) {
      return false;
    }
  }
  return frequency;
}

bool is_mailbox(std::string_view address) {
  const auto at = address.find('@');
  return at != std::string_view::npos && only(address.substr(0, at), ".!#$&'*+/=?^_{|}~-", 64) &&
         only(address.substr(at + 1), ".-", 255);
}

std::optional<std::string> address_of(std::string_view value) {
  std::string lower{value.substr(0, 7)};
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view address = value.substr(std::min<std::size_t>(7, value.size()));
  if (lower != "mailto:" || !is_mailbox(address)) {
    return std::nullopt;
  }
  return "mailto:" + std::string{address};
}

std::string text_of(std::string_view value, Job& job) {
  return escaped_value(
      without_links(cleaned(unescaped(value), job.report()), job.profile(), job.report()));
}

std::string parts_of(std::string_view value, Job& job) {
  std::string made;
  for (const std::string_view part : split_value(value, ';')) {
    made += made.empty() && part.data() == value.data() ? "" : ";";
    bool first = true;
    for (const std::string_view piece : split_value(part, ',')) {
      made += std::exchange(first, false) ? "" : ",";
      made += text_of(piece, job);
    }
  }
  return made;
}

}  // namespace

bool is_word(std::string_view text) {
  return only(text, "-", 64);
}
bool is_zone(std::string_view text) {
  return only(text, "-+/_ .()", 64);
}

std::string parameter_text(std::string_view text, Job& job) {
  std::string made = without_links(cleaned_line(text, job.report()), job.profile(), job.report());
  std::erase(made, '"');
  return made;
}

std::optional<std::string> value_of(Kind kind, std::string_view value, Job& job) {
  const auto where = [&](bool holds) {
    return holds ? std::optional{std::string{value}} : std::nullopt;
  };
  switch (kind) {
    case Kind::Text: return text_of(value, job);
    case Kind::Parts: return parts_of(value, job);
    case Kind::Word: return where(is_word(value));
    case Kind::Number: return where(is_number(value, 9));
    case Kind::Time: return where(only(value, "-+:,/", 4'000));
    case Kind::Offset:
      return where((value.starts_with('+') || value.starts_with('-')) &&
                   (value.size() == 5 || value.size() == 7) && is_number(value.substr(1), 6));
    case Kind::Zone: return where(is_zone(value));
    case Kind::Rule: return where(is_rule(value));
    case Kind::Identifier:
      return where(only(value, "-_.@{}+=/:", 255) && value.find("//") == std::string_view::npos);
    case Kind::Address: return address_of(value);
    case Kind::Mailbox: return where(is_mailbox(value));
    case Kind::Telephone: return where(only(value, "+-() .#*,", 64));
  }
  return std::nullopt;
}

}  // namespace sekisho::sanitize::text
