// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The daemon's records as verbs read them: from its own store, which is whole and chained, while
/// a journal rotates.

#include "journal/store.hpp"
#include "verbs.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::ctl {

[[nodiscard]] std::string records_in(const Arguments& arguments);

/// A field's value; "-" where there is none.
[[nodiscard]] std::string field(const journal::Entry& entry, std::string_view name);
/// Something was refused: a violation, a summary, a leak, or an exchange that was denied.
[[nodiscard]] bool is_violation(const journal::Entry& entry);
/// Time, number, count and message, safe to print.
[[nodiscard]] std::string line_of(const journal::Entry& entry);

struct Chain {
  std::string broken;  ///< where and why; empty when it holds
  std::optional<journal::Entry> last;
};
/// Walks all records that are still there.
[[nodiscard]] Chain walk_chain(const std::string& records);

}  // namespace sekisho::ctl
