// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/compare.hpp"

#include <algorithm>
#include <iterator>

namespace sekisho::kernel {
namespace {

constexpr std::size_t kMost = 20;

}  // namespace

std::string text_of(const ruleset::TableId& table) {
  const bool netdev = table.family == ruleset::TableFamily::Netdev;
  return (netdev ? "netdev table '" : "table '") + table.name + "'";
}

Result<std::vector<std::string>> compare(Nftables& nftables,
                                         std::span<const ruleset::Table* const> expected,
                                         ruleset::Instant now) {
  std::vector<std::string> all;
  for (const ruleset::Table* table : expected) {
    const auto found = nftables.read_back(table->id(), now);
    if (!found) {
      return fail(found.error());
    }
    std::ranges::move(*found ? ruleset::differences(*table, **found, kTolerance, kMost)
                             : std::vector{"there is no " + text_of(table->id())},
                      std::back_inserter(all));
  }
  all.resize(std::min(all.size(), kMost));
  return all;
}

}  // namespace sekisho::kernel
