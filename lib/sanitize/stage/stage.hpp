// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The whole sanitizer as a pure function: an item goes in, a new object or a refusal comes out,
/// each with its report. Everything nested goes the same way. Same input, same bytes; what comes
/// out sanitizes to itself.

#include "sanitize/wire/wire.hpp"

#include <span>
#include <string>

namespace sekisho::sanitize {

/// Every format that there is; types that have none are refused as unsupported.
[[nodiscard]] std::span<const Format> formats();

/// Loads what libraries load late, before a worker may open nothing any more.
void load_libraries();

struct Done {
  Outcome outcome;
  Report report;
  bool wants_rasteriser = false;  ///< then the outcome does not count
};
[[nodiscard]] Done sanitize_item(const Item& item, const RebuildOrder& order);

/// Reads what was rebuilt, without any of the code that built it, and names what must not be there;
/// empty: it is clean. It must be of one type by its own signature, and the one its extension says.
[[nodiscard]] std::string inspect_item(ByteView rebuilt, const InspectOrder& order);

}  // namespace sekisho::sanitize
