// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

namespace sekisho::compile {
namespace {

using ruleset::Bytes;
using ruleset::Chain;
using ruleset::Element;
using ruleset::Elements;
using ruleset::Holds;
using ruleset::SetShape;
using ruleset::Table;
using ruleset::Type;

constexpr std::int32_t kFirst = -500;
/// IEEE 802 numbers (linux/if_ether.h).
constexpr std::uint16_t kIpv4Type = 0x0800;
constexpr std::uint16_t kArpType = 0x0806;
constexpr std::uint16_t kIpv6Type = 0x86dd;
constexpr std::uint32_t kOfAClosedWire = drop_word(0, 0, Reason::UnknownZone);

/// The wires of zones and of management, each with the word of what is dropped there.
struct Wire {
  std::string interface;
  std::uint32_t word;
  std::uint32_t sent;  ///< the word of what the sensor would send there
  std::string zone;
};

std::vector<Wire> wires_of(const Draft& draft) {
  std::vector<Wire> wires;
  const auto& zones = draft.policy.zones();
  for (policy::ZoneIndex i = 0; i < zones.size(); ++i) {
    for (const std::string& interface : zones[i].interfaces) {
      const std::uint8_t zone = draft.allotted.zones[i];
      wires.push_back({interface, drop_word(zone, 0, Reason::Invalid),
                       drop_word(0, zone, Reason::SelfProtected), zones[i].name});
    }
  }
  if (draft.policy.management()) {
    for (const std::string& interface : draft.policy.management()->interfaces) {
      wires.push_back({interface, drop_word(0, 0, Reason::Invalid),
                       drop_word(0, 0, Reason::SelfProtected), "-"});
    }
  }
  return wires;
}

void add_set(Table& table, const SetShape& shape, Elements elements) {
  table.sets.push_back({shape, std::make_shared<const Elements>(std::move(elements))});
}

void add_words(const Draft& draft, Table& table, const std::vector<Wire>& wires) {
  std::map<std::uint32_t, std::string> words{
      {kOfAClosedWire, "- - " + std::string{name_of(Reason::UnknownZone)}}};
  std::vector<Element> by_wire;
  for (const Wire& wire : wires) {
    words[wire.word] = wire.zone + " - " + std::string{name_of(Reason::Invalid)};
    if (draft.policy.sensor()) {
      words[wire.sent] = "- " + wire.zone + " " + std::string{name_of(Reason::SelfProtected)};
    }
    by_wire.push_back({ruleset::name_bytes(wire.interface), {}, wire.word, {}, wire.zone, {}});
  }
  std::vector<Element> counted;
  std::vector<Element> sampled;
  for (const auto& [word, comment] : words) {
    counted.push_back({ruleset::mark_bytes(word), {}, {}, {}, comment, {}});
    sampled.push_back({ruleset::mark_bytes(word), {}, {}, {}, {}, {}});
  }
  add_set(
      table,
      {.name = "wires", .key = {Type::IfName}, .holds = Holds::Marks, .limit = {}, .size = 1024},
      std::move(by_wire));
  add_set(table,
          {.name = "drops", .key = {Type::Mark}, .counter = true, .limit = {}, .size = 65536},
          std::move(counted));
  add_set(table, {.name = "sample", .key = {Type::Mark}, .limit = kSampling, .size = 65536},
          std::move(sampled));
}

/// What is Ethernet and of no type that we know ends here; a link without Ethernet has no such
/// header, and a tag neither. Of a closed wire everything ends, before a bridge could take it.
Chain at_wire(const Draft& draft, const std::string& interface) {
  Chain made{
      "at_" + interface, ruleset::Hook{ruleset::HookPoint::Ingress, kFirst, true, interface}, {}};
  if (draft.situation.closed.contains(interface)) {
    made.rules = {rule({go_to("closed")})};
  } else {
    // what nearly every frame is needs no lookup
    made.rules = {rule({is(Field::EtherType, ruleset::bytes_of(kIpv4Type)), accept()}),
                  rule({is(Field::EtherType, ruleset::bytes_of(kIpv6Type)), accept()}),
                  rule({in({Field::EtherType}, "ether_types"), accept()}),
                  rule({not_in({Field::EtherType}, "ether_types"), go_to("frame")}),
                  rule({accept()})};
  }
  return made;
}

/// The sensor's handles are there to look: whatever leaves by one ends here.
Chain behind_wire(const Wire& wire) {
  return {"behind_" + wire.interface,
          ruleset::Hook{ruleset::HookPoint::Egress, kFirst, true, wire.interface},
          {rule({is(Field::MetaMark, ruleset::mark_bytes(kSensorMark)), meta_mark(wire.sent),
                 go_to("count")}),
           rule({accept()})}};
}

}  // namespace

Table frames_of(const Draft& draft) {
  Table table;
  table.name = draft.policy.appliance().table;
  table.family = ruleset::TableFamily::Netdev;
  const std::vector<Wire> wires = wires_of(draft);
  add_words(draft, table, wires);
  std::vector<Element> types;
  for (const std::uint16_t type : std::initializer_list<std::uint16_t>{kIpv4Type, kArpType, kIpv6Type}) {
    types.push_back({ruleset::bytes_of(type), {}, {}, {}, {}, {}});
  }
  add_set(table, {.name = "ether_types", .key = {Type::EtherType}, .limit = {}, .size = 16},
          std::move(types));
  table.chains.push_back(
      chain("closed", {rule({meta_mark(kOfAClosedWire)}), rule({go_to("count")})}));
  table.chains.push_back(
      chain("frame", {rule({meta_mark_from({Field::IifName}, "wires")}), rule({go_to("count")})}));
  table.chains.push_back(
      chain("count", {rule({in({Field::MetaMark}, "sample"), ruleset::Log{kLogGroup, 128, 1}}),
                      rule({in({Field::MetaMark}, "drops"), drop()}),
                      rule({ruleset::Counter{}, drop()}, "words that were forgotten: stays 0")}));
  for (const Wire& wire : wires) {
    table.chains.push_back(at_wire(draft, wire.interface));
    if (draft.policy.sensor()) {
      table.chains.push_back(behind_wire(wire));
    }
  }
  ruleset::normalise(table);
  return table;
}

}  // namespace sekisho::compile
