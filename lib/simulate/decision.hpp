// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the policy says of a packet, read straight from the outer interface's section "Decisions".
/// It must not know how rules are compiled: it is one of two answers that have to agree.

#include "base/words.hpp"
#include "policy/policy.hpp"
#include "policy/situation.hpp"
#include "simulate/packet.hpp"

#include <string>

namespace sekisho::simulate {

struct Decision {
  Verdict verdict = Verdict::Deny;
  Reason reason = Reason::None;  ///< with Verdict::Permit, None: passes and is no decision
  Clause clause = Clause::C66;   ///< between the two zones; concerns denials
  std::string permit = "-";
  std::string src_zone = "-";
  std::string dst_zone = "-";

  bool operator==(const Decision&) const = default;
};

/// The decision for the first packet of a connection, or for one of no connection. A packet of
/// state Established or Related is judged as if it were the first.
[[nodiscard]] Decision decide(const policy::Policy& policy, const policy::Situation& situation,
                              const Packet& packet);

}  // namespace sekisho::simulate
