// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Every place to every place, by every shape of packet, in both families, honest and with sources
/// that lie: made, not written. Says nothing of what must become of a packet but what no policy can
/// change.

#include "threeway/probe.hpp"

#include <string>
#include <vector>

namespace sekisho::threeway {

struct Cell {
  std::string what;
  Probe probe;
};

/// Where packets come from and go to: the five zones, management, a wire of nobody, the appliance.
[[nodiscard]] const std::vector<std::string>& places();
/// How many shapes a packet has, of one family, when it comes in by a wire.
[[nodiscard]] std::size_t shapes();
[[nodiscard]] std::vector<Cell> cells_from(const std::string& place);
/// To every place by every number of a protocol, but for those of IPv6 extension headers, honestly.
[[nodiscard]] std::vector<Cell> protocols_from(const std::string& place);

/// Whether the stack ends the packet before any rule of ours (lib/README.md): it is delivered
/// nowhere and not counted.
[[nodiscard]] bool ended_by_stack(const Probe& probe);
/// Whether the ceiling lets anything at all pass from the wire `in` to the wire `out`, or to
/// "appliance", under the policy of city.toml.
[[nodiscard]] bool may_ever_pass(const std::string& in, const std::string& out);

}  // namespace sekisho::threeway
