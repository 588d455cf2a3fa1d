// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Whether the kernel holds the tables that it should. Knows no policy.

#include "kernel/nftables.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sekisho::kernel {

/// Between the end of an element as compiled and as the kernel tells it.
inline constexpr std::chrono::seconds kTolerance{2};

/// "table 'sekisho'", "netdev table 'sekisho'"
[[nodiscard]] std::string text_of(const ruleset::TableId& table);

/// What the kernel holds, table by table, and how it differs, as sentences, at most twenty; a table that
/// is not there is one. Elements that are about to end are not asked for: the kernel ends them by itself.
struct Found {
  std::vector<std::optional<ruleset::Table>> tables;
  std::vector<std::string> differences;
};
[[nodiscard]] Result<Found> find(Nftables& nftables,
                                 std::span<const ruleset::Table* const> expected,
                                 ruleset::Instant now);

/// What differs alone.
[[nodiscard]] Result<std::vector<std::string>> compare(
    Nftables& nftables, std::span<const ruleset::Table* const> expected, ruleset::Instant now);
/// The same of chains, rules and shapes of sets, but of elements only in sets that a batch has touched.
[[nodiscard]] Result<std::vector<std::string>> compare_touched(
    Nftables& nftables, std::span<const ruleset::Table* const> expected,
    std::span<const ruleset::Batch> batches, ruleset::Instant now);

}  // namespace sekisho::kernel
