// SPDX-License-Identifier: GPL-3.0-or-later
// One packet of a space: what a counterexample shows.
#include "prove/example.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::HookPoint;

constexpr std::size_t kMostTries = 10'000;

/// Narrows a field where anything is left then.
void prefer(Space& space, Field field, const Values* values, Pool& pool) {
  Space narrowed = space;
  if (narrowed.narrow(field, values, pool)) {
    space = std::move(narrowed);
  }
}

bool narrow_all(Space& space, std::initializer_list<std::pair<Field, const Values*>> fields,
                Pool& pool) {
  return std::ranges::all_of(
      fields, [&](const auto& one) { return space.narrow(one.first, one.second, pool); });
}

/// Of those in force between two zones.
bool is_served(const Charter& charter, ZoneIndex from, ZoneIndex to, std::uint8_t protocol,
               std::uint16_t port) {
  return std::ranges::any_of(charter.policy().permits(), [&](const policy::Permit& permit) {
    return permit.from.zone == from && permit.to.zone == to &&
           policy::in_force(permit, charter.situation()) &&
           std::ranges::any_of(permit.services, [&](const net::Service& service) {
             return service.contains(protocol, port);
           });
  });
}

struct Trial {
  std::uint8_t protocol;
  std::uint16_t port;
};
/// What somebody would try first, then what hardly any permit names.
constexpr std::array kTrials{Trial{net::protocol::kTcp, 443}, Trial{net::protocol::kTcp, 9},
                             Trial{net::protocol::kUdp, 9}, Trial{253, 0}};

std::optional<Space> forbidden_between(const Space& space, Charter& charter, ZoneIndex from,
                                       ZoneIndex to, Pool& pool) {
  const auto family = space.is_v4() ? net::Family::V4 : net::Family::V6;
  Space between = space;
  const bool there = narrow_all(
      between,
      {{Field::IifName, charter.wires(from)},
       {Field::OifName, charter.wires(to)},
       {space.is_v4() ? Field::IpSaddr : Field::Ip6Saddr, charter.addresses(from, family)},
       {space.is_v4() ? Field::IpDaddr : Field::Ip6Daddr, charter.addresses(to, family)}},
      pool);
  const bool open_inside =
      from == to && charter.zone(from).intra_zone_allow && !charter.is_locked(from);
  for (const Trial& trial : kTrials) {
    Space tried = between;
    if (there && !open_inside && !is_served(charter, from, to, trial.protocol, trial.port) &&
        narrow_all(tried,
                   {{Field::L4Proto, pool.point(trial.protocol)},
                    {Field::ThDport, pool.point(trial.port)}},
                   pool)) {
      return tried;
    }
  }
  return std::nullopt;
}

Space worst_forwarded(const Space& space, Charter& charter, Pool& pool) {
  const auto& zones = charter.policy().zones();
  for (const Ceiling limit :
       {Ceiling::Never, Ceiling::Exchange, Ceiling::SpecificFlow, Ceiling::Flow}) {
    for (ZoneIndex from = 0; from < zones.size(); ++from) {
      for (ZoneIndex to = 0; to < zones.size(); ++to) {
        if (ceiling(zones[from].zone_class, zones[to].zone_class) == limit) {
          if (auto found = forbidden_between(space, charter, from, to, pool)) {
            return *std::move(found);
          }
        }
      }
    }
  }
  return space;
}

/// Space → one packet, with every lookup it has passed settled on one element.
class Picker {
 public:
  Picker(Sets& sets, Pool& pool) : sets_{sets}, pool_{pool} {}

  std::optional<Space> settle(const Space& space, std::size_t done) {
    if (done == space.passed.size()) {
      return space;
    }
    const ruleset::InSet& next = *space.passed[done];
    const Lookup lookup{*sets_.find(next.set), next.key, pool_};
    for (const ruleset::Element& element : lookup.view().elements()) {
      if (++tries_ > kMostTries) {
        return std::nullopt;
      }
      if (const auto part = lookup.part(space, element)) {
        if (auto settled = settle(*part, done + 1)) {
          return settled;
        }
      }
    }
    return std::nullopt;
  }

 private:
  Sets& sets_;
  Pool& pool_;
  std::size_t tries_ = 0;
};

/// The usual value of a field; nothing where any will do.
std::optional<Value> usual(Field field) {
  constexpr std::uint32_t kNew = 8;
  constexpr std::uint32_t kUnicast = 1;  // RTN_UNICAST
  switch (field) {
    case Field::MetaMark:
    case Field::CtMark:
    case Field::CtDirection: return 0;
    case Field::CtState: return host_order(kNew);
    case Field::L4Proto:
    case Field::Ip6NextHeader: return net::protocol::kTcp;
    case Field::EtherSaddr: return Value{0x020000000001};
    case Field::IpHeaderLength: return 5;
    case Field::Ip6HopLimit: return 64;
    case Field::ThSport: return 40000;
    case Field::ThDport: return 443;
    case Field::IcmpType: return 8;
    case Field::Icmp6Type: return 128;
    case Field::FibSaddrType:
    case Field::FibDaddrType:
    case Field::FibDaddrIifType: return host_order(kUnicast);
    default: return std::nullopt;
  }
}

/// Whether the field says something of a packet of this space, at this hook.
bool is_told(const Space& space, Field field, HookPoint hook) {
  const Values& protocol = space[Field::L4Proto];
  const auto is = [&](std::uint8_t number) { return is_point(protocol, number); };
  switch (field) {
    case Field::MetaMark:
    case Field::PktType:
    case Field::FibSaddrType:
    case Field::FibDaddrType: return space[field] != all_of(field);
    case Field::FibDaddrIifType: return hook == HookPoint::Input;
    case Field::IifName: return hook != HookPoint::Output;
    case Field::OifName: return hook != HookPoint::Input;
    case Field::IcmpType: return space.is_v4() && is(net::protocol::kIcmp);
    case Field::Icmp6Type: return space.is_v6() && is(net::protocol::kIcmp6);
    case Field::ThSport:
    case Field::ThDport: return !is(net::protocol::kIcmp) && !is(net::protocol::kIcmp6);
    case Field::EtherSaddr:
    case Field::NextHop4:
    case Field::NextHop6:
      return hook == HookPoint::Forward && reading(space, field) == Reading::Itself;
    case Field::EtherType: return false;
    default: return reading(space, field) == Reading::Itself;
  }
}

}  // namespace

Space worst_of(Space space, HookPoint hook, Charter& charter, Pool& pool) {
  constexpr std::uint32_t kLocal = 2;  // RTN_LOCAL
  prefer(space, Field::CtMark, pool.point(0), pool);
  prefer(space, Field::CtDirection, pool.point(0), pool);
  if (hook == HookPoint::Forward) {
    return worst_forwarded(space, charter, pool);
  }
  const Field wire = hook == HookPoint::Input ? Field::IifName : Field::OifName;
  prefer(space, wire, charter.wires_of_zones(), pool);
  prefer(space, Field::FibDaddrIifType, pool.point(host_order(kLocal)), pool);
  for (ZoneIndex zone = 0; zone < charter.policy().zones().size(); ++zone) {
    Space far = space;
    const auto family = space.is_v4() ? net::Family::V4 : net::Family::V6;
    const bool received = hook == HookPoint::Input;
    const Field end = space.is_v4() ? (received ? Field::IpSaddr : Field::IpDaddr)
                                    : (received ? Field::Ip6Saddr : Field::Ip6Daddr);
    if (narrow_all(far, {{wire, charter.wires(zone)}, {end, charter.addresses(zone, family)}},
                   pool)) {
      return far;
    }
  }
  return space;
}

Space usual_of(Space space, const Grant& grant, Way way, Pool& pool) {
  const bool v4 = space.is_v4();
  const std::size_t family = v4 ? 0 : 1;
  const Field source = v4 ? Field::IpSaddr : Field::Ip6Saddr;
  const Field destination = v4 ? Field::IpDaddr : Field::Ip6Daddr;
  const bool forth = way == Way::Original;
  prefer(space, forth ? source : destination, grant.sources.at(family), pool);
  prefer(space, forth ? destination : source, grant.destinations.at(family), pool);
  for (const auto& [protocol, selectors] : grant.services) {
    Space served = space;
    const Field port = forth ? Field::ThDport : Field::ThSport;
    const bool of_family = !net::is_icmp(protocol) || (protocol == net::protocol::kIcmp) == v4;
    if (of_family && served.narrow(Field::L4Proto, pool.point(protocol), pool)) {
      if (net::has_ports(protocol)) {
        prefer(served, port, pool.keep({selectors.front()}), pool);
      }
      return served;
    }
  }
  return space;
}

std::map<Field, ruleset::Bytes> example_of(const Space& space, HookPoint hook, Sets& sets,
                                           Pool& pool) {
  Space one = Picker{sets, pool}.settle(space, 0).value_or(space);
  if (is_point(one[Field::CtDirection], 1)) {
    constexpr std::uint32_t kEstablished = 2;
    prefer(one, Field::CtState, pool.point(host_order(kEstablished)), pool);
  }
  prefer(one, Field::L4Proto, pool.point(net::protocol::kTcp), pool);
  prefer(one, Field::L4Proto,
         pool.point(one.is_v6() ? net::protocol::kIcmp6 : net::protocol::kIcmp), pool);
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto field = static_cast<Field>(i);
    if (const auto value = usual(field)) {
      prefer(one, field, pool.point(*value), pool);
    }
  }
  std::map<Field, ruleset::Bytes> packet;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto field = static_cast<Field>(i);
    const Value value = one[field].front().first;
    const bool lacks = may_be_missing(field) && value == missing(field);
    if (is_told(one, field, hook) && !lacks) {
      packet.emplace(field,
                     ruleset::Bytes{bytes_of(value, ruleset::length_of(ruleset::type_of(field)))});
    }
  }
  return packet;
}

}  // namespace sekisho::prove
