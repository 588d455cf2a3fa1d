// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The time of day as the supervisor needs it.

#include "policy/policy.hpp"

#include <string>

namespace sekisho::daemon {

[[nodiscard]] policy::Instant now();
/// "2026-04-01T00:00:00Z"
[[nodiscard]] std::string utc_text(policy::Instant instant);

}  // namespace sekisho::daemon
