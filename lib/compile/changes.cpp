// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/changes.hpp"

#include <algorithm>

namespace sekisho::compile {
namespace {

using policy::Instant;
using policy::Policy;
using policy::Situation;

bool same_frame(const Before& before, const Policy& policy, const Numbers& numbers) {
  const auto alike = [&](const policy::Zone& then, const policy::Zone& now) {
    return then.name == now.name && then.interfaces == now.interfaces && then.gateways == now.gateways &&
           then.intra_zone_allow == now.intra_zone_allow &&
           before.compiled.numbers.zones.at(now.name) == numbers.zones.at(now.name);
  };
  return before.policy.appliance().table == policy.appliance().table &&
         std::ranges::equal(before.policy.zones(), policy.zones(), alike);
}

/// Whether permits that are written alike hold alike: nothing was decided, and no time has come, between the two.
bool nothing_turned(const Situation& then, const Situation& now, const Policy& policy) {
  if (then.revoked != now.revoked || then.granted != now.granted || then.locked != now.locked) {
    return false;
  }
  const auto [from, to] = std::minmax(then.now, now.now);
  const auto between = [&](Instant turn) { return from < turn && turn <= to; };
  const std::vector<Instant>& turns = policy.versions().turns;
  const auto next = std::ranges::upper_bound(turns, from);
  return (next == turns.end() || !between(*next)) &&
         std::ranges::none_of(now.granted, [&](const auto& grant) { return between(grant.second); });
}

}  // namespace

std::optional<Changed> changes_since(const Before& before, const Policy& policy, const Situation& situation,
                                     const Numbers& numbers, const std::vector<std::uint32_t>& marks) {
  if (!same_frame(before, policy, numbers)) {
    return std::nullopt;
  }
  const std::vector<Digest>& then = before.policy.versions().entries;
  const std::vector<Digest>& now = policy.versions().entries;
  const bool still = nothing_turned(before.situation, situation, policy);
  const auto same = [&](std::size_t i, std::size_t j) {
    if (then[i] != now[j] || before.compiled.marks[i] != marks[j]) {
      return false;
    }
    const policy::Permit& permit = policy.permits()[j];
    return still || (policy::in_force(permit, before.situation) == policy::in_force(permit, situation) &&
                     policy::end_of(permit, before.situation) == policy::end_of(permit, situation));
  };
  Changed changed{0, then.size(), now.size(), before.policy.spaces() != policy.spaces()};
  while (changed.first < std::min(then.size(), now.size()) && same(changed.first, changed.first)) {
    ++changed.first;
  }
  while (changed.then_end > changed.first && changed.now_end > changed.first &&
         same(changed.then_end - 1, changed.now_end - 1)) {
    --changed.then_end;
    --changed.now_end;
  }
  return changed;
}

Tally tally_of(const Policy& policy, std::size_t first, std::size_t end) {
  Tally tally;
  for (std::size_t i = first; i < end; ++i) {
    const policy::Permit& permit = policy.permits()[i];
    tally.with_macs += permit.from.macs.empty() && permit.to.macs.empty() ? 0U : 1U;
    tally.self_flows += permit.kind == policy::PermitKind::SelfFlow ? 1U : 0U;
    if (permit.kind == policy::PermitKind::Flow || permit.kind == policy::PermitKind::SpecificFlow) {
      ++tally.pairs[{*permit.from.zone, *permit.to.zone}];
    }
  }
  return tally;
}

}  // namespace sekisho::compile
