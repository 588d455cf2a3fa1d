// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What operators are told, as JSON documents of the outer interface.

#include "compile/compile.hpp"
#include "crew.hpp"
#include "enforcer.hpp"
#include "messages.hpp"
#include "simulate/decision.hpp"

#include <map>
#include <string>
#include <vector>

namespace sekisho::daemon {

/// What `status` tells beside the policy itself.
struct Condition {
  bool ready = false;
  bool degraded = false;
  std::vector<Crew::Process> processes;
  std::vector<std::string> warnings;
  std::vector<Counters::Count> drops;
  std::map<std::string, ruleset::Usage> usage;  ///< by permit id
  std::uint32_t generation = 0;
};
[[nodiscard]] std::string status_json(const Enforcer& enforcer, const Condition& condition);

[[nodiscard]] std::string attempt_json(const Attempt& attempt, const InForce& in_force);
[[nodiscard]] std::string decision_json(const simulate::Decision& decision);
[[nodiscard]] std::string verify_json(const Enforcer::Verified& verified);
[[nodiscard]] std::string in_force_json(const InForce& in_force);
[[nodiscard]] std::string history_json(const std::vector<state::Change>& changes,
                                       std::uint64_t in_force);
/// What operators have decided beside the config.
[[nodiscard]] std::string standing_json(const InForce& in_force);
[[nodiscard]] std::string request_json(const policy::GrantRequest& request);
/// The daemon cannot.
[[nodiscard]] std::string error_json(const std::string& text);
/// The answer is no.
[[nodiscard]] std::string refusal_json(const std::string& why);

/// "7:9f2c…"
[[nodiscard]] std::string revision_text(const InForce& in_force);
[[nodiscard]] Names names_of(const InForce& in_force);

}  // namespace sekisho::daemon
