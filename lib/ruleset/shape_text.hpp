// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a set is, in nft's words. Knows nothing of elements.

#include "ruleset/ruleset.hpp"

#include <string>
#include <vector>

namespace sekisho::ruleset {

/// The lines between the braces of a set before its elements: "type mark : verdict", "size 64", …
[[nodiscard]] std::vector<std::string> shape_lines(const SetShape& shape);

}  // namespace sekisho::ruleset
