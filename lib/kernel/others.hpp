// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What rules of others do to packets beside letting them pass or not: mark, translate, untrack,
/// divert, duplicate, or take them past the rules. Looks at every table of every family in the
/// calling thread's network namespace but ours; changes nothing, decides nothing.

#include "base/result.hpp"
#include "kernel/message.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sekisho::kernel {

/// Something that other rules do.
struct Other {
  std::string where;  ///< "table ip nat, chain pre"; names escaped
  std::string what;   ///< "translates addresses (masq)"
  [[nodiscard]] std::string text() const { return where + ": " + what; }
  auto operator<=>(const Other&) const = default;
};

/// More than these are not told: somebody with a million rules is told of by the first.
inline constexpr std::size_t kMostOthers = 256;

/// By rules and flowtables of nf_tables, but for the `inet` and `netdev` tables of that name;
/// sorted.
[[nodiscard]] Result<std::vector<Other>> others_in_nftables(const std::string& own);
/// Tables of the older interface (iptables-legacy) that can change packets, whatever they hold;
/// sorted.
[[nodiscard]] std::vector<Other> others_in_iptables();
/// Both.
[[nodiscard]] Result<std::vector<Other>> others(const std::string& own);

/// Of one NEWRULE message; nothing for a rule that only lets pass or not. A reference to objects by
/// a map, whose kind the message does not tell, names that map.
struct OtherRule {
  std::vector<Other> does;
  std::vector<std::string> maps;
};
[[nodiscard]] OtherRule decode_other_rule(const Message& message);
/// Of one NEWFLOWTABLE message.
[[nodiscard]] std::optional<Other> decode_other_flowtable(const Message& message);

}  // namespace sekisho::kernel
