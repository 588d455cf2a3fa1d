// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

#include <array>

namespace sekisho::threeway {
namespace {

struct Wire {
  std::string name;
  std::string zone;
  std::string host4;
  std::string host6;
  std::string own4;  ///< the appliance's address there
  std::string own6;
  std::string own_zone;  ///< that holds that address
};
const std::array kWires{
    Wire{"mn0", "jumin", "10.10.0.7", "fd00:10::7", "10.10.0.1", "fd00:10::1", "jumin"},
    Wire{"lg0", "lgwan-office", "10.20.0.7", "fd00:20::7", "10.20.0.1", "fd00:20::1",
         "lgwan-office"},
    Wire{"in0", "inet-office", "10.30.0.7", "fd00:30::7", "10.30.0.1", "fd00:30::1", "inet-office"},
    Wire{"gu0", "guests", "10.30.200.7", "fd00:30:0:c8::7", "10.30.200.1", "fd00:30:0:c8::1",
         "guests"},
    Wire{"sc0", "cloud", "198.51.100.7", "2001:db8:7::7", "203.0.113.2", "2001:db8:c::2", "cloud"},
    Wire{"mgmt0", "-", "10.99.0.7", "fd00:99::7", "10.99.0.1", "fd00:99::1", "-"},
    Wire{"x0", "-", "198.18.0.7", "fd00:77::7", "198.18.0.1", "fd00:77::1", "cloud"}};

/// By every wire to every address of the appliance.
void add_every_address(Rows& rows) {
  for (const Wire& by : kWires) {
    for (const Wire& to : kWires) {
      const bool managed = by.name == "mgmt0" && to.name == "mgmt0";
      const std::string reason = managed          ? "management"
                                 : by.zone == "-" ? "unknown_zone"
                                                  : "self_protected";
      const std::string decision = reason + " " + by.zone + " " + to.own_zone;
      rows.push_back({"by " + by.name + " to the address of " + to.name + ", IPv4",
                      Probe{.in = by.name, .src = by.host4, .dst = to.own4, .dport = 22},
                      decision});
      rows.push_back({"by " + by.name + " to the address of " + to.name + ", IPv6",
                      Probe{.in = by.name, .src = by.host6, .dst = to.own6, .dport = 22},
                      decision});
    }
  }
}

void add_management(Rows& rows) {
  const auto add = [&](const std::string& what, Probe probe, const std::string& reason) {
    probe.in = "mgmt0";
    probe.src = "10.99.0.7";
    probe.dst = "10.99.0.1";
    rows.push_back({what + ", IPv4", probe, reason + " - -"});
    probe.src = "fd00:99::7";
    probe.dst = "fd00:99::1";
    if (probe.protocol == 1) {
      probe.protocol = 58;
      probe.type = probe.type == 8 ? 128 : 135;
      probe.hops = 64;
    }
    rows.push_back({what + ", IPv6", probe, reason + " - -"});
  };
  add("metrics", Probe{.dport = 9469}, "management");
  add("echo", Probe{.protocol = 1}, "management");
  add("in fragments", Probe{.dport = 22, .split = Split::Two}, "management");
  add("another port", Probe{.dport = 23}, "unknown_zone");
  add("the port of another protocol", Probe{.protocol = 17, .dport = 22}, "unknown_zone");
  add("mid-stream", Probe{.dport = 22, .flags = tcp::kAck}, "invalid");
  add("an ICMP message that opens nothing", Probe{.protocol = 1, .type = 0}, "invalid");
  Probe stranger{.in = "mgmt0", .src = "10.98.0.7", .dst = "10.99.0.1", .dport = 22};
  rows.push_back({"a stranger on management's wire", stranger, "unknown_zone - -"});
  Probe admin{.in = "lg0", .src = "10.99.0.7", .dst = "10.99.0.1", .dport = 22};
  rows.push_back({"management's source by a zone's wire", admin, "spoofed_source lgwan-office -"});
  Probe options{.in = "mgmt0", .src = "10.99.0.7", .dst = "10.99.0.1", .dport = 22};
  options.options = {1, 1, 1, 1};
  rows.push_back({"management with an option", options, "invalid - -"});
  Probe headers{.in = "mgmt0", .src = "fd00:99::7", .dst = "fd00:99::1", .dport = 22};
  headers.extensions = {60};
  rows.push_back({"management with an extension header", headers, "invalid - -"});
}

void add_to_self(Rows& rows) {
  for (const std::uint8_t protocol : Numbers{1, 17, 47, 50, 132}) {
    rows.push_back(
        {"to the appliance, protocol " + std::to_string(protocol) + ", IPv4",
         Probe{.in = "lg0", .src = "10.20.0.7", .dst = "10.20.0.1", .protocol = protocol},
         "self_protected lgwan-office lgwan-office"});
  }
  for (const std::uint8_t protocol : Numbers{17, 47, 50, 58, 132}) {
    rows.push_back({"to the appliance, protocol " + std::to_string(protocol) + ", IPv6",
                    Probe{.in = "lg0",
                          .src = "fd00:20::7",
                          .dst = "fd00:20::1",
                          .protocol = protocol,
                          .type = 128},
                    "self_protected lgwan-office lgwan-office"});
  }
  rows.push_back({"a spoofed source to the appliance",
                  Probe{.in = "lg0", .src = "10.10.0.7", .dst = "10.20.0.1"},
                  "spoofed_source lgwan-office lgwan-office"});
  rows.push_back({"the appliance's own source to the appliance, IPv6",
                  Probe{.in = "lg0", .src = "fd00:20::1", .dst = "fd00:20::1"},
                  "spoofed_source lgwan-office lgwan-office"});
  rows.push_back({"mid-stream to the appliance",
                  Probe{.in = "lg0", .src = "10.20.0.7", .dst = "10.20.0.1", .flags = tcp::kAck},
                  "invalid lgwan-office lgwan-office"});
  rows.push_back(
      {"an IPv4 redirect",
       Probe{.in = "lg0", .src = "10.20.0.7", .dst = "10.20.0.1", .protocol = 1, .type = 5},
       "invalid lgwan-office lgwan-office"});
  Probe options{.in = "lg0", .src = "10.20.0.7", .dst = "10.20.0.1"};
  options.options = {148, 4, 0, 0};
  rows.push_back({"an option to the appliance", options, "invalid lgwan-office lgwan-office"});
  Probe headers{.in = "lg0", .src = "fd00:20::7", .dst = "fd00:20::1"};
  headers.extensions = {60};
  headers.split = Split::Atomic;
  rows.push_back({"an extension header behind a fragment header to the appliance", headers,
                  "invalid lgwan-office lgwan-office"});
}

Probe udp(const std::string& wire, const std::string& src, const std::string& dst) {
  return {.in = wire, .src = src, .dst = dst, .protocol = 17, .dport = 5353};
}
Probe icmp6(const std::string& wire, const std::string& src, const std::string& dst,
            std::uint8_t type) {
  return {.in = wire, .src = src, .dst = dst, .protocol = 58, .type = type};
}

void add_broadcasts(Rows& rows) {
  const std::string all = "255.255.255.255";
  rows.push_back(
      {"a client without an address", udp("lg0", "0.0.0.0", all), "chatter lgwan-office -"});
  rows.push_back({"a broadcast", udp("lg0", "10.20.0.7", all), "chatter lgwan-office -"});
  rows.push_back({"a broadcast with a link-local source", udp("lg0", "169.254.7.7", all),
                  "chatter lgwan-office -"});
  rows.push_back({"a broadcast with a spoofed source", udp("lg0", "10.10.0.7", all),
                  "spoofed_source lgwan-office -"});
  rows.push_back(
      {"a broadcast by a wire of no zone", udp("x0", "198.18.0.7", all), "unknown_zone - -"});
  rows.push_back(
      {"a broadcast by management's wire", udp("mgmt0", "10.99.0.7", all), "unknown_zone - -"});
  Probe options = udp("lg0", "10.20.0.7", all);
  options.options = {1, 1, 1, 1};
  rows.push_back({"a broadcast with an option", options, "invalid lgwan-office -"});
  rows.push_back({"the zone's own broadcast address", udp("lg0", "10.20.0.7", "10.20.255.255"),
                  "chatter lgwan-office lgwan-office"});
  rows.push_back({"another zone's broadcast address", udp("lg0", "10.20.0.7", "10.10.255.255"),
                  "chatter lgwan-office jumin"});
  rows.push_back({"the broadcast address of management", udp("mgmt0", "10.99.0.7", "10.99.0.255"),
                  "unknown_zone - -"});
}

void add_groups(Rows& rows) {
  rows.push_back(
      {"all hosts, IPv4", udp("lg0", "10.20.0.7", "224.0.0.1"), "chatter lgwan-office -"});
  rows.push_back(
      {"all hosts, IPv6", udp("lg0", "fd00:20::7", "ff02::1"), "chatter lgwan-office -"});
  rows.push_back({"all hosts from a link-local source", udp("lg0", "fe80::7", "ff02::1"),
                  "chatter lgwan-office -"});
  rows.push_back({"all routers", udp("lg0", "fe80::7", "ff02::2"), "chatter lgwan-office -"});
  rows.push_back({"all hosts from a spoofed source, IPv4", udp("lg0", "10.10.0.7", "224.0.0.1"),
                  "spoofed_source lgwan-office -"});
  rows.push_back({"all hosts from a spoofed source, IPv6", udp("lg0", "fd00:10::7", "ff02::1"),
                  "spoofed_source lgwan-office -"});
  rows.push_back(
      {"all hosts by a wire of no zone", udp("x0", "fe80::7", "ff02::1"), "unknown_zone - -"});
  rows.push_back(
      {"all hosts by management's wire", udp("mgmt0", "fe80::7", "ff02::1"), "unknown_zone - -"});
  rows.push_back({"all routers of the site", udp("lg0", "fd00:20::7", "ff05::2"),
                  "unknown_zone lgwan-office -"});
  Probe query{.in = "lg0", .src = "10.20.0.7", .dst = "224.0.0.1", .protocol = 2};
  query.hops = 1;
  rows.push_back({"a membership query", query, "chatter lgwan-office -"});
  query.options = {148, 4, 0, 0};
  rows.push_back({"a membership query with its router alert", query, "chatter lgwan-office -"});
  Probe alert = udp("lg0", "10.20.0.7", "224.0.0.1");
  alert.options = {148, 4, 0, 0};
  rows.push_back({"a router alert on anything else", alert, "invalid lgwan-office -"});
  Probe listener = icmp6("lg0", "fe80::7", "ff02::1", 130);
  listener.hops = 1;
  rows.push_back({"a listener query", listener, "chatter lgwan-office -"});
  listener.extensions = {0};
  rows.push_back({"a listener query with its router alert", listener, "chatter lgwan-office -"});
  listener.in = "x0";
  rows.push_back({"a listener query by a wire of no zone", listener, "unknown_zone - -"});
  Probe hidden = udp("lg0", "fe80::7", "ff02::1");
  hidden.extensions = {0};
  rows.push_back({"an extension header on anything else", hidden, "invalid lgwan-office -"});
}

void add_discovery(Rows& rows) {
  const std::string solicited = "ff02::1:ff00:1";
  const auto add = [&](const std::string& what, Probe probe, const std::string& decision) {
    if (probe.type == 135 || probe.type == 136) {
      // the address that is asked for: fd00:20::1
      probe.body = {0xfd, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    }
    rows.push_back({what, probe, decision});
  };
  add("a neighbour solicitation", icmp6("lg0", "fd00:20::7", solicited, 135),
      "none lgwan-office -");
  add("a neighbour solicitation to the address", icmp6("lg0", "fe80::7", "fd00:20::1", 135),
      "none lgwan-office lgwan-office");
  add("a neighbour advertisement", icmp6("lg0", "fd00:20::7", "fd00:20::1", 136),
      "none lgwan-office lgwan-office");
  add("a neighbour solicitation by management's wire", icmp6("mgmt0", "fd00:99::7", solicited, 135),
      "none - -");
  add("a neighbour solicitation by a wire of no zone", icmp6("x0", "fe80::7", solicited, 135),
      "unknown_zone - -");
  Probe far = icmp6("lg0", "fd00:20::7", solicited, 135);
  far.hops = 64;
  add("a neighbour solicitation from afar", far, "invalid lgwan-office -");
  Probe headers = icmp6("lg0", "fd00:20::7", solicited, 135);
  headers.extensions = {60};
  add("a neighbour solicitation with an extension header", headers, "invalid lgwan-office -");
  add("a router solicitation", icmp6("lg0", "fe80::7", "ff02::2", 133), "chatter lgwan-office -");
  add("a router solicitation without an address", icmp6("lg0", "::", "ff02::2", 133),
      "chatter lgwan-office -");
  Probe extended = icmp6("lg0", "fe80::7", "ff02::2", 133);
  extended.extensions = {0};
  add("a router solicitation with an extension header", extended, "invalid lgwan-office -");
  add("a router solicitation by management's wire", icmp6("mgmt0", "fe80::7", "ff02::2", 133),
      "unknown_zone - -");
  for (const std::uint8_t type : Numbers{134, 137}) {
    const std::string name = type == 134 ? "a router advertisement" : "a redirect";
    add(name + " to all", icmp6("lg0", "fe80::7", "ff02::1", type),
        "self_protected lgwan-office -");
    add(name + " to the appliance", icmp6("lg0", "fe80::7", "fd00:20::1", type),
        "self_protected lgwan-office lgwan-office");
    add(name + " with a spoofed source", icmp6("lg0", "fd00:10::7", "ff02::1", type),
        "spoofed_source lgwan-office -");
    add(name + " by a wire of no zone", icmp6("x0", "fe80::7", "ff02::1", type),
        "unknown_zone - -");
    add(name + " by management's wire", icmp6("mgmt0", "fe80::7", "ff02::1", type),
        "unknown_zone - -");
    Probe hidden = icmp6("lg0", "fe80::7", "ff02::1", type);
    hidden.extensions = {0};
    add(name + " behind an extension header", hidden, "invalid lgwan-office -");
    hidden.extensions = {60};
    hidden.split = Split::Two;
    add(name + " behind an extension header, in fragments", hidden, "invalid lgwan-office -");
    Probe atomic = icmp6("lg0", "fe80::7", "ff02::1", type);
    atomic.split = Split::Atomic;
    add(name + " as a fragment", atomic, "self_protected lgwan-office -");
  }
}

Probe own(const std::string& src, const std::string& dst, std::uint8_t protocol,
          std::uint16_t dport) {
  return {.src = src, .dst = dst, .protocol = protocol, .dport = dport};
}

void add_own(Rows& rows) {
  const std::string cloud4 = "203.0.113.2";
  const std::string cloud6 = "2001:db8:c::2";
  rows.push_back(
      {"own clock, IPv4", own(cloud4, "198.51.100.123", 17, 123), "self_flow:ntp - cloud"});
  rows.push_back(
      {"own clock, IPv6", own(cloud6, "2001:db8:5::123", 17, 123), "self_flow:ntp - cloud"});
  rows.push_back(
      {"own clock by TCP", own(cloud4, "198.51.100.123", 6, 123), "self_protected - cloud"});
  rows.push_back({"own packet to another port", own(cloud6, "2001:db8:5::123", 17, 124),
                  "self_protected - cloud"});
  rows.push_back({"own packet to another host", own(cloud4, "198.51.100.124", 17, 123),
                  "self_protected - cloud"});
  rows.push_back({"own log, IPv4", own("10.99.0.1", "10.99.0.7", 17, 514), "self_flow:syslog - -"});
  rows.push_back(
      {"own log, IPv6", own("fd00:99::1", "fd00:99::7", 17, 514), "self_flow:syslog - -"});
  Probe echo4 = own("10.99.0.1", "10.99.0.7", 1, 0);
  rows.push_back({"own echo to management, IPv4", echo4, "self_flow:syslog - -"});
  Probe echo6 = own("fd00:99::1", "fd00:99::7", 58, 0);
  echo6.type = 128;
  rows.push_back({"own echo to management, IPv6", echo6, "self_flow:syslog - -"});
  echo4.type = 0;
  rows.push_back({"own answer to nothing", echo4, "self_protected - -"});
  rows.push_back(
      {"own connection to management", own("10.99.0.1", "10.99.0.7", 6, 22), "self_protected - -"});
  for (const auto& [src, dst, zone] :
       std::array<std::array<std::string, 3>, 8>{{{"10.10.0.1", "10.10.0.9", "jumin"},
                                                  {"fd00:10::1", "fd00:10::9", "jumin"},
                                                  {"10.20.0.1", "10.20.0.9", "lgwan-office"},
                                                  {"fd00:20::1", "fd00:20::9", "lgwan-office"},
                                                  {"10.30.0.1", "10.30.0.9", "inet-office"},
                                                  {"fd00:30::1", "fd00:30::9", "inet-office"},
                                                  {"198.18.0.1", "198.18.0.9", "cloud"},
                                                  {"fd00:77::1", "fd00:77::9", "cloud"}}}) {
    rows.push_back({"own connection to " + dst, own(src, dst, 6, 443), "self_protected - " + zone});
  }
  rows.push_back(
      {"own to a group, IPv4", own("10.20.0.1", "224.0.0.251", 17, 5353), "self_protected - -"});
  rows.push_back(
      {"own to a group, IPv6", own("fd00:20::1", "ff02::fb", 17, 5353), "self_protected - -"});
  rows.push_back({"own broadcast", own("10.20.0.1", "10.20.255.255", 17, 67),
                  "self_protected - lgwan-office"});
  rows.push_back({"own clock mid-stream",
                  Probe{.src = cloud4, .dst = "198.51.100.123", .dport = 123, .flags = tcp::kAck},
                  "self_protected - cloud"});
  rows.push_back(
      {"own to itself, IPv4", own("10.20.0.1", "10.20.0.1", 17, 9), "none - lgwan-office"});
  rows.push_back(
      {"own to itself, IPv6", own("fd00:20::1", "fd00:20::1", 17, 9), "none - lgwan-office"});
}

}  // namespace

Rows appliance_rows() {
  Rows rows;
  add_every_address(rows);
  add_management(rows);
  add_to_self(rows);
  add_broadcasts(rows);
  add_groups(rows);
  add_discovery(rows);
  add_own(rows);
  return rows;
}

}  // namespace sekisho::threeway
