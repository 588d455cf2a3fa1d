// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/judge.hpp"

#include "prove/example.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::HookPoint;

constexpr std::size_t kMostParts = 4096;
constexpr const char* kUnpermitted = "nothing in the policy permits it";

Values points(std::initializer_list<Value> values) {
  Values made;
  for (const Value value : values) {
    made.push_back({value, value});
  }
  return united(std::move(made));
}

const Values& icmp() {
  static const Values kProtocols = points({net::protocol::kIcmp, net::protocol::kIcmp6});
  return kProtocols;
}
/// What in IPv6 is no protocol but a header before one (RFC 7045), the fragment header that is left
/// after reassembly among them.
const Values& extension_headers() {
  static const Values kHeaders = points({0, 43, 44, 51, 60, 135, 139, 140});
  return kHeaders;
}

net::Family family_of(const Space& space) {
  return space.is_v4() ? net::Family::V4 : net::Family::V6;
}
Field source_of(const Space& space) {
  return space.is_v4() ? Field::IpSaddr : Field::Ip6Saddr;
}
Field destination_of(const Space& space) {
  return space.is_v4() ? Field::IpDaddr : Field::Ip6Daddr;
}
Field icmp_type_of(const Space& space) {
  return space.is_v4() ? Field::IcmpType : Field::Icmp6Type;
}
std::uint8_t icmp_of(const Space& space) {
  return space.is_v4() ? net::protocol::kIcmp : net::protocol::kIcmp6;
}

/// Types that open a connection, each with the type that answers.
std::span<const std::pair<std::uint8_t, std::uint8_t>> icmp_queries(std::uint8_t protocol) {
  const auto all = [](std::uint8_t of) {
    std::vector<std::pair<std::uint8_t, std::uint8_t>> queries;
    for (unsigned type = 0; type <= 0xff; ++type) {
      const auto asking = static_cast<std::uint8_t>(type);
      if (const auto answering = net::icmp_reply_type(of, asking)) {
        queries.emplace_back(asking, *answering);
      }
    }
    return queries;
  };
  static const auto k4 = all(net::protocol::kIcmp);
  static const auto k6 = all(net::protocol::kIcmp6);
  return protocol == net::protocol::kIcmp ? k4 : k6;
}

std::optional<Fault> with_mark(std::optional<Fault> fault, std::uint32_t mark) {
  if (fault) {
    fault->mark = mark;
  }
  return fault;
}

bool lies_in(const Space& space, Field field, const Values& values) {
  return within(space[field], values);
}

}  // namespace

void Judge::keep(std::optional<Fault> fault) {
  if (fault && !fault_) {
    fault_ = std::move(fault);
  }
}

void Judge::not_understood(const Space& space, const std::string& why) {
  keep(Fault{space, why});
}

std::optional<Fault> Judge::refined(const Space& space,
                                    std::span<const ruleset::InSet* const> lookups,
                                    const Check& check) {
  std::optional<Fault> fault = check(space);
  if (!fault || lookups.empty()) {
    return fault;
  }
  const ruleset::InSet& first = *lookups.front();
  SetView* view = sets_.find(first.set);
  if (view->elements().size() > kMostParts) {
    return refined(space, lookups.subspan(1), check);
  }
  const Lookup lookup{*view, first.key, pool_};
  for (const ruleset::Element& element : view->elements()) {
    if (const auto part = lookup.part(space, element)) {
      if (auto of_part = refined(*part, lookups.subspan(1), check)) {
        return of_part;
      }
    }
  }
  return std::nullopt;
}

void Judge::accepted(const Space& space) {
  if (satisfied()) {
    return;
  }
  switch (hook_) {
    case HookPoint::Forward: keep(of_forwarded(space)); return;
    case HookPoint::Input:
      keep(refined(space, space.passed, [this](const Space& part) { return of_received(part); }));
      return;
    case HookPoint::Output:
      keep(refined(space, space.passed, [this](const Space& part) { return of_sent(part); }));
      return;
    default: return;  // the others only mark
  }
}

std::optional<Space> Judge::outside(const Space& space, Field field, const Values* in_order) {
  if (pool_.within(space.at(field), in_order)) {
    return std::nullopt;
  }
  Space rest = space;
  (void)rest.narrow(field, pool_.without(space.at(field), in_order), pool_);
  return rest;
}

std::optional<Fault> Judge::of_header(const Space& space) {
  static const Values kPlain = points({5});
  static const Values kNoExtension = without(all_of(Field::Ip6NextHeader), extension_headers());
  auto odd = space.is_v4() ? outside(space, Field::IpHeaderLength, &kPlain)
                           : outside(space, Field::Ip6NextHeader, &kNoExtension);
  if (!odd) {
    return std::nullopt;
  }
  return Fault{*std::move(odd), "packets with options or extension headers are invalid"};
}

std::optional<Fault> Judge::of_forwarded(const Space& space) {
  if (auto fault = of_liveness(space)) {
    return fault;
  }
  if (auto fault = of_header(space)) {
    return fault;
  }
  return of_related(space);
}

std::optional<Fault> Judge::of_liveness(const Space& space) {
  std::optional<Fault> fault;
  for (const ruleset::InSet* lookup : space.passed) {
    if (!Live::is_proof(*lookup, hook_)) {
      continue;
    }
    std::optional<Fault> of_this;
    const Lookup by_key{*sets_.find(lookup->set), lookup->key, pool_};
    for (const Live::Excess& excess : live_.excess(*lookup, hook_)) {
      if (auto part = by_key.part(space, *excess.element)) {
        of_this = Fault{of_its_permit(*std::move(part)), excess.why};
        break;
      }
    }
    if (!of_this) {
      return std::nullopt;
    }
    fault = std::move(of_this);
  }
  return fault ? fault : Fault{worst_of(space, hook_, charter_, pool_), kUnpermitted};
}

/// A packet of a connection that got its mark rightly shows best what it may not.
Space Judge::of_its_permit(Space space) {
  const Grant* grant = live_.grant_of(number_of(space[Field::CtMark].front().first));
  const bool forth = contains(space[Field::CtDirection], 0);
  return grant == nullptr
             ? space
             : usual_of(std::move(space), *grant, forth ? Way::Original : Way::Reply, pool_);
}

/// What belongs to a connection without being of it: an ICMP error, from the zone it comes from.
std::optional<Fault> Judge::of_related(const Space& space) {
  Space related = space;
  if (!related.narrow(Field::CtState, &related_state(), pool_)) {
    return std::nullopt;
  }
  if (auto other = outside(related, Field::L4Proto, &icmp())) {
    return Fault{*std::move(other), "what is related and no ICMP is of no permit"};
  }
  if (auto foreign = outside(related, Field::IifName, charter_.wires_of_zones())) {
    return Fault{*std::move(foreign), "it comes from no zone"};
  }
  const Field source = source_of(space);
  for (ZoneIndex zone = 0; zone < charter_.policy().zones().size(); ++zone) {
    Space from_here = related;
    if (!from_here.narrow(Field::IifName, charter_.wires(zone), pool_)) {
      continue;
    }
    if (auto lie = outside(from_here, source, charter_.addresses(zone, family_of(space)))) {
      return Fault{*std::move(lie), "its source is not in the zone it comes from"};
    }
  }
  return std::nullopt;
}

bool Judge::is_neighbour(const Space& space, Field wire) const {
  static const Values kTypes = points({135, 136});
  const Values wires = united([&] {
    Values both = *charter_.wires_of_zones();
    both.insert(both.end(), charter_.management_wires()->begin(),
                charter_.management_wires()->end());
    return both;
  }());
  return space.is_v6() && is_point(space[Field::L4Proto], net::protocol::kIcmp6) &&
         lies_in(space, Field::Icmp6Type, kTypes) && is_point(space[Field::Ip6HopLimit], 255) &&
         lies_in(space, wire, wires);
}

/// To an address of the very interface it comes in on.
std::optional<Fault> Judge::of_management(const Space& space) {
  static const Values kLocal = points({host_order(2)});  // RTN_LOCAL
  const auto family = family_of(space);
  for (const auto& [field, in_order] :
       {std::pair{source_of(space), charter_.management_networks(family)},
        std::pair{Field::FibDaddrIifType, &kLocal}}) {
    if (auto foreign = outside(space, field, in_order)) {
      return Fault{*std::move(foreign), kUnpermitted};
    }
  }
  if (auto services = beyond_services(space, charter_.management_services(), Way::Original)) {
    return Fault{std::move(services->space), kUnpermitted};
  }
  return of_header(space);
}

std::optional<Fault> Judge::of_received(const Space& space) {
  if (is_point(space[Field::IifName], value_of(std::string_view{"lo"}))) {
    return std::nullopt;
  }
  const bool live = std::ranges::any_of(space.passed, [this](const ruleset::InSet* lookup) {
    return Live::is_proof(*lookup, hook_);
  });
  const bool neighbour = is_neighbour(space, Field::IifName);
  if (!live && !neighbour && lies_in(space, Field::IifName, *charter_.management_wires())) {
    return of_management(space);
  }
  if (auto fault = neighbour ? std::nullopt : of_liveness(space)) {
    return fault;
  }
  return of_header(space);
}

bool Judge::is_own_report(const Space& space) const {
  static const Values kLinkGroups{{Value{0xff02} << 112U, (Value{0xff03} << 112U) - 1}};
  constexpr Value kReport = 143;
  return space.is_v6() && is_point(space[Field::L4Proto], net::protocol::kIcmp6) &&
         is_point(space[Field::Icmp6Type], kReport) && lies_in(space, Field::Ip6Daddr, kLinkGroups);
}

/// About a live connection, and into the zone that its packet came from.
bool Judge::is_own_error(const Space& space) {
  static const Values kErrors4 = points({3, 11, 12});
  static const Values kErrors6 = points({1, 2, 3, 4});
  const bool error = is_point(space[Field::L4Proto], icmp_of(space)) &&
                     lies_in(space, icmp_type_of(space), space.is_v4() ? kErrors4 : kErrors6) &&
                     space[Field::CtState] == related_state() &&
                     !contains(space[Field::CtMark], 0) &&
                     lies_in(space, Field::OifName, *charter_.wires_of_zones());
  for (ZoneIndex zone = 0; error && zone < charter_.policy().zones().size(); ++zone) {
    const bool this_way = overlap(space[Field::OifName], *charter_.wires(zone));
    if (this_way &&
        (charter_.is_locked(zone) || !pool_.within(space.at(destination_of(space)),
                                                   charter_.addresses(zone, family_of(space))))) {
      return false;
    }
  }
  return error;
}

std::optional<Fault> Judge::of_sent(const Space& space) {
  const bool answers_management = lies_in(space, Field::OifName, *charter_.management_wires()) &&
                                  is_point(space[Field::CtDirection], 1);
  if (is_point(space[Field::OifName], value_of(std::string_view{"lo"})) || answers_management ||
      is_neighbour(space, Field::OifName) || is_own_report(space) || is_own_error(space)) {
    return std::nullopt;
  }
  return of_liveness(space);
}

void Judge::marked(const Space& space, std::uint32_t mark) {
  const Grant* grant = live_.grant_of(mark);
  if (grant != nullptr && !satisfied()) {
    keep(refined(space, space.passed,
                 [&](const Space& part) { return of_mark(part, mark, *grant); }));
  }
}

void Judge::marked(const Space& space, const Lookup& lookup) {
  const std::vector<Field>& key = lookup.key();
  std::vector<Values> scratch(key.size(), Values(1));
  Space part = space;
  for (const ruleset::Element& element : lookup.view().elements()) {
    const auto mark = std::get<std::uint32_t>(element.value);
    // a mark that is alive nowhere may be so again: then it is its comment's permit
    const Grant* grant = live_.grant_of(mark);
    grant = grant != nullptr ? grant : charter_.named(element.comment);
    if (grant == nullptr) {
      continue;
    }
    bool hit = true;
    for (std::size_t i = 0; i < key.size() && hit; ++i) {
      const Interval one = lookup.view().part(element, i);
      const Values* all = space.at(key[i]);
      if (reading(space, key[i]) != Reading::Itself) {
        continue;
      }
      if (one.first <= all->front().first && all->back().last <= one.last) {
        part.put(key[i], all);
      } else if (one.first == one.last) {
        scratch[i].front() = one;
        part.put(key[i], &scratch[i]);
        hit = contains(*all, one.first);
      } else {
        part.put(key[i], pool_.keep(common({one}, *all)));
        hit = !part[key[i]].empty();
      }
    }
    if (hit && of_mark(part, mark, *grant)) {
      const auto lasting = lookup.part(space, element);
      keep(lasting ? of_mark(*lasting, mark, *grant) : std::nullopt);
      return;
    }
  }
}

std::optional<Fault> Judge::of_mark(const Space& space, std::uint32_t mark, const Grant& grant) {
  const bool own = hook_ == HookPoint::Output;
  const bool diverting = hook_ == HookPoint::Prerouting;
  if (own != (grant.kind == GrantKind::OwnFlow) ||
      (grant.kind == GrantKind::NearLeg && !diverting)) {
    return Fault{space, "its connection gets the mark of " + grant.name, mark};
  }
  // what the appliance sends is judged by the far end alone, whoever began
  if (own) {
    return with_mark(beyond(space, grant, Way::Original), mark);
  }
  for (const Way way : kWays) {
    const auto direction = static_cast<Value>(way);
    if (!contains(space[Field::CtDirection], direction)) {
      continue;
    }
    if (auto fault = beyond(space, grant, way)) {
      (void)fault->space.narrow(Field::CtDirection, pool_.point(direction), pool_);
      return with_mark(std::move(fault), mark);
    }
  }
  return std::nullopt;
}

std::optional<Fault> Judge::beyond(const Space& space, const Grant& grant, Way way) {
  const auto family = static_cast<std::size_t>(family_of(space));
  const bool forth = way == Way::Original;
  const auto fault = [&](Space part, const char* what) {
    return Fault{std::move(part), "its connection gets the mark of " + grant.name +
                                      ", which does not cover its " + what};
  };
  const Field sender = source_of(space);
  const Field receiver = destination_of(space);
  // the kernel itself refuses its own IPv4 addresses as source, not its IPv6 ones
  static const Values kForeign = without(all_of(Field::FibSaddrType), points({host_order(2)}));
  const bool may_be_own = hook_ == HookPoint::Forward && space.is_v6();
  if (auto part = may_be_own ? outside(space, Field::FibSaddrType, &kForeign) : std::nullopt) {
    return Fault{*std::move(part), "its source is an address of the appliance"};
  }
  if (auto part = outside(space, forth ? sender : receiver, grant.sources.at(family))) {
    return fault(*std::move(part), "source");
  }
  if (auto part = outside(space, forth ? receiver : sender, grant.destinations.at(family))) {
    return fault(*std::move(part), "destination");
  }
  if (auto services = grant.every_service ? std::nullopt : beyond_services(space, grant, way)) {
    return fault(std::move(services->space), "service");
  }
  return beyond_gateways(space, grant, way);
}

/// What of the selectors of a protocol is not served. Packets that are shorter than their ports,
/// and ICMP of another family or of a type that neither asks nor answers, are of no connection.
Values Judge::beyond_selectors(const Space& space, std::uint8_t protocol, const Values& served,
                               Way way) {
  if (net::has_ports(protocol)) {
    const Values& ports = space[way == Way::Original ? Field::ThDport : Field::ThSport];
    return within(ports, served) ? Values{} : without(ports, served);
  }
  Values beyond;
  for (const auto& [asking, answering] : icmp_queries(protocol)) {
    const Value seen = way == Way::Original ? asking : answering;
    if (protocol == icmp_of(space) && !contains(served, asking) &&
        contains(space[icmp_type_of(space)], seen)) {
      beyond.push_back({seen, seen});
    }
  }
  return united(std::move(beyond));
}

std::optional<Fault> Judge::beyond_services(const Space& space, const Grant& grant, Way way) {
  static const Values kNone;
  for (const Interval& numbers : space[Field::L4Proto]) {
    for (Value number = numbers.first; number <= numbers.last; ++number) {
      const auto protocol = static_cast<std::uint8_t>(number);
      const auto found = grant.services.find(protocol);
      const bool served = found != grant.services.end();
      std::optional<Values> beyond;
      if (net::has_ports(protocol) || net::is_icmp(protocol)) {
        beyond = beyond_selectors(space, protocol, served ? found->second : kNone, way);
      }
      if (beyond ? beyond->empty() : served) {
        continue;
      }
      Space part = space;
      if (beyond) {
        const Field selector = net::is_icmp(protocol) ? icmp_type_of(space)
                               : way == Way::Original ? Field::ThDport
                                                      : Field::ThSport;
        (void)part.narrow(selector, pool_.keep(*std::move(beyond)), pool_);
      }
      (void)part.narrow(Field::L4Proto, pool_.point(number), pool_);
      return Fault{std::move(part), {}};
    }
  }
  return std::nullopt;
}

/// Of directions that are bound to a hardware address the first packet alone is looked at.
std::optional<Fault> Judge::beyond_gateways(const Space& space, const Grant& grant, Way way) {
  const auto to = way == Way::Original ? grant.to : grant.from;
  if (!to || grant.kind == GrantKind::OwnFlow || !charter_.has_gateways(*to) ||
      grant.macs.at(static_cast<std::size_t>(way)).empty()) {
    return std::nullopt;
  }
  auto astray = outside(space, space.is_v4() ? Field::NextHop4 : Field::NextHop6,
                        charter_.gateways(*to, family_of(space)));
  if (!astray) {
    return std::nullopt;
  }
  return Fault{*std::move(astray), "it leaves by another next hop than the gateways"};
}

}  // namespace sekisho::prove
