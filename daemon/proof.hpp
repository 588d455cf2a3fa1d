// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Between the proof and the kernel: what may be written, and what must be shut off when the kernel
/// holds something else. Writes nothing itself.

#include "boundary.hpp"
#include "policy/situation.hpp"
#include "prove/prove.hpp"

#include <memory>
#include <set>
#include <string>

namespace sekisho::daemon {

/// Allows tables that let pass nothing but what the policy permits. `prover` knows what was proved
/// before.
[[nodiscard]] Boundary::Judge proof_for(std::shared_ptr<const policy::Policy> policy,
                                        policy::Situation situation,
                                        std::shared_ptr<prove::Prover> prover);

/// The zones that what differs is about: those of the permits that elements name, and of their
/// interfaces; every zone, where what differs says nothing of zones.
[[nodiscard]] std::set<std::string> zones_concerned(const policy::Policy& policy,
                                                    const Tables& wanted,
                                                    const Boundary::Found& found);

}  // namespace sekisho::daemon
