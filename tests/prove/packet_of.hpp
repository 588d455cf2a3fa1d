// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A counterexample put to the test: asked of the interpreter and of the policy.

#include "prove/cases.hpp"
#include "simulate/packet.hpp"

#include <string>

namespace sekisho::prove::test {

[[nodiscard]] simulate::Packet packet_of(const Counterexample& counterexample);

/// Why the counterexample shows nothing: the tables drop it and give no mark, or the policy permits
/// it. Empty for one that does show a fault. One without a packet, about what is not understood, is
/// believed.
[[nodiscard]] std::string disbelief(const Case& one, const Counterexample& counterexample);

}  // namespace sekisho::prove::test
