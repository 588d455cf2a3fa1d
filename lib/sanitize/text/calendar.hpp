// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Calendars (RFC 5545) and contacts (RFC 2426, RFC 6350, vCard 2.1 of Japanese telephones),
/// written anew from allow-listed properties whose values have been checked by their kind.

#include "sanitize/frame/frame.hpp"

namespace sekisho::sanitize::text {

/// Events, tasks and time zones; without METHOD, so that no program acts on it by itself.
/// Recurrence rules of at most 1,000 counted repetitions, daily or rarer. Of alarms only those that
/// show a text.
[[nodiscard]] Outcome sanitize_calendar(const Item& item, Job& job);

/// Names, addresses, numbers, notes; no picture, sound, key, link or nested card. Leaves as version
/// 3.0 or, where it came so, 4.0.
[[nodiscard]] Outcome sanitize_vcard(const Item& item, Job& job);

}  // namespace sekisho::sanitize::text
