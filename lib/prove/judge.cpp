// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/judge.hpp"

#include "prove/example.hpp"
#include "prove/fields.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::HookPoint;

constexpr std::size_t kMostParts = 4096;
constexpr const char* kUnpermitted = "nothing in the policy permits it";

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

}  // namespace sekisho::prove
