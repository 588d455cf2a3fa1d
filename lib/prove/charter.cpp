// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/charter.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using policy::Permit;
using policy::PermitKind;

constexpr std::string_view kInside = "intra ";
constexpr std::string_view kFar = "far ";

std::size_t index_of(net::Family family) {
  return static_cast<std::size_t>(family);
}

std::map<std::uint8_t, Values> services_of(const std::vector<net::Service>& services) {
  std::map<std::uint8_t, Values> made;
  for (const net::Service& service : services) {
    made[service.protocol].push_back({service.first, service.last});
  }
  for (auto& [protocol, selectors] : made) {
    if (net::has_ports(protocol)) {  // a packet that is shorter than its ports is of no connection
      selectors.push_back({missing(Field::ThDport), missing(Field::ThDport)});
    }
    selectors = united(std::move(selectors));
  }
  return made;
}

Values names(const std::vector<std::string>& interfaces) {
  Values made;
  for (const std::string& interface : interfaces) {
    const Value value = value_of(std::string_view{interface});
    made.push_back({value, value});
  }
  return united(std::move(made));
}

/// Clause 6(3): what of these two classes may be forwarded, and by which kind of permit.
bool under_ceiling(const policy::Policy& policy, const Permit& permit) {
  if (permit.kind == PermitKind::SelfFlow) {
    return true;
  }
  if (!permit.from.zone || !permit.to.zone) {
    return false;
  }
  switch (ceiling(policy.zones()[*permit.from.zone].zone_class,
                  policy.zones()[*permit.to.zone].zone_class)) {
    case Ceiling::Flow: return permit.kind == PermitKind::Flow;
    case Ceiling::SpecificFlow: return permit.kind == PermitKind::SpecificFlow;
    case Ceiling::Exchange: return permit.kind == PermitKind::Exchange;
    case Ceiling::Never: break;
  }
  return false;
}

std::vector<Value> values_of(const std::vector<net::Mac>& macs) {
  std::vector<Value> made;
  for (const net::Mac& mac : macs) {
    made.push_back(value_of(std::span{mac.bytes()}));
  }
  return made;
}

}  // namespace

Value value_of(std::string_view interface) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(interface.substr(0, bytes.size() - 1), bytes.begin());
  return value_of(std::span{bytes});
}

Value value_of(const net::Address& address) {
  return value_of(address.bytes());
}

Charter::Charter(const policy::Policy& policy, const policy::Situation& situation, Ground& ground)
    : policy_{policy}, situation_{situation}, ground_{ground}, pool_{ground.pool} {
  Pool& pool = ground.pool;
  const std::size_t zones = policy.zones().size();
  std::vector<std::string> all_wires;
  for (ZoneIndex i = 0; i < zones; ++i) {
    const policy::Zone& zone = policy.zones()[i];
    std::array<Values, 2> gateways;
    for (const net::Address& gateway : zone.gateways) {
      gateways.at(index_of(gateway.family())).push_back({value_of(gateway), value_of(gateway)});
    }
    gateways_.push_back(
        {pool.keep(united(std::move(gateways[0]))), pool.keep(united(std::move(gateways[1])))});
    wires_.push_back(pool.keep(names(zone.interfaces)));
    all_wires.insert(all_wires.end(), zone.interfaces.begin(), zone.interfaces.end());
  }
  wires_of_zones_ = pool.keep(names(all_wires));
  const auto& management = policy.management();
  management_wires_ =
      pool.keep(names(management ? management->interfaces : std::vector<std::string>{}));
  std::array<Values, 2> networks;
  for (const net::Prefix& network :
       management ? management->networks : std::vector<net::Prefix>{}) {
    networks.at(index_of(network.family()))
        .push_back({value_of(network.range().first), value_of(network.range().last)});
  }
  management_networks_ = {pool.keep(united(std::move(networks[0]))),
                          pool.keep(united(std::move(networks[1])))};
  management_services_.services =
      services_of(management ? management->services : std::vector<net::Service>{});
  for (const Permit& permit : policy.permits()) {
    permits_.emplace(permit.id, &permit);
  }
}

const Values* Charter::kept(const std::vector<net::Range>& ranges) {
  Values made;
  made.reserve(ranges.size());
  for (const net::Range& range : ranges) {
    made.push_back({value_of(range.first), value_of(range.last)});
  }
  return pool_.keep(united(std::move(made)));
}

const Values* Charter::ends_of(const policy::End& end, net::Family family) {
  if (!end.zone) {  // of a self flow: the management networks, or hosts in them
    std::vector<net::Range> ranges;
    for (const net::Prefix& host : end.hosts) {
      if (host.family() == family) {
        ranges.push_back(host.range());
      }
    }
    const Values* managed = management_networks(family);
    return end.hosts.empty() ? managed
                             : pool_.common(kept(net::merged(std::move(ranges))), managed);
  }
  return end.whole_zone() ? addresses(*end.zone, family) : kept(policy_.addresses_of(end, family));
}

Grant Charter::inside_zone(ZoneIndex zone) const {
  const policy::Zone& inside = policy_.zones()[zone];
  Grant made{.kind = GrantKind::InsideZone,
             .name = "what passes inside zone '" + inside.name + "'",
             .from = zone,
             .to = zone,
             .sources = ground_.addresses[zone],
             .destinations = ground_.addresses[zone],
             .services = {},
             .every_service = true,
             .in_force = inside.intra_zone_allow && !is_locked(zone),
             .under_ceiling = true,
             .ends = std::nullopt,
             .macs = {}};
  return made;
}

Grant Charter::of_permit(const Permit& permit, GrantKind kind) {
  const bool own = kind == GrantKind::OwnFlow;
  Grant made{.kind = kind,
             .name = "permit '" + permit.id + "'",
             .from = own ? std::nullopt : permit.from.zone,
             .to = permit.to.zone,
             .sources = {},
             .destinations = {},
             .services = services_of(permit.services),
             .every_service = false,
             .in_force = policy::in_force(permit, situation_),
             .under_ceiling = prove::under_ceiling(policy_, permit),
             .ends = policy::end_of(permit, situation_),
             .macs = {values_of(permit.from.macs), values_of(permit.to.macs)}};
  for (const net::Family family : net::kFamilies) {
    made.sources.at(index_of(family)) =
        own ? &all_of(family == net::Family::V4 ? Field::IpSaddr : Field::Ip6Saddr)
            : ends_of(permit.from, family);
    made.destinations.at(index_of(family)) = ends_of(permit.to, family);
  }
  return made;
}

const Grant* Charter::named(std::string_view comment) {
  const auto [at, added] = grants_.try_emplace(std::string{comment});
  if (!added) {
    return at->second ? &*at->second : nullptr;
  }
  if (comment.starts_with(kInside)) {
    if (const auto zone = policy_.zone_named(comment.substr(kInside.size()))) {
      at->second = inside_zone(*zone);
    }
    return at->second ? &*at->second : nullptr;
  }
  const bool far = comment.starts_with(kFar);
  const auto permit = permits_.find(far ? comment.substr(kFar.size()) : comment);
  if (permit == permits_.end()) {
    return nullptr;
  }
  const Permit& found = *permit->second;
  if (policy::is_mail_exchange(found)) {
    at->second = of_permit(found, far ? GrantKind::OwnFlow : GrantKind::NearLeg);
  } else if (!far && found.kind == PermitKind::SelfFlow) {
    at->second = of_permit(found, GrantKind::OwnFlow);
  } else if (!far && (found.kind == PermitKind::Flow || found.kind == PermitKind::SpecificFlow)) {
    at->second = of_permit(found, GrantKind::Permit);
  }
  return at->second ? &*at->second : nullptr;
}

}  // namespace sekisho::prove
