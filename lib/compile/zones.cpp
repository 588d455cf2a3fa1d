// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

namespace sekisho::compile {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using ruleset::Holds;
using ruleset::SetShape;
using ruleset::Type;

Bytes key_of(const std::string& interface, std::uint32_t mark) {
  Bytes key;
  return key.append(ruleset::name_bytes(interface).view()).append(ruleset::mark_bytes(mark).view());
}

void write_zone_maps(Draft& draft) {
  SetShape zone4{.name = "zone4", .key = {Type::Ipv4Addr}, .holds = Holds::Marks, .interval = true,
                 .limit = {}, .size = {}};
  SetShape zone6 = zone4;
  zone6.name = "zone6";
  zone6.key = {Type::Ipv6Addr};
  draft.declare(zone4);
  draft.declare(zone6);
  for (const policy::Policy::ZoneRange& part : draft.policy.flattened()) {
    Element element{Bytes{part.range.first.bytes()}, Bytes{part.range.last.bytes()},
                    draft.zone_mark(part.zone), {}, {}, {}};
    draft.add(part.range.first.is_v4() ? "zone4" : "zone6", std::move(element));
  }
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

/// One counter and one sampling rate per source zone, destination zone and reason, so that nothing is allocated while
/// packets are dropped.
void write_drop_words(Draft& draft) {
  draft.declare({.name = "drops", .key = {Type::Mark}, .counter = true, .limit = {}, .size = 1U << 20U});
  draft.declare({.name = "sample", .key = {Type::Mark}, .limit = kSampling, .size = 1U << 20U});
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

void write_zones(Draft& draft) {
  write_zone_maps(draft);
  write_interfaces(draft);
  write_drop_words(draft);
}

}  // namespace sekisho::compile
