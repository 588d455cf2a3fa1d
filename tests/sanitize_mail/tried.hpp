// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A message through the whole sanitizer, its files included. Every output is inspected and
/// sanitized once more, which must change nothing.

#include "sanitize/stage/stage.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "support/python.hpp"

namespace sekisho::sanitize::mail {

struct Tried {
  Outcome outcome;
  Report report;
  [[nodiscard]] std::string message() const { return outcome ? outcome->bytes : "(refused)"; }
  [[nodiscard]] bool did(Action action) const { return report.has(action); }
  [[nodiscard]] std::string refused() const {
    return outcome ? ""
                   : std::string{word_of(outcome.error().why).name} + ": " + outcome.error().detail;
  }
};

/// Attachments go, and a notice comes in their place.
inline Profile strict() {
  Profile profile;
  profile.name = "mail-strict";
  profile.attachments = Profile::Attachments::Remove;
  return profile;
}

inline Tried once(std::string_view message, const Profile& profile, const std::string& name) {
  Done done = sanitize_item(Item{as_bytes(message), name, ""},
                            RebuildOrder{{profile, {}}, std::nullopt, name, "", false});
  return {std::move(done.outcome), std::move(done.report)};
}

inline std::string found(std::string_view message) {
  return inspect_item(as_bytes(message), InspectOrder{"eml", {}});
}

inline Tried tried(std::string_view message, const Profile& profile = strict(),
                   const std::string& name = "item.eml") {
  Tried first = once(message, profile, name);
  if (first.outcome) {
    EXPECT_EQ(found(first.outcome->bytes), "") << first.outcome->bytes;
    const Tried second = once(first.outcome->bytes, profile, "item.eml");
    EXPECT_EQ(second.message(), first.message()) << second.refused();
    EXPECT_FALSE(second.did(Action::RemovedAttachment)) << first.message();
  }
  return first;
}

/// A message of lines with CR LF. In `header` and `body` LF stands for it.
inline std::string crlf(std::string_view text) {
  std::string made;
  for (const char c : text) {
    made += c == '\n' ? "\r\n" : std::string(1, c);
  }
  return made;
}

/// What Python's email package reads.
struct ReadBack {
  boost::json::object fields;
  std::string text;
  boost::json::array files;  ///< [name, type, content in base64]
};
inline ReadBack read_back(const std::string& message) {
  const std::string json = python(
      "import base64,email.policy,json,sys\n"
      "m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n"
      "leaves = [p for p in m.walk() if not p.is_multipart()]\n"
      "texts = [p for p in leaves if not p.is_attachment()]\n"
      "assert len(texts) == 1 and texts[0].get_content_type() == 'text/plain', texts\n"
      "assert not any(p.defects for p in m.walk())\n"
      "files = [[p.get_filename(), p.get_content_type(),\n"
      "  base64.b64encode(p.get_payload(decode=True) or b'').decode()] for p in "
      "m.iter_attachments()]\n"
      "print(json.dumps({'fields': {k: str(v) for k, v in m.items()}, 'text':\n"
      "  texts[0].get_payload(decode=True).decode('utf-8'), 'files': files}))\n",
      message);
  if (json.empty()) {
    return {};
  }
  const auto value = boost::json::parse(json).as_object();
  return {value.at("fields").as_object(), std::string{value.at("text").as_string()},
          value.at("files").as_array()};
}
inline std::string field(const ReadBack& read, std::string_view name) {
  const auto* value = read.fields.if_contains(name);
  return value == nullptr ? "(none)" : std::string{value->as_string()};
}

}  // namespace sekisho::sanitize::mail
