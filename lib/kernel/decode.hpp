// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The kernel's expressions as rules. Never fails: what `encode` would not have written is one Foreign statement.

#include "base/bytes.hpp"
#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <optional>

namespace sekisho::kernel {

/// The statements in an expression list (NFTA_RULE_EXPRESSIONS).
[[nodiscard]] std::vector<ruleset::Statement> decode(ByteView expressions);

/// A verdict as rules and verdict maps hold it (NFTA_DATA_VERDICT); nothing for one that this module never writes.
[[nodiscard]] std::optional<ruleset::Verdict> decode_verdict(ByteView verdict);

}  // namespace sekisho::kernel
