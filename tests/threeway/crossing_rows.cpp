// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

#include <array>

namespace sekisho::threeway {
namespace {

struct Place {
  std::string zone;
  std::string wire;
  std::string host4;  ///< all but the last part
  std::string host6;
};
const std::array kPlaces{Place{"jumin", "mn0", "10.10.0.", "fd00:10::"},
                         Place{"lgwan-office", "lg0", "10.20.0.", "fd00:20::"},
                         Place{"inet-office", "in0", "10.30.0.", "fd00:30::"},
                         Place{"guests", "gu0", "10.30.200.", "fd00:30:0:c8::"},
                         Place{"cloud", "sc0", "198.51.100.", "2001:db8:7::"}};

struct Kind {
  std::string name;
  std::uint8_t protocol4;
  std::uint8_t protocol6;
  std::string permit;  ///< from inet-office to the cloud; empty: none
};
const std::array kKinds{Kind{"tcp", 6, 6, "web"},    Kind{"udp", 17, 17, "web"},
                        Kind{"echo", 1, 58, "ping"}, Kind{"sctp", 132, 132, {}},
                        Kind{"gre", 47, 47, {}},     Kind{"esp", 50, 50, {}}};

std::string decision(const Place& from, const Place& to, const Kind& kind) {
  const std::string zones = " " + from.zone + " " + to.zone;
  if (from.zone == to.zone && from.zone != "guests") {
    return "intra_zone" + zones;
  }
  if (from.zone == "inet-office" && to.zone == "cloud" && !kind.permit.empty()) {
    return "flow:" + kind.permit + zones;
  }
  return "cross_zone" + zones;
}

}  // namespace

Rows crossing_rows() {
  Rows rows;
  for (const Place& from : kPlaces) {
    for (const Place& to : kPlaces) {
      for (std::size_t i = 0; i < kKinds.size(); ++i) {
        const Kind& kind = kKinds.at(i);
        // one for each kind: the kernel limits what it says about one destination
        const std::string target = std::to_string(11 + i);
        for (const bool v4 : {true, false}) {
          Probe probe{.in = from.wire,
                      .src = (v4 ? from.host4 : from.host6) + "7",
                      .dst = (v4 ? to.host4 : to.host6) + target,
                      .protocol = v4 ? kind.protocol4 : kind.protocol6};
          probe.type = v4 ? 8 : 128;
          Row row{kind.name + (v4 ? "4 " : "6 ") + from.zone + " to " + to.zone, probe,
                  decision(from, to, kind)};
          // out by the wire it came by, straight to the neighbour: the kernel would tell the sender
          // of the shorter way
          if (!v4 && from.zone == to.zone && from.zone != "cloud") {
            row.own_message = "- " + from.zone + " chatter";
          }
          rows.push_back(std::move(row));
        }
      }
    }
  }
  return rows;
}

}  // namespace sekisho::threeway
