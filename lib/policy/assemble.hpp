// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A draft without faults → the parts of a Policy. Checks nothing.

#include "policy/draft.hpp"
#include "policy/parse.hpp"

#include <vector>

namespace sekisho::policy {

/// The draft's zones alone, in its order: a policy that knows whose an address is. Works on a draft
/// with faults too.
[[nodiscard]] Policy space_of(const Draft& draft);

[[nodiscard]] PolicyParts assemble(const Draft& draft, const std::vector<Source>& sources);

}  // namespace sekisho::policy
