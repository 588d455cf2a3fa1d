// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The text family: plain text, CSV, HTML, JSON, XML, calendars and contacts.

#include "sanitize/frame/frame.hpp"
#include "sanitize/text/charset.hpp"  // IWYU pragma: export (prepare)

#include <span>

namespace sekisho::sanitize::text {

/// `prepare` (charset.hpp) must have run before confinement.
[[nodiscard]] std::span<const Format> formats();

/// Any charset; control characters and terminal sequences go, links are neutralised. Leaves as
/// UTF-8 without a byte order mark.
[[nodiscard]] Outcome sanitize_text(const Item& item, Job& job);

/// What must not be in a rebuilt item of the family.
[[nodiscard]] std::string inspect(Type type, ByteView rebuilt, Inspection& inspection);

}  // namespace sekisho::sanitize::text
