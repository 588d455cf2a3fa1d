// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

#include <array>

namespace sekisho::threeway {
namespace {

struct Wire {
  std::string zone;
  std::string name;
  std::string host4;
  std::string host6;
};
const std::array kZones{Wire{"jumin", "mn0", "10.10.0.7", "fd00:10::7"},
                        Wire{"lgwan-office", "lg0", "10.20.0.7", "fd00:20::7"},
                        Wire{"inet-office", "in0", "10.30.0.7", "fd00:30::7"},
                        Wire{"guests", "gu0", "10.30.200.7", "fd00:30:0:c8::7"},
                        Wire{"cloud", "sc0", "198.51.100.7", "2001:db8:7::7"}};

Probe tcp_from(const std::string& wire, const std::string& src, const std::string& dst) {
  return {.in = wire, .src = src, .dst = dst};
}

/// Every zone's wire with every other zone's source.
void add_foreign_sources(Rows& rows) {
  for (const Wire& wire : kZones) {
    const bool to_cloud = wire.zone != "cloud";
    for (const Wire& source : kZones) {
      if (source.zone == wire.zone) {
        continue;
      }
      const std::string decision =
          "spoofed_source " + wire.zone + (to_cloud ? " cloud" : " inet-office");
      rows.push_back({source.zone + "'s source by " + wire.name + ", IPv4",
                      tcp_from(wire.name, source.host4, to_cloud ? "198.51.100.9" : "10.30.0.9"),
                      decision});
      rows.push_back({source.zone + "'s source by " + wire.name + ", IPv6",
                      tcp_from(wire.name, source.host6, to_cloud ? "2001:db8:7::9" : "fd00:30::9"),
                      decision});
    }
  }
}

void add_other_sources(Rows& rows) {
  const std::string spoofed = "spoofed_source cloud inet-office";
  rows.push_back({"management's source by the cloud's wire, IPv4",
                  tcp_from("sc0", "10.99.0.5", "10.30.0.9"), spoofed});
  rows.push_back({"management's source by the cloud's wire, IPv6",
                  tcp_from("sc0", "fd00:99::5", "fd00:30::9"), spoofed});
  rows.push_back(
      {"a link-local source, IPv4", tcp_from("sc0", "169.254.7.7", "10.30.0.9"), spoofed});
  rows.push_back({"a source of this network", tcp_from("sc0", "0.1.2.3", "10.30.0.9"), spoofed});
  rows.push_back({"a reserved source", tcp_from("sc0", "240.0.0.1", "10.30.0.9"), spoofed});
  rows.push_back(
      {"an IPv4-mapped source", tcp_from("sc0", "::ffff:198.51.100.7", "fd00:30::9"), spoofed});
  rows.push_back({"the appliance's source of this wire, IPv6",
                  tcp_from("lg0", "fd00:20::1", "fd00:10::9"),
                  "spoofed_source lgwan-office jumin"});
  rows.push_back({"the appliance's source of another wire, IPv6",
                  tcp_from("lg0", "fd00:10::1", "fd00:10::9"),
                  "spoofed_source lgwan-office jumin"});
  rows.push_back({"the zone's broadcast address as source",
                  tcp_from("lg0", "10.20.255.255", "10.10.0.9"), "cross_zone lgwan-office jumin"});
  rows.push_back({"a spoofed source to an address in no zone",
                  tcp_from("lg0", "10.10.0.7", "240.0.0.1"), "spoofed_source lgwan-office -"});
}

void add_wires_of_no_zone(Rows& rows) {
  for (const Wire& to : kZones) {
    rows.push_back({"from a wire of no zone to " + to.zone + ", IPv4",
                    tcp_from("x0", "198.18.0.5", to.host4), "unknown_zone - " + to.zone});
    rows.push_back({"from a wire of no zone to " + to.zone + ", IPv6",
                    tcp_from("x0", "fd00:77::5", to.host6), "unknown_zone - " + to.zone});
    rows.push_back({"from management's wire to " + to.zone + ", IPv4",
                    tcp_from("mgmt0", "10.99.0.5", to.host4), "unknown_zone - " + to.zone});
    rows.push_back({"from management's wire to " + to.zone + ", IPv6",
                    tcp_from("mgmt0", "fd00:99::5", to.host6), "unknown_zone - " + to.zone});
  }
  rows.push_back({"a zone's source by a wire of no zone",
                  tcp_from("x0", "10.30.0.7", "198.51.100.9"), "unknown_zone - cloud"});
}

void add_destinations(Rows& rows) {
  const auto add = [&](const std::string& what, const std::string& dst,
                       const std::string& decision) {
    const bool v4 = dst.find(':') == std::string::npos;
    rows.push_back(
        {what + " (" + dst + ")", tcp_from("in0", v4 ? "10.30.0.7" : "fd00:30::7", dst), decision});
  };
  add("to a reserved address", "240.0.0.1", "unknown_zone inet-office -");
  add("to this network", "0.1.2.3", "unknown_zone inet-office -");
  add("to an IPv4-mapped address", "::ffff:198.51.100.9", "unknown_zone inet-office -");
  add("to a link-local address elsewhere", "169.254.7.7", "unknown_zone inet-office -");
  add("to a link-local neighbour", "fe80::99", "unknown_zone inet-office -");
  rows.back().own_message = "- inet-office chatter";  // a redirect
  add("to the unspecified address", "::", "unknown_zone inet-office -");
  add("to management", "10.99.0.7", "unknown_zone inet-office -");
  add("to management", "fd00:99::7", "unknown_zone inet-office -");
  add("to an address out of a wire of no zone", "198.18.0.7", "misrouted inet-office cloud");
  add("to an address out of a wire of no zone", "fd00:77::7", "misrouted inet-office cloud");
  add("by a route into another zone's wire", "10.20.77.5", "misrouted inet-office lgwan-office");
  add("by a route into another zone's wire", "fd00:20:0:77::5",
      "misrouted inet-office lgwan-office");
  add("by another next hop than the gateway", "192.0.2.129", "misrouted inet-office cloud");
  add("by another next hop than the gateway", "2001:db8:bad::5", "misrouted inet-office cloud");
  add("to a neighbour that is no gateway", "203.0.113.77", "misrouted inet-office cloud");
  add("to a neighbour that is no gateway", "2001:db8:c::77", "misrouted inet-office cloud");
  add("to the gateway itself", "203.0.113.1", "flow:web inet-office cloud");
  add("to the gateway itself", "2001:db8:c::1", "flow:web inet-office cloud");
}

}  // namespace

Rows address_rows() {
  Rows rows;
  add_foreign_sources(rows);
  add_other_sources(rows);
  add_wires_of_no_zone(rows);
  add_destinations(rows);
  return rows;
}

}  // namespace sekisho::threeway
