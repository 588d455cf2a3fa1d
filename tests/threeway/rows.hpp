// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The table: what is sent and what must become of it, written by hand from the outer interface.

#include "threeway/probe.hpp"

#include <initializer_list>
#include <string>
#include <vector>

namespace sekisho::threeway {

struct Row {
  std::string what;
  Probe probe;
  /// "reason source destination", of a permit "reason:id source destination".
  std::string decision;
  /// Why the kernel's own stack ends the packet before our chains meet it; empty: they do.
  std::string stack = {};
  /// "source destination reason" that is counted beside: the appliance's own error or redirect
  /// about this packet.
  std::string own_message = {};
  /// The decision while the relay is open, where that differs.
  std::string carried = {};
};
using Rows = std::vector<Row>;
using Numbers = std::initializer_list<std::uint8_t>;

/// Every zone to every zone, by every kind of transport, both families.
[[nodiscard]] Rows crossing_rows();
/// Permits: ranges, hardware addresses, times, tunnels.
[[nodiscard]] Rows permit_rows();
/// Options, extension headers, fragments, states, frames.
[[nodiscard]] Rows header_rows();
/// Wrong sources, destinations and ways.
[[nodiscard]] Rows address_rows();
/// To the appliance, from it, and beside it on the wire.
[[nodiscard]] Rows appliance_rows();
/// What the kernel's stack ends by itself.
[[nodiscard]] Rows stack_rows();

}  // namespace sekisho::threeway
