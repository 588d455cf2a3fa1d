// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/situation.hpp"

#include <algorithm>

namespace sekisho::policy {

bool is_locked(const Permit& permit, const Situation& situation) {
  const auto locked = [&](const End& end) {
    return end.zone && situation.locked.contains(*end.zone);
  };
  return locked(permit.from) || locked(permit.to);
}

bool is_valid(const Permit& permit, const Situation& situation) {
  if (!permit.in_time(situation.now)) {
    return false;
  }
  const auto grant = situation.granted.find(permit.id);
  if (grant != situation.granted.end() && situation.now < grant->second) {
    return true;
  }
  return !permit.standby && !situation.revoked.contains(permit.id);
}

bool in_force(const Permit& permit, const Situation& situation) {
  const bool of_screens =
      permit.kind == PermitKind::Exchange && permit.exchange == ExchangeKind::Screen;
  const bool carried = !of_screens && permit.kind != PermitKind::MustFlow;
  return carried && !is_locked(permit, situation) && is_valid(permit, situation);
}

std::string_view why_not(const Permit& permit, const Situation& situation) {
  if (in_force(permit, situation)) {
    return "";
  }
  if (permit.kind == PermitKind::Exchange && permit.exchange == ExchangeKind::Screen) {
    return "no_relay";
  }
  if (is_locked(permit, situation)) {
    return "lockdown";
  }
  if (situation.revoked.contains(permit.id)) {
    return "revoked";
  }
  if (permit.valid_from && situation.now < *permit.valid_from) {
    return "not_begun";
  }
  return permit.in_time(situation.now) ? "standby" : "expired";
}

std::optional<Instant> end_of(const Permit& permit, const Situation& situation) {
  const auto grant = situation.granted.find(permit.id);
  if (grant != situation.granted.end()) {
    return permit.valid_until ? std::min(*permit.valid_until, grant->second) : grant->second;
  }
  return permit.valid_until;
}

}  // namespace sekisho::policy
