// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Nothing but denial: the rules of a boundary without a policy, and putting them there before the
/// network is up.

#include "base/result.hpp"
#include "options.hpp"
#include "policy/policy.hpp"

#include <string>

namespace sekisho::daemon {

/// No zones, no permits, no management; `table` is its table's name.
[[nodiscard]] policy::Policy closed_policy(const std::string& table);

/// `sekishod --close`: where there are no rules of ours, those that deny everything, without
/// anything that ends by itself; they stay until the daemon takes them over. Rules that are there
/// are left as they are. The exit code.
[[nodiscard]] int run_closing(const Startup& startup);

}  // namespace sekisho::daemon
