// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/situation.hpp"

#include <algorithm>

namespace sekisho::policy {

bool in_force(const Permit& permit, const Situation& situation) {
  if (permit.kind == PermitKind::Exchange || permit.kind == PermitKind::MustFlow ||
      situation.revoked.contains(permit.id) || !permit.in_time(situation.now)) {
    return false;
  }
  const auto grant = situation.granted.find(permit.id);
  return !permit.standby || (grant != situation.granted.end() && situation.now < grant->second);
}

std::optional<Instant> end_of(const Permit& permit, const Situation& situation) {
  const auto grant = situation.granted.find(permit.id);
  if (permit.standby && grant != situation.granted.end()) {
    return permit.valid_until ? std::min(*permit.valid_until, grant->second) : grant->second;
  }
  return permit.valid_until;
}

}  // namespace sekisho::policy
