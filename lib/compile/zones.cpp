// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

#include <algorithm>
#include <span>

namespace sekisho::compile {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using ruleset::Holds;
using ruleset::SetShape;
using ruleset::Type;

std::string name_of_map(net::Family family) { return family == net::Family::V4 ? "zone4" : "zone6"; }

Bytes key_of(const std::string& interface, std::uint32_t mark) {
  Bytes key;
  return key.append(ruleset::name_bytes(interface).view()).append(ruleset::mark_bytes(mark).view());
}

/// The marks of zones, by ZoneIndex, and of the addresses that the map does not hold.
struct ZoneMarks {
  std::vector<std::uint32_t> zones;
  std::uint32_t elsewhere = 0;
};

struct MarkedRange {
  net::Range range;
  std::uint32_t mark = 0;
  bool operator==(const MarkedRange&) const = default;
};

using Ranges = std::span<const policy::ZoneRange>;

Ranges ranges_of(const policy::Policy& policy, net::Family family) {
  const auto first_v6 = std::ranges::partition_point(
      policy.flattened(), [](const policy::ZoneRange& part) { return part.range.first.is_v4(); });
  return family == net::Family::V4 ? Ranges{policy.flattened().begin(), first_v6}
                                   : Ranges{first_v6, policy.flattened().end()};
}

/// Within `space`: every range whose zone is not the one elsewhere; those of no zone too, where elsewhere is a zone.
std::vector<MarkedRange> map_of(Ranges ranges, const net::Range& space, const ZoneMarks& marks) {
  std::vector<MarkedRange> map;
  map.reserve(ranges.size());
  const auto write = [&](const net::Range& range, std::uint32_t mark) {
    if (mark != marks.elsewhere) {
      map.push_back({range, mark});
    }
  };
  std::optional<net::Address> next = space.first;
  for (const policy::ZoneRange& part : ranges) {
    if (*next < part.range.first) {
      write({*next, *part.range.first.previous()}, 0);
    }
    write(part.range, marks.zones[part.zone]);
    next = part.range.last.next();
  }
  if (next && *next <= space.last) {
    write({*next, space.last}, 0);
  }
  return map;
}

Element element_of(const MarkedRange& part) {
  return {Bytes{part.range.first.bytes()}, Bytes{part.range.last.bytes()}, part.mark, {}, {}, {}};
}

/// What only `a` has, and what only `b` has; both in order.
std::pair<std::vector<Element>, std::vector<Element>> apart(const std::vector<MarkedRange>& a,
                                                            const std::vector<MarkedRange>& b) {
  std::pair<std::vector<Element>, std::vector<Element>> only;
  auto one = a.begin();
  auto other = b.begin();
  while (one != a.end() || other != b.end()) {
    if (one != a.end() && other != b.end() && *one == *other) {
      ++one;
      ++other;
    } else if (other == b.end() || (one != a.end() && one->range.first <= other->range.first)) {
      only.first.push_back(element_of(*one++));
    } else {
      only.second.push_back(element_of(*other++));
    }
  }
  return only;
}

/// Elements that go and come. Where the same zone has what is elsewhere, only between what both begin and end with: and
/// there one range more on either side, whose neighbours of no zone may have other ends.
std::pair<std::vector<Element>, std::vector<Element>> turnover_of(Ranges then, const ZoneMarks& marks_then, Ranges now,
                                                                  const ZoneMarks& marks_now, net::Range space) {
  const bool same_rest = marks_then.elsewhere == marks_now.elsewhere;
  while (same_rest && then.size() > 1 && now.size() > 1 && then[0] == now[0] && then[1] == now[1]) {
    space.first = then[1].range.first;
    then = then.subspan(1);
    now = now.subspan(1);
  }
  const auto last = [](Ranges ranges, std::size_t n) { return ranges[ranges.size() - n]; };
  while (same_rest && then.size() > 1 && now.size() > 1 && last(then, 1) == last(now, 1) &&
         last(then, 2) == last(now, 2)) {
    space.last = last(then, 2).range.last;
    then = then.first(then.size() - 1);
    now = now.first(now.size() - 1);
  }
  return apart(map_of(then, space, marks_then), map_of(now, space, marks_now));
}

void write_zone_map(Draft& draft, net::Family family) {
  const std::string name = name_of_map(family);
  if (draft.changed() && !draft.changed()->addresses) {
    draft.keep(name);
    return;
  }
  ZoneMarks marks{{}, draft.elsewhere(family)};
  for (policy::ZoneIndex i = 0; i < draft.policy.zones().size(); ++i) {
    marks.zones.push_back(draft.zone_mark(i));
  }
  if (draft.changed()) {
    ZoneMarks before = marks;
    before.elsewhere = draft.elsewhere(draft.then().policy, family);
    auto [gone, come] = turnover_of(ranges_of(draft.then().policy, family), before,
                                    ranges_of(draft.policy, family), marks, net::Range::all(family));
    draft.edit(draft.shape(name), std::move(gone), std::move(come));
    return;
  }
  for (const MarkedRange& part : map_of(ranges_of(draft.policy, family), net::Range::all(family), marks)) {
    draft.add(name, element_of(part));
  }
}

void write_zone_maps(Draft& draft) {
  SetShape zone4{.name = "zone4", .key = {Type::Ipv4Addr}, .holds = Holds::Marks, .interval = true,
                 .limit = {}, .size = {}};
  SetShape zone6 = zone4;
  zone6.name = "zone6";
  zone6.key = {Type::Ipv6Addr};
  draft.declare(zone4);
  draft.declare(zone6);
  write_zone_map(draft, net::Family::V4);
  write_zone_map(draft, net::Family::V6);
}

/// Ingress interface and destination zone make the word that is counted.
void write_interfaces(Draft& draft) {
  draft.declare({.name = "port_zone", .key = {Type::IfName, Type::Mark}, .limit = {}, .size = 1024});
  draft.declare({.name = "zone_ports", .key = {Type::IfName}, .limit = {}, .size = 1024});
  draft.declare({.name = "pair", .key = {Type::IfName, Type::Mark}, .holds = Holds::Marks, .limit = {}, .size = 65536});
  const std::vector<policy::Zone>& zones = draft.policy.zones();
  for (policy::ZoneIndex i = 0; i < zones.size(); ++i) {
    const std::uint32_t source = draft.zone_mark(i) << 8U;
    for (const std::string& interface : zones[i].interfaces) {
      draft.add("port_zone", {key_of(interface, draft.zone_mark(i)), {}, {}, {}, zones[i].name, {}});
      draft.add("zone_ports", {ruleset::name_bytes(interface), {}, {}, {}, {}, {}});
      draft.add("pair", {key_of(interface, 0), {}, source, {}, {}, {}});
      for (policy::ZoneIndex j = 0; j < zones.size(); ++j) {
        draft.add("pair", {key_of(interface, draft.zone_mark(j)), {}, source | draft.zone_mark(j), {}, {}, {}});
      }
    }
  }
}

/// The kernel allots a hash of that size at once, so it is large only where there are many zones. Beyond this many the
/// counters begin anew, once.
constexpr std::size_t kFewZones = 80;

/// One counter and one sampling rate per source zone, destination zone and reason, so that nothing is allocated while
/// packets are dropped.
void write_drop_words(Draft& draft) {
  if (draft.changed()) {
    draft.keep("drops");
    draft.keep("sample");
    return;
  }
  const std::uint32_t room = draft.policy.zones().size() <= kFewZones ? 1U << 16U : 1U << 20U;
  draft.declare({.name = "drops", .key = {Type::Mark}, .counter = true, .limit = {}, .size = room});
  draft.declare({.name = "sample", .key = {Type::Mark}, .limit = kSampling, .size = room});
  std::vector<std::pair<std::uint8_t, std::string>> zones{{0, "-"}};
  for (policy::ZoneIndex i = 0; i < draft.policy.zones().size(); ++i) {
    zones.emplace_back(draft.allotted.zones[i], draft.policy.zones()[i].name);
  }
  for (const ReasonWord& reason : reason_words()) {
    if (!reason.of_packet || reason.verdict != Verdict::Deny) {
      continue;
    }
    for (const auto& from : zones) {
      for (const auto& to : zones) {
        const Bytes word = ruleset::mark_bytes(drop_word(from.first, to.first, reason.reason));
        draft.add("drops", {word, {}, {}, {}, from.second + " " + to.second + " " + std::string{reason.name}, {}});
        draft.add("sample", {word, {}, {}, {}, {}, {}});
      }
    }
  }
}

}  // namespace

ruleset::Rule mark_zone_of(Field address, const Draft& draft) {
  const bool v4 = address == Field::IpSaddr || address == Field::IpDaddr;
  const net::Family family = v4 ? net::Family::V4 : net::Family::V6;
  return rule({of(family), meta_mark(draft.elsewhere(family)), meta_mark_from({address}, name_of_map(family))});
}

void write_zones(Draft& draft) {
  write_zone_maps(draft);
  write_interfaces(draft);
  write_drop_words(draft);
}

}  // namespace sekisho::compile
