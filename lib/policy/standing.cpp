// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/standing.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <iterator>

namespace sekisho::policy {
namespace {

void say(std::string& text, std::string_view part) {
  text += part;
  text += '\n';
}

void say(std::string& text, const Policy& policy, const End& end) {
  say(text, end.zone ? policy.zones()[*end.zone].name : "-");
  say(text, end.system);
  for (const net::Prefix& host : end.hosts) {
    say(text, host.str());
  }
  for (const net::Mac& mac : end.macs) {
    say(text, mac.str());
  }
}

void say(std::string& text, const std::optional<Instant>& instant) {
  say(text, instant ? std::to_string(instant->time_since_epoch().count()) : "-");
}

}  // namespace

std::string digest_of(const Policy& policy, const Permit& permit) {
  std::string text;
  say(text, name_of(permit.kind));
  say(text, permit.id);
  say(text, policy, permit.from);
  say(text, policy, permit.to);
  for (const net::Service& service : permit.services) {
    say(text, service.str());
  }
  say(text, permit.applicant);
  say(text, permit.approver);
  say(text, permit.approved
                ? std::to_string(std::chrono::sys_days{*permit.approved}.time_since_epoch().count())
                : "-");
  say(text, permit.valid_from);
  say(text, permit.valid_until);
  say(text, permit.review_by);
  say(text, permit.standby ? "standby" : "-");
  say(text, permit.profile);
  return sha256(text);
}

std::set<ZoneIndex> zones_meant(const Policy& policy, const std::string& name) {
  std::set<ZoneIndex> meant;
  for (ZoneIndex zone = 0; zone < policy.zones().size(); ++zone) {
    const Zone& one = policy.zones()[zone];
    if (name == kEverything || name == one.name || name == sekisho::name_of(one.zone_class)) {
      meant.insert(zone);
    }
  }
  return meant;
}

Situation situation_of(const Policy& policy, const Standing& standing, Instant now) {
  Situation situation;
  situation.now = now;
  for (const std::string& name : standing.locked) {
    situation.locked.merge(zones_meant(policy, name));
  }
  for (const Permit& permit : policy.permits()) {
    const auto granted = standing.granted.find(permit.id);
    const auto revoked = standing.revoked.find(permit.id);
    if (granted == standing.granted.end() && revoked == standing.revoked.end()) {
      continue;
    }
    const std::string digest = digest_of(policy, permit);
    if (granted != standing.granted.end() && granted->second.digest == digest) {
      situation.granted[permit.id] = granted->second.until;
    }
    if (revoked != standing.revoked.end() && revoked->second == digest) {
      situation.revoked.insert(permit.id);
    }
  }
  return situation;
}

Standing without_the_past(Standing standing, Instant now) {
  std::erase_if(standing.granted, [&](const auto& grant) { return grant.second.until <= now; });
  std::erase_if(standing.requests,
                [&](const GrantRequest& request) { return request.when + kRequestsWait <= now; });
  return standing;
}

}  // namespace sekisho::policy
