// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What proofs have in common while the zones have the same addresses: those addresses, and the
/// maps that say them, each looked through once.

#include "policy/policy.hpp"
#include "prove/sets.hpp"

#include <array>
#include <vector>

namespace sekisho::prove {

struct Ground {
  explicit Ground(const policy::Policy& policy);

  Pool pool;
  std::vector<std::array<const Values*, 2>> addresses;  ///< by zone and net::Family
  SetViews zone_maps;
};

/// Zones have the same addresses in both, and the same names, classes, wires and next hops; and so
/// has management.
[[nodiscard]] bool same_ground(const policy::Policy& a, const policy::Policy& b);

}  // namespace sekisho::prove
