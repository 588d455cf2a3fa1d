// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

namespace sekisho::threeway {
namespace {

constexpr const char* kTaxMac = "02:00:00:14:03:04";

/// The same packet in both families; `six` replaces the IPv4 addresses.
struct Pair {
  std::string wire;
  std::string src4;
  std::string dst4;
  std::string src6;
  std::string dst6;
};

void add(Rows& rows, const std::string& what, const Pair& ends, Probe probe,
         const std::string& decision) {
  probe.in = ends.wire;
  probe.src = ends.src4;
  probe.dst = ends.dst4;
  rows.push_back({what + ", IPv4", probe, decision});
  probe.src = ends.src6;
  probe.dst = ends.dst6;
  rows.push_back({what + ", IPv6", probe, decision});
}

const Pair kTax{"lg0", "10.20.3.4", "10.10.1.5", "fd00:20::3:4", "fd00:10::1:5"};

void add_specific_flows(Rows& rows) {
  const Probe honest{.mac = kTaxMac};
  const Probe other_port{.dport = 444, .mac = kTaxMac};
  const Probe udp{.protocol = 17, .mac = kTaxMac};
  const Pair neighbour{"lg0", "10.20.3.3", "10.10.1.5", "fd00:20::3:3", "fd00:10::1:5"};
  const Pair other_server{"lg0", "10.20.3.4", "10.10.1.4", "fd00:20::3:4", "fd00:10::1:4"};
  const Pair back{"mn0", "10.10.1.5", "10.20.3.4", "fd00:10::1:5", "fd00:20::3:4"};
  const std::string none = "cross_zone lgwan-office jumin";
  add(rows, "with its hardware address", kTax, honest, "specific_flow:eltax lgwan-office jumin");
  add(rows, "with another hardware address", kTax, {}, "mac_mismatch lgwan-office jumin");
  add(rows, "another port", kTax, other_port, none);
  add(rows, "another protocol", kTax, udp, none);
  add(rows, "another host with its hardware address", neighbour, honest, none);
  add(rows, "another server", other_server, honest, none);
  add(rows, "opened from the other side", back, Probe{.mac = "02:00:00:0a:01:05"},
      "cross_zone jumin lgwan-office");
  add(rows, "in fragments, with its hardware address", kTax,
      Probe{.mac = kTaxMac, .split = Split::Two}, "specific_flow:eltax lgwan-office jumin");
  add(rows, "in fragments, with another", kTax, Probe{.split = Split::Two},
      "mac_mismatch lgwan-office jumin");
}

void add_times(Rows& rows) {
  const std::string expired = "expired lgwan-office jumin";
  const auto from = [](const std::string& last) {
    return Pair{"lg0", "10.20.3." + last, "10.10.1.6", "fd00:20::3:" + last, "fd00:10::1:6"};
  };
  add(rows, "a permit that has ended", from("5"), {}, expired);
  add(rows, "a permit that has not begun", from("6"), {}, expired);
  add(rows, "a standby permit that nobody granted", from("7"), Probe{.dport = 22}, expired);
  add(rows, "beside a permit that has ended", from("5"), Probe{.dport = 442},
      "cross_zone lgwan-office jumin");
}

void add_tunnels(Rows& rows) {
  const Pair named{"in0", "10.30.0.47", "198.51.100.47", "fd00:30::47", "2001:db8:47::47"};
  const Pair other{"in0", "10.30.0.48", "198.51.100.47", "fd00:30::48", "2001:db8:47::47"};
  for (const std::uint8_t protocol : Numbers{4, 41, 47, 50}) {
    const std::string what = "protocol " + std::to_string(protocol);
    add(rows, what + " where a flow names it", named, Probe{.protocol = protocol},
        "flow:tunnels inet-office cloud");
    add(rows, what + " from another host", other, Probe{.protocol = protocol},
        "cross_zone inet-office cloud");
  }
  const Probe sctp{.protocol = 132, .dport = 2905};
  add(rows, "an association", named, sctp, "flow:tunnels inet-office cloud");
  Probe data = sctp;
  data.chunk = 0;
  add(rows, "data of no association", named, data, "invalid inet-office cloud");
  Probe broken = sctp;
  broken.broken_checksum = true;
  add(rows, "an association with a wrong checksum", named, broken, "invalid inet-office cloud");
}

void add_ranges(Rows& rows) {
  const Pair inside{"in0", "10.30.3.255", "198.51.100.127", "fd00:30::3:ffff", "2001:db8:5::ffff"};
  const Pair source_above{"in0", "10.30.4.0", "198.51.100.127", "fd00:30::4:0", "2001:db8:5::ffff"};
  const Pair source_below{"in0", "10.30.2.255", "198.51.100.0", "fd00:30::2:ffff", "2001:db8:5::"};
  const Pair target_above{"in0", "10.30.3.0", "198.51.100.128", "fd00:30::3:0", "2001:db8:5:1::"};
  const std::string flow = "flow:high-ports inet-office cloud";
  const std::string none = "cross_zone inet-office cloud";
  add(rows, "the first port of a range", inside, Probe{.protocol = 17, .dport = 2000}, flow);
  add(rows, "the last port of a range", inside, Probe{.protocol = 17, .dport = 2999}, flow);
  add(rows, "below the range", inside, Probe{.protocol = 17, .dport = 1999}, none);
  add(rows, "above the range", inside, Probe{.protocol = 17, .dport = 3000}, none);
  add(rows, "the range of TCP", inside, Probe{.dport = 2010}, flow);
  add(rows, "above the range of TCP", inside, Probe{.dport = 2011}, none);
  add(rows, "a source above the prefix", source_above, Probe{.protocol = 17, .dport = 2000}, none);
  add(rows, "a source below the prefix", source_below, Probe{.protocol = 17, .dport = 2000}, none);
  add(rows, "a target above the prefix", target_above, Probe{.protocol = 17, .dport = 2000}, none);
}

void add_flows(Rows& rows) {
  const Pair names{"in0", "10.30.0.7", "198.51.100.53", "fd00:30::7", "2001:db8:5::53"};
  const Pair others{"in0", "10.30.0.7", "198.51.100.54", "fd00:30::7", "2001:db8:5::54"};
  const Pair second{"in1", "10.30.128.7", "198.51.100.9", "fd00:30:0:8000::7", "2001:db8:5::9"};
  const Pair moved{"in1", "10.30.0.7", "198.51.100.9", "fd00:30::7", "2001:db8:5::9"};
  const Pair mail{"sc0", "203.0.113.25", "10.20.0.25", "2001:db8:c::25", "fd00:20::25"};
  const Pair clock{"in0", "10.30.0.7", "198.51.100.123", "fd00:30::7", "2001:db8:5::123"};
  add(rows, "a name server", names, Probe{.protocol = 17, .dport = 53},
      "flow:dns inet-office cloud");
  add(rows, "no name server", others, Probe{.protocol = 17, .dport = 53},
      "cross_zone inet-office cloud");
  add(rows, "by the zone's second wire", second, Probe{.dport = 80}, "flow:web inet-office cloud");
  add(rows, "by the zone's other wire", moved, Probe{.dport = 80}, "flow:web inet-office cloud");
  const Pair over{"sc0", "203.0.113.26", "10.20.0.25", "2001:db8:c::26", "fd00:20::26"};
  const Pair back{"lg0", "10.20.0.25", "203.0.113.25", "fd00:20::25", "2001:db8:c::25"};
  const Pair elsewhere{"in0", "203.0.113.25", "10.20.0.25", "2001:db8:c::25", "fd00:20::25"};
  add(rows, "an exchange that no relay carries", mail, Probe{.dport = 25},
      "cross_zone cloud lgwan-office");
  for (auto row = rows.end() - 2; row != rows.end(); ++row) {
    row->carried = "exchange:mail-in cloud lgwan-office";
  }
  add(rows, "another port than the exchange's", mail, Probe{.dport = 26},
      "cross_zone cloud lgwan-office");
  add(rows, "the exchange's port of another protocol", mail, Probe{.protocol = 17, .dport = 25},
      "cross_zone cloud lgwan-office");
  add(rows, "an exchange that is over", over, Probe{.dport = 587}, "expired cloud lgwan-office");
  add(rows, "an exchange the other way", back, Probe{.dport = 25}, "misrouted lgwan-office cloud");
  add(rows, "an exchange's hosts by another wire", elsewhere, Probe{.dport = 25},
      "spoofed_source inet-office lgwan-office");
  add(rows, "what the appliance alone may", clock, Probe{.protocol = 17, .dport = 123},
      "cross_zone inet-office cloud");
  Probe query{
      .in = "in0", .src = "fd00:30::7", .dst = "2001:db8:5::9", .protocol = 58, .type = 139};
  rows.push_back(
      {"an ICMPv6 query that is not echo", query, "flow:node-information inet-office cloud"});
  query.dst = "2001:db8:5::8";
  rows.push_back({"the same to another host", query, "cross_zone inet-office cloud"});
  query.type = 140;
  rows.push_back({"its answer without it", query, "invalid inet-office cloud"});
}

}  // namespace

Rows permit_rows() {
  Rows rows;
  add_specific_flows(rows);
  add_times(rows);
  add_tunnels(rows);
  add_ranges(rows);
  add_flows(rows);
  return rows;
}

}  // namespace sekisho::threeway
