// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Kinds of values in calendars and contacts, each with its check. What does not pass is left out
/// by the caller.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

enum class Kind : std::uint8_t {
  Text,        ///< cleaned, links neutralised
  Parts,       ///< texts between semicolons and commas
  Word,        ///< letters, digits, hyphens
  Number,      ///< at most nine digits
  Time,        ///< dates, times, durations, periods, lists of them
  Offset,      ///< +0900
  Zone,        ///< Asia/Tokyo, Tokyo Standard Time
  Rule,        ///< a recurrence rule within bounds
  Identifier,  ///< printable ASCII without blanks
  Address,     ///< mailto: and a mail address
  Mailbox,     ///< a mail address
  Telephone,   ///< digits and what stands between them
};

/// The value as it may leave, or nothing.
[[nodiscard]] std::optional<std::string> value_of(Kind kind, std::string_view value, Job& job);

[[nodiscard]] bool is_word(std::string_view text);
[[nodiscard]] bool is_zone(std::string_view text);
/// What may stand between the quotes of a parameter.
[[nodiscard]] std::string parameter_text(std::string_view text, Job& job);

}  // namespace sekisho::sanitize::text
