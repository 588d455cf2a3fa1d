// SPDX-License-Identifier: GPL-3.0-or-later
// Of the marks that connections get: whether the permit that each stands for covers them.
#include "prove/fields.hpp"
#include "prove/judge.hpp"

namespace sekisho::prove {
namespace {

using ruleset::HookPoint;

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

}  // namespace

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
    }
    if (satisfied()) {
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
