// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// From a set of packets to one packet that can be shown. Decides nothing.

#include "prove/charter.hpp"
#include "prove/sets.hpp"

#include <map>

namespace sekisho::prove {

/// `space` as far as no permit covers it, where such a part is found: the gravest first.
[[nodiscard]] Space worst_of(Space space, ruleset::HookPoint hook, Charter& charter, Pool& pool);

/// `space` as far as it is of a grant's connections, seen from this way.
[[nodiscard]] Space usual_of(Space space, const Grant& grant, Way way, Pool& pool);

/// One packet of it, by the fields that say something; everything usual where anything would do.
[[nodiscard]] std::map<Field, ruleset::Bytes> example_of(const Space& space,
                                                         ruleset::HookPoint hook, Sets& sets,
                                                         Pool& pool);

}  // namespace sekisho::prove
