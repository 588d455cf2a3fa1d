// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/matrix.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace sekisho::threeway {
namespace {

constexpr const char* kAppliance = "appliance";
constexpr const char* kDeclaredMac = "02:00:00:14:03:04";

/// Hosts that permits name, so that there is something to let through.
struct Place {
  std::string name;
  std::string wire;
  std::string host4;
  std::string host6;
  std::string own4;  ///< the appliance's address on that wire
  std::string own6;
};
const std::array kEnds{
    Place{"jumin", "mn0", "10.10.1.5", "fd00:10::1:5", "10.10.0.1", "fd00:10::1"},
    Place{"lgwan-office", "lg0", "10.20.3.4", "fd00:20::3:4", "10.20.0.1", "fd00:20::1"},
    Place{"inet-office", "in0", "10.30.0.47", "fd00:30::47", "10.30.0.1", "fd00:30::1"},
    Place{"guests", "gu0", "10.30.200.7", "fd00:30:0:c8::7", "10.30.200.1", "fd00:30:0:c8::1"},
    Place{"cloud", "sc0", "198.51.100.47", "2001:db8:47::47", "203.0.113.2", "2001:db8:c::2"},
    Place{"management", "mgmt0", "10.99.0.7", "fd00:99::7", "10.99.0.1", "fd00:99::1"},
    Place{"nobody", "x0", "198.18.0.7", "fd00:77::7", "198.18.0.1", "fd00:77::1"}};

struct Shape {
  std::string name;
  Probe probe;  ///< of either family: addresses and wires are filled in, ICMP is translated
  bool of_wires_alone = false;  ///< the appliance's own stack sends no such thing
};

Probe of(std::uint8_t protocol, std::uint16_t port = 443) {
  return {.protocol = protocol, .dport = port};
}
Probe segment(std::uint8_t flags) {
  return {.flags = flags};
}
Probe message(std::uint8_t type) {
  return {.protocol = 1, .type = type};
}
Probe split(std::uint8_t protocol, Split how) {
  return {.protocol = protocol, .split = how};
}

std::vector<Shape> all_shapes() {
  using namespace tcp;  // NOLINT(google-build-using-namespace)
  std::vector<Shape> shapes{{"a connection to tcp/443", of(6)},
                            {"a connection to tcp/22", of(6, 22)},
                            {"a segment mid-stream", segment(kAck)},
                            {"SYN and ACK", segment(kSyn | kAck)},
                            {"SYN and FIN", segment(kSyn | kFin)},
                            {"a segment without flags", segment(0)},
                            {"RST", segment(kRst)},
                            {"udp/443", of(17)},
                            {"udp/53", of(17, 53)},
                            {"udp/514", of(17, 514)},
                            {"Teredo", of(17, 3544)},
                            {"echo request", message(8)},
                            {"echo reply", message(0)},
                            {"an ICMP error of nothing", message(3)},
                            {"an ICMP query that is not echo", message(13)},
                            {"a redirect", message(5)},
                            {"an SCTP association", of(132, 2905)},
                            {"SCTP mid-stream", {.protocol = 132, .dport = 2905, .chunk = 0}},
                            {"two fragments of tcp/443", split(6, Split::Two), true},
                            {"udp/443, the last fragment first", split(17, Split::Reversed), true},
                            {"an IPv4 option or hop-by-hop header", of(6)},
                            {"record route or a routing header", of(17)},
                            {"a wrong checksum", {.broken_checksum = true}, true},
                            {"a tag", {.tag = 7}, true},
                            {"two tags", {.ether_type = 0x8100, .tag = 7}, true},
                            {"a foreign ethertype", {.ether_type = 0x88b5}, true}};
  for (const std::uint8_t protocol :
       std::initializer_list<std::uint8_t>{4, 41, 47, 50, 51, 89, 253}) {
    shapes.push_back({"protocol " + std::to_string(protocol), of(protocol)});
  }
  shapes.at(20).probe.options = {148, 4, 0, 0};
  shapes.at(20).probe.extensions = {0};
  shapes.at(21).probe.options = {7, 7, 4, 0, 0, 0, 0, 0};
  shapes.at(21).probe.extensions = {43};
  return shapes;
}

/// The same in ICMPv6; what has no counterpart there is a node information query.
void translate(Probe& probe) {
  static const std::vector<std::pair<std::uint8_t, std::uint8_t>> kTypes{
      {8, 128}, {0, 129}, {3, 1}, {5, 137}, {13, 139}};
  probe.protocol = 58;
  probe.type =
      std::ranges::find(kTypes, probe.type, [](const auto& pair) { return pair.first; })->second;
}

Probe in_family(Probe probe, bool v4) {
  if (v4) {
    probe.extensions.clear();
  } else {
    probe.options.clear();
    if (probe.protocol == 1) {
      translate(probe);
    }
  }
  return probe;
}

struct Lie {
  std::string name;
  std::string source;  ///< empty: the host's own
  std::string mac;     ///< empty: the far end's own
};

std::vector<Lie> lies_of(std::size_t from, bool v4) {
  const Place& neighbour = kEnds.at((from + 1) % kEnds.size());
  return {{"", "", ""},
          {" by a declared hardware address", "", kDeclaredMac},
          {" with the source of " + neighbour.name, v4 ? neighbour.host4 : neighbour.host6, ""},
          {" with a source that is in no zone", v4 ? "169.254.7.7" : "fd00:99::77", ""},
          {" with the appliance's source", v4 ? kEnds.at(from).own4 : kEnds.at(from).own6, ""}};
}

/// To a host behind each wire, and to the appliance's address on this wire and on another one.
std::vector<std::pair<std::string, std::string>> targets_of(std::size_t from, bool v4) {
  std::vector<std::pair<std::string, std::string>> targets;
  for (const Place& to : kEnds) {
    // not the sender itself
    const bool same = &to == &kEnds.at(from);
    const std::string host = v4 ? to.host4 : to.host6;
    targets.emplace_back(to.name, same ? host.substr(0, host.size() - 1) + "9" : host);
  }
  const Place& here = kEnds.at(from);
  const Place& there = kEnds.at((from + 1) % kEnds.size());
  targets.emplace_back("the appliance", v4 ? here.own4 : here.own6);
  targets.emplace_back("the appliance's address at " + there.name, v4 ? there.own4 : there.own6);
  return targets;
}

void add_from_wire(std::size_t from, bool v4, std::span<const Shape> shapes,
                   std::span<const Lie> lies, std::vector<Cell>& cells) {
  const Place& place = kEnds.at(from);
  for (const auto& [name, target] : targets_of(from, v4)) {
    for (const Shape& shape : shapes) {
      for (const Lie& lie : lies) {
        Probe probe = in_family(shape.probe, v4);
        probe.in = place.wire;
        probe.src = !lie.source.empty() ? lie.source : v4 ? place.host4 : place.host6;
        probe.dst = target;
        probe.mac = lie.mac;
        cells.push_back(
            {shape.name + (v4 ? ", IPv4, " : ", IPv6, ") + place.name + " to " + name + lie.name,
             std::move(probe)});
      }
    }
  }
}

void add_from_appliance(bool v4, std::span<const Shape> shapes, std::vector<Cell>& cells) {
  for (const Place& to : kEnds) {
    for (const Shape& shape : shapes) {
      if (shape.of_wires_alone) {
        continue;
      }
      Probe probe = in_family(shape.probe, v4);
      probe.src = v4 ? to.own4 : to.own6;
      probe.dst = v4 ? to.host4 : to.host6;
      cells.push_back({shape.name + (v4 ? ", IPv4, " : ", IPv6, ") + "the appliance to " + to.name,
                       std::move(probe)});
    }
  }
}

std::vector<Shape> all_protocols(bool v4) {
  const std::set<unsigned> headers{0, 43, 44, 51, 60, 135, 139, 140};
  std::vector<Shape> shapes;
  for (unsigned number = 0; number < 256; ++number) {
    const bool other_icmp = number == (v4 ? 58 : 1);
    if ((v4 || !headers.contains(number)) && !other_icmp) {
      Probe probe = of(static_cast<std::uint8_t>(number));
      probe.type = v4 ? 8 : 128;
      shapes.push_back({"protocol " + std::to_string(number), probe});
    }
  }
  return shapes;
}

/// Of the place; nothing for the appliance.
std::optional<std::size_t> wire_of(const std::string& place) {
  const auto at = std::ranges::find(kEnds, place, &Place::name);
  return at == kEnds.end() ? std::nullopt
                           : std::optional{static_cast<std::size_t>(at - kEnds.begin())};
}

}  // namespace

const std::vector<std::string>& places() {
  static const std::vector<std::string> kPlaces = [] {
    std::vector<std::string> names;
    for (const Place& place : kEnds) {
      names.push_back(place.name);
    }
    names.emplace_back(kAppliance);
    return names;
  }();
  return kPlaces;
}

std::size_t shapes() {
  return all_shapes().size();
}

std::vector<Cell> cells_from(const std::string& place) {
  const std::vector<Shape> shapes = all_shapes();
  std::vector<Cell> cells;
  for (const bool v4 : {true, false}) {
    if (const auto from = wire_of(place)) {
      add_from_wire(*from, v4, shapes, lies_of(*from, v4), cells);
    } else {
      add_from_appliance(v4, shapes, cells);
    }
  }
  return cells;
}

std::vector<Cell> protocols_from(const std::string& place) {
  std::vector<Cell> cells;
  for (const bool v4 : {true, false}) {
    const std::vector<Shape> shapes = all_protocols(v4);
    if (const auto from = wire_of(place)) {
      add_from_wire(*from, v4, shapes, std::array{Lie{}}, cells);
    } else {
      add_from_appliance(v4, shapes, cells);
    }
  }
  return cells;
}

bool ended_by_stack(const Probe& probe) {
  const bool own_source = !probe.in.empty() && probe.v4() &&
                          std::ranges::find(kEnds, probe.src, &Place::own4) != kEnds.end();
  const bool frame = probe.tag.has_value() || probe.ether_type.has_value();
  return frame ? probe.in == "x0" : own_source;
}

bool may_ever_pass(const std::string& in, const std::string& out) {
  static const std::set<std::pair<std::string, std::string>> kWays{
      {"mn0", "mn0"}, {"lg0", "lg0"}, {"lg0", "mn0"},        {"in0", "in0"}, {"in0", "sc0"},
      {"sc0", "sc0"}, {"", "sc0"},    {"mgmt0", kAppliance}, {"", "mgmt0"}};
  return kWays.contains({in, out});
}

}  // namespace sekisho::threeway
