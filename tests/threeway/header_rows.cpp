// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

namespace sekisho::threeway {
namespace {

/// What would be let through but for its headers.
Probe web4() {
  return {.in = "in0", .src = "10.30.0.7", .dst = "198.51.100.9"};
}
Probe web6() {
  return {.in = "in0", .src = "fd00:30::7", .dst = "2001:db8:5::9"};
}
/// What would not.
Probe cross4() {
  return {.in = "in0", .src = "10.30.0.7", .dst = "10.20.0.9"};
}
Probe cross6() {
  return {.in = "in0", .src = "fd00:30::7", .dst = "fd00:20::9"};
}

const std::string kInvalid = "invalid inet-office cloud";
const std::string kWeb = "flow:web inet-office cloud";

struct Option {
  std::string name;
  std::vector<std::uint8_t> bytes;
};

void add_options(Rows& rows) {
  const std::vector<Option> options{
      {"no operation", {1, 1, 1, 1}},
      {"end of list", {0, 0, 0, 0}},
      {"record route", {7, 7, 4, 0, 0, 0, 0, 0}},
      {"timestamp", {68, 8, 5, 0, 0, 0, 0, 0}},
      {"router alert", {148, 4, 0, 0}},
      {"an experiment", {30, 4, 0, 0}},
  };
  for (const Option& option : options) {
    Probe probe = web4();
    probe.options = option.bytes;
    rows.push_back({"IPv4 option, " + option.name, probe, kInvalid});
  }
  Probe cross = cross4();
  cross.options = {1, 1, 1, 1};
  rows.push_back(
      {"IPv4 option where nothing is permitted", cross, "invalid inet-office lgwan-office"});
  cross.in = "x0";
  cross.src = "198.18.0.5";
  rows.push_back({"IPv4 option by a wire of no zone", cross, "invalid - lgwan-office"});
}

void add_extension_headers(Rows& rows) {
  const auto add = [&](const std::string& what, std::vector<std::uint8_t> headers, Split split) {
    Probe probe = web6();
    probe.extensions = std::move(headers);
    probe.split = split;
    rows.push_back({"extension headers, " + what, probe, kInvalid});
  };
  for (const std::uint8_t header : Numbers{0, 43, 51, 60, 135, 139, 140}) {
    add(std::to_string(header), {header}, Split::Whole);
  }
  add("several", {0, 60, 43, 60}, Split::Whole);
  add("behind a fragment header", {60}, Split::Atomic);
  add("routing behind a fragment header", {43}, Split::Atomic);
  add("in two fragments", {60}, Split::Two);
  add("a fragment header behind another", {}, Split::TwiceAtomic);
  add("options behind two fragment headers", {60}, Split::TwiceAtomic);
  for (const std::uint8_t protocol : Numbers{135, 139, 140}) {
    Probe bare = web6();
    bare.protocol = protocol;
    rows.push_back({"nothing behind extension header " + std::to_string(protocol), bare, kInvalid});
  }
  Probe empty = web6();
  empty.protocol = 59;
  rows.push_back({"nothing at all inside", empty, kInvalid});
  Probe cross = cross6();
  cross.extensions = {60};
  rows.push_back(
      {"extension header where nothing is permitted", cross, "invalid inet-office lgwan-office"});
}

void add_fragments(Rows& rows) {
  for (const bool v4 : {true, false}) {
    const std::string family = v4 ? ", IPv4" : ", IPv6";
    for (const std::uint8_t protocol : Numbers{6, 17}) {
      Probe probe = v4 ? web4() : web6();
      probe.protocol = protocol;
      probe.split = Split::Two;
      rows.push_back(
          {"two fragments of protocol " + std::to_string(protocol) + family, probe, kWeb});
    }
    Probe reversed = v4 ? web4() : web6();
    reversed.split = Split::Reversed;
    rows.push_back({"the last fragment first" + family, reversed, kWeb});
    Probe cross = v4 ? cross4() : cross6();
    cross.split = Split::Two;
    rows.push_back({"two fragments that no permit covers" + family, cross,
                    "cross_zone inet-office lgwan-office"});
  }
  Probe atomic = web6();
  atomic.split = Split::Atomic;
  rows.push_back({"a fragment that is the whole", atomic, kWeb});
}

void add_states(Rows& rows) {
  using namespace tcp;  // NOLINT(google-build-using-namespace)
  constexpr std::uint8_t kPsh = 8;
  constexpr std::uint8_t kUrg = 32;
  constexpr std::uint8_t kEcn = 0xc0;
  struct Segment {
    std::string name;
    std::uint8_t flags;
    std::string decision;
  };
  for (const Segment& segment :
       std::vector<Segment>{{"ACK mid-stream", kAck, kInvalid},
                            {"ACK with data", kAck | kPsh, kInvalid},
                            {"SYN and ACK", kSyn | kAck, kInvalid},
                            {"FIN", kFin, kInvalid},
                            {"FIN and ACK", kFin | kAck, kInvalid},
                            {"RST", kRst, kInvalid},
                            {"RST and ACK", kRst | kAck, kInvalid},
                            {"no flag", 0, kInvalid},
                            {"every flag of a Christmas tree", kFin | kPsh | kUrg, kInvalid},
                            {"SYN and FIN", kSyn | kFin, kInvalid},
                            {"SYN and RST", kSyn | kRst, kInvalid},
                            {"SYN that offers ECN", kSyn | kEcn, kWeb}}) {
    for (const bool v4 : {true, false}) {
      Probe probe = v4 ? web4() : web6();
      probe.flags = segment.flags;
      rows.push_back({segment.name + (v4 ? ", IPv4" : ", IPv6"), probe, segment.decision});
    }
  }
  for (const bool v4 : {true, false}) {
    for (const std::uint8_t protocol : Numbers{6, 17, v4 ? std::uint8_t{1} : std::uint8_t{58}}) {
      Probe probe = v4 ? web4() : web6();
      probe.protocol = protocol;
      probe.type = v4 ? 8 : 128;
      probe.broken_checksum = true;
      rows.push_back(
          {"a wrong checksum of protocol " + std::to_string(protocol) + (v4 ? ", IPv4" : ", IPv6"),
           probe, kInvalid});
    }
  }
}

void add_icmp(Rows& rows) {
  for (const std::uint8_t type : Numbers{0, 3, 4, 5, 9, 10, 11, 12, 14, 30, 255}) {
    Probe probe = web4();
    probe.protocol = 1;
    probe.type = type;
    rows.push_back({"ICMP type " + std::to_string(type) + " of no connection", probe, kInvalid});
  }
  for (const std::uint8_t type : Numbers{13, 15, 17}) {
    Probe probe = web4();
    probe.protocol = 1;
    probe.type = type;
    rows.push_back({"ICMP query " + std::to_string(type), probe, "cross_zone inet-office cloud"});
  }
  for (const std::uint8_t type : Numbers{1, 2, 3, 4, 100, 127, 129, 130, 131, 132, 133, 134, 135,
                                         136, 137, 138, 143, 200, 255}) {
    Probe probe = web6();
    probe.protocol = 58;
    probe.type = type;
    rows.push_back({"ICMPv6 type " + std::to_string(type) + " of no connection", probe, kInvalid});
  }
  Probe six_in_four = web4();
  six_in_four.protocol = 58;
  six_in_four.type = 128;
  rows.push_back({"ICMPv6 in IPv4", six_in_four, kInvalid});
  Probe four_in_six = web6();
  four_in_six.protocol = 1;
  rows.push_back({"ICMP in IPv6", four_in_six, kInvalid});
}

void add_protocols(Rows& rows) {
  for (const std::uint8_t protocol :
       Numbers{0, 2, 4, 41, 43, 44, 46, 47, 50, 51, 59, 60, 89, 94, 103, 112, 115, 253, 255}) {
    Probe probe = web4();
    probe.protocol = protocol;
    rows.push_back(
        {"protocol " + std::to_string(protocol) + ", IPv4", probe, "cross_zone inet-office cloud"});
  }
  for (const std::uint8_t protocol :
       Numbers{2, 4, 41, 46, 47, 50, 89, 94, 103, 112, 115, 253, 255}) {
    Probe probe = web6();
    probe.protocol = protocol;
    rows.push_back(
        {"protocol " + std::to_string(protocol) + ", IPv6", probe, "cross_zone inet-office cloud"});
  }
}

/// What on the wire is neither IP nor ARP, or carries a tag, is judged before anybody looks inside.
void add_frames(Rows& rows) {
  for (const std::string& dst : {std::string{"198.51.100.9"}, std::string{"2001:db8:5::9"}}) {
    const bool v4 = dst.find(':') == std::string::npos;
    Probe probe{.in = "in0", .src = v4 ? "10.30.0.7" : "fd00:30::7", .dst = dst};
    const std::string invalid = "invalid inet-office -";
    probe.tag = 7;
    rows.push_back({"of a tagged network, " + dst, probe, invalid});
    probe.tag = 0;
    rows.push_back({"with a priority tag, " + dst, probe, invalid});
    probe.tag = 7;
    probe.ether_type = 0x8100;
    rows.push_back({"with two tags, " + dst, probe, invalid});
    probe.tag.reset();
    for (const std::uint16_t type : std::initializer_list<std::uint16_t>{
             0x88b5, 0x8864, 0x88cc, 0x8847, 0x88a8, 0x8137, 0x0027, 0x22f0}) {
      probe.ether_type = type;
      rows.push_back({"of ethertype " + std::to_string(type) + ", " + dst, probe, invalid});
    }
    probe.in = "mgmt0";
    rows.push_back({"of a foreign type by management's wire, " + dst, probe, "invalid - -"});
    probe.in = "x0";
    rows.push_back({"of a foreign type by a wire of nobody, " + dst, probe, "unknown_zone - -",
                    "nobody takes it, and the wire is not ours"});
  }
}

}  // namespace

Rows header_rows() {
  Rows rows;
  add_options(rows);
  add_extension_headers(rows);
  add_fragments(rows);
  add_states(rows);
  add_icmp(rows);
  add_protocols(rows);
  add_frames(rows);
  return rows;
}

}  // namespace sekisho::threeway
