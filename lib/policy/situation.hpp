// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What holds beside the config: the time, and what operators have granted and revoked. With a
/// Policy it says which permits are in force.

#include "policy/policy.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace sekisho::policy {

struct Situation {
  Instant now;
  std::set<std::string> revoked = {};           ///< permit ids
  std::map<std::string, Instant> granted = {};  ///< permit ids, against standby and revocation
  std::set<ZoneIndex> locked = {};              ///< zones that an emergency cut shuts off
  /// Interfaces that somebody has led past the rules: they are nobody's until that ends.
  std::set<std::string> closed = {};
  bool relay = false;  ///< a relay answers: without one, exchanges that are in force are closed
};

/// Whether the permit has a locked zone on either side.
[[nodiscard]] bool is_locked(const Permit& permit, const Situation& situation);
/// Inside its time, granted where it must be, and not revoked.
[[nodiscard]] bool is_valid(const Permit& permit, const Situation& situation);
/// Valid and not locked. Exchanges of screens never are: there is no relay for them.
[[nodiscard]] bool in_force(const Permit& permit, const Situation& situation);
/// Why it is not in force, in a word of the outer interface; empty when it is.
[[nodiscard]] std::string_view why_not(const Permit& permit, const Situation& situation);
/// The instant from which a permit that is in force no longer holds; nothing for one without end.
[[nodiscard]] std::optional<Instant> end_of(const Permit& permit, const Situation& situation);

}  // namespace sekisho::policy
