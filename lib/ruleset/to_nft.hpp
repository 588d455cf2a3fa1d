// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A Table as text that `nft -f` accepts and that reads like what `nft list ruleset` prints.

#include "ruleset/ruleset.hpp"

#include <string>

namespace sekisho::ruleset {

/// The whole table. Elements with an end are written with the time left at `now`; those that have ended are left out.
[[nodiscard]] std::string to_nft(const Table& table, Instant now);
/// One rule without comment, and one element with it.
[[nodiscard]] std::string to_nft(const Rule& rule);
[[nodiscard]] std::string to_nft(const SetShape& shape, const Element& element, Instant now);

}  // namespace sekisho::ruleset
