// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which element of a set a key finds, as the kernel's set types find it.

#include "base/result.hpp"
#include "ruleset/ruleset.hpp"

namespace sekisho::simulate {

/// The element that matches at `now`, or null; one that ends at `now` has ended. Elements are
/// sorted. Fails where the kernel would not have taken the set (a key of another length, an end in
/// a set without timeouts) and where two elements match: which one the kernel finds then depends on
/// the order they were added in.
[[nodiscard]] Result<const ruleset::Element*> find(const ruleset::Set& set,
                                                   const ruleset::Bytes& key, ruleset::Instant now);

}  // namespace sekisho::simulate
