// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What is in force, for verbs that look at the policy itself: from the daemon, or from its state
/// dir where none answers.

#include "policy/situation.hpp"
#include "verbs.hpp"

#include <cstdint>
#include <string>

namespace sekisho::ctl {

struct InForce {
  std::uint64_t revision = 0;
  std::string sha256;
  policy::Policy policy;
  bool from_daemon = false;
};

/// Fails where no daemon answers and there is no revision, and for texts that are no valid config
/// any more.
[[nodiscard]] Result<InForce> in_force(const Arguments& arguments);

}  // namespace sekisho::ctl
