// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// From a `[sanitize.NAME]` of the config to what the sanitizer goes by.

#include "policy/policy.hpp"
#include "sanitize/wire/wire.hpp"

namespace sekisho::sanitize {

/// `language`: of notices and reason texts, the appliance's.
[[nodiscard]] Way way_of(const policy::SanitizeProfile& profile, Language language);

}  // namespace sekisho::sanitize
