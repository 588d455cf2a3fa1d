// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One item through the text family, with its profile and its report; every output is inspected and
/// sanitized once more, which must change nothing.

#include "sanitize/text/formats.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::sanitize::text {

struct Tried {
  Outcome outcome;
  Report report;
  [[nodiscard]] std::string text() const { return outcome ? outcome->bytes : "(refused)"; }
  [[nodiscard]] bool did(Action action) const { return report.has(action); }
  /// "" where it was not refused.
  [[nodiscard]] std::string refused() const {
    return outcome ? ""
                   : std::string{word_of(outcome.error().why).name} + ": " + outcome.error().detail;
  }
};

inline const Format& format_of(Type type) {
  for (const Format& format : formats()) {
    if (format.type == type) {
      return format;
    }
  }
  throw std::logic_error{"no such format"};
}

inline Tried once(Type type, std::string_view bytes, const Profile& profile) {
  static const Limits kLimits;
  Job job{kLimits, profile, {}};
  Outcome outcome = format_of(type).sanitize(type, Item{as_bytes(bytes), "item", ""}, job);
  return {std::move(outcome), job.report()};
}

/// What the inspection finds.
inline std::string found(Type type, std::string_view rebuilt, const Limits& limits = {}) {
  Inspection inspection{limits, {}};
  return inspect(type, as_bytes(rebuilt), inspection);
}

inline Tried tried(Type type, std::string_view bytes, const Profile& profile = {}) {
  Tried first = once(type, bytes, profile);
  if (first.outcome) {
    EXPECT_EQ(found(type, first.outcome->bytes), "") << first.outcome->bytes;
    const Type again = type == Type::Html ? Type::Text : type;
    const Tried second = once(again, first.outcome->bytes, profile);
    EXPECT_EQ(second.text(), first.text()) << second.refused();
    EXPECT_FALSE(second.did(Action::NeutralisedLink)) << first.text();
  }
  return first;
}

}  // namespace sekisho::sanitize::text
