// SPDX-License-Identifier: GPL-3.0-or-later
#include "wires.hpp"

#include "kernel/routes.hpp"

#include <algorithm>

namespace sekisho::daemon {
namespace {

/// Of zones, by name. A wire that goes down is still the one that was opened.
Result<std::vector<sensor::Wire>> wires_of(const InForce& in_force,
                                           const std::vector<sensor::Wire>& before) {
  const auto links = kernel::links();
  if (!links) {
    return fail(links.error());
  }
  const auto addresses = kernel::addresses();
  if (!addresses) {
    return fail(addresses.error());
  }
  const policy::Policy& policy = *in_force.policy;
  std::vector<sensor::Wire> wires;
  for (const kernel::Link& link : *links) {
    const auto zone = policy.zone_of_interface(link.name);
    const bool known = std::ranges::find(before, link.index, &sensor::Wire::index) != before.end();
    if (!zone || !(link.up || known)) {
      continue;
    }
    sensor::Wire wire{link.name,
                      link.index,
                      in_force.compiled.numbers.zones.at(policy.zones()[*zone].name),
                      link.mac,
                      {}};
    for (const kernel::InterfaceAddress& address : *addresses) {
      if (address.index == link.index) {
        wire.addresses.push_back(address.address);
      }
    }
    wires.push_back(std::move(wire));
  }
  return wires;
}

}  // namespace

Result<std::optional<std::string>> Wires::news(const InForce& in_force) {
  if (!in_force.policy->sensor()) {
    policy_ = in_force.policy;
    return std::exchange(known_, std::nullopt) ? std::optional{std::string{}} : std::nullopt;
  }
  auto wires = wires_of(in_force, known_ ? known_->wires : std::vector<sensor::Wire>{});
  if (!wires) {
    return fail(std::move(wires).error());
  }
  if (known_ && policy_ == in_force.policy && known_->wires == *wires) {
    return std::nullopt;
  }
  sensor::Knowledge now = sensor::knowledge_of(*in_force.policy, in_force.compiled.numbers.zones);
  now.wires = *std::move(wires);
  policy_ = in_force.policy;
  if (known_ == now) {
    return std::nullopt;
  }
  known_ = std::move(now);
  return sensor::pack(*known_);
}

}  // namespace sekisho::daemon
