// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a ruleset does to a packet: an interpreter of `ruleset::Table` with the kernel's semantics
/// (nf_tables_core.c). It knows no policy; what a mark means is for the caller to say.

#include "ruleset/ruleset.hpp"
#include "simulate/packet.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::simulate {

enum class Ending : std::uint8_t {
  Accepted,
  Dropped,   ///< by a rule
  ByPolicy,  ///< by the policy of a base chain
  NoRoute,   ///< by the kernel, which has no route, after prerouting let it pass
};

struct Outcome {
  bool accepted = false;
  Ending end = Ending::Dropped;
  std::uint32_t word = 0;     ///< meta mark at the end; at a drop what it was counted under
  std::uint32_t ct_mark = 0;  ///< of the connection at the end
  bool diverted = false;      ///< to a listener of the appliance itself, whatever its address
  /// The rule that dropped matched an element of a set that counts.
  bool counted = false;
  std::vector<std::string> trace = {};  ///< chains in the order they were entered
  /// What the kernel would refuse to load, or would read garbage for. The packet is then not
  /// accepted.
  std::optional<std::string> fault = std::nullopt;
};

/// Runs the packet through the base chains of the hooks it passes: prerouting and then input, or
/// forward and postrouting, or of an own packet output and postrouting. The table is normalised.
/// Elements with a rate always match, expired ones never do. Of a netdev table: through the ingress
/// chains of the interface that it comes in on.
[[nodiscard]] Outcome run(const ruleset::Table& table, const Packet& packet, ruleset::Instant now);

}  // namespace sekisho::simulate
