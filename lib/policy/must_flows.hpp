// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Traffic that must keep working: what another policy would break of it.

#include "policy/policy.hpp"
#include "policy/situation.hpp"

#include <string>
#include <vector>

namespace sekisho::policy {

/// Ids of the must-flows of `before` of which something is carried now and would not be by `after`.
/// Exchanges that are valid carry; an emergency cut counts for nothing, as it outranks must-flows.
/// A must-flow that `after` does not name any more is looked at all the same.
[[nodiscard]] std::vector<std::string> broken_must_flows(const Policy& before,
                                                         const Situation& situation_before,
                                                         const Policy& after,
                                                         const Situation& situation_after);

}  // namespace sekisho::policy
