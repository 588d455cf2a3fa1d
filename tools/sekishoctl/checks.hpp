// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The single checks of `selfcheck`, each an answer of its own.

#include "in_force.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace sekisho::ctl {

enum class Level : std::uint8_t { Ok, Warn, Bad };

struct Check {
  std::string_view id;
  Level level = Level::Ok;
  std::string text;         ///< one line
  std::string_view clause;  ///< of the city's policy that it serves
};

/// The config files as they are now against what is in force; `in_force` may be unknown.
[[nodiscard]] Check check_config(const Arguments& arguments, const Result<InForce>& in_force);
/// The kernel's rules against the policy, and the proof that they permit nothing else; with or
/// without the daemon.
struct DriftAndProof {
  Check drift;
  Check proof;
};
[[nodiscard]] DriftAndProof check_kernel(const Arguments& arguments);
/// The kernel says that the clock is synchronised, and no record is of a later time. And the hash
/// chain of the records.
struct ClockAndChain {
  Check clock;
  Check chain;
};
[[nodiscard]] ClockAndChain check_records(const Arguments& arguments);
/// Room for the state dir to grow.
[[nodiscard]] Check check_disk(const Arguments& arguments);

/// Permits that end within thirty days or have ended, and reviews that are overdue.
[[nodiscard]] Check check_permits(const Arguments& arguments, const Result<InForce>& in_force);
[[nodiscard]] Check check_reviews(const Arguments& arguments, const Result<InForce>& in_force);

/// These ask a daemon that answers; `status` is what it said.
[[nodiscard]] Check check_processes(const Arguments& arguments, const boost::json::object& status);
[[nodiscard]] Check check_table(const Arguments& arguments, const boost::json::object& status);
/// The first packet of every must-flow as it would be decided now.
[[nodiscard]] Check check_must_flows(const Arguments& arguments, const Result<InForce>& in_force);

}  // namespace sekisho::ctl
