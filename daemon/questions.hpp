// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// "What would happen to such a packet?": from an operator's words to the decision.

#include "base/result.hpp"
#include "control/requests.hpp"
#include "policy/policy.hpp"
#include "policy/situation.hpp"
#include "simulate/decision.hpp"

namespace sekisho::daemon {

/// Asks the namespace's routes and addresses where the packet would go. Fails for words that make
/// no packet, and names them.
[[nodiscard]] Result<simulate::Decision> decide(const policy::Policy& policy,
                                                const policy::Situation& situation,
                                                const control::Explain& asked);

}  // namespace sekisho::daemon
