// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// From one proved state to the next: which elements are left to be proved.
///
/// The obligations of a proof are each about one element, the permit that its mark stands for, and
/// rules. Where rules, zones and all other sets are as they were, an element that is as it was, and
/// whose mark's other elements and permit are, needs no second proof.

#include "policy/policy.hpp"
#include "policy/situation.hpp"
#include "ruleset/ruleset.hpp"

#include <memory>
#include <optional>

namespace sekisho::prove {

/// What has been proved.
struct Proved {
  std::shared_ptr<const policy::Policy> policy;
  policy::Situation situation;
  ruleset::Table packets;
  ruleset::Table frames;
};

/// `next.packets` without the elements that need no second proof; nothing where more has changed
/// than elements, so that all is to be proved again.
[[nodiscard]] std::optional<ruleset::Table> left_to_prove(const Proved& before, const Proved& next);

}  // namespace sekisho::prove
