// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/ground.hpp"

#include "prove/charter.hpp"

#include <algorithm>
#include <tuple>

namespace sekisho::prove {

Ground::Ground(const policy::Policy& policy) {
  std::vector<std::array<Values, 2>> gathered(policy.zones().size());
  for (const policy::Policy::ZoneRange& part : policy.flattened()) {
    gathered[part.zone]
        .at(static_cast<std::size_t>(part.range.first.family()))
        .push_back({value_of(part.range.first), value_of(part.range.last)});
  }
  for (std::array<Values, 2>& one : gathered) {
    addresses.push_back(
        {pool.keep(united(std::move(one[0]))), pool.keep(united(std::move(one[1])))});
  }
}

bool same_ground(const policy::Policy& a, const policy::Policy& b) {
  const auto of_zone = [](const policy::Zone& zone) {
    return std::tie(zone.name, zone.zone_class, zone.interfaces, zone.intra_zone_allow,
                    zone.gateways);
  };
  const auto of_management = [](const policy::Management& management) {
    return std::tie(management.interfaces, management.networks, management.services);
  };
  const bool managed = a.management() && b.management()
                           ? of_management(*a.management()) == of_management(*b.management())
                           : a.management().has_value() == b.management().has_value();
  const bool one_space = &a.flattened() == &b.flattened();
  return managed && std::ranges::equal(a.zones(), b.zones(), {}, of_zone, of_zone) &&
         (one_space || a.flattened() == b.flattened());
}

}  // namespace sekisho::prove
