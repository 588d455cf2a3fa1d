// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Policy → Ruleset: the whole table that makes a policy true in the kernel, as a value. Knows no clock, no file and no
/// netlink; the shape and its costs are explained in lib/README.md.

#include "policy/situation.hpp"
#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sekisho::compile {

/// NFLOG group of the drop records.
inline constexpr std::uint16_t kLogGroup = 5;
/// Of whatever the sensor's handles would send; no word of ours and no permit's number.
inline constexpr std::uint32_t kSensorMark = 0x53454e53;

/// Numbers that live connections and counters carry in the kernel, and that therefore outlive a reload and a restart.
/// A zone keeps its number for ever; a permit's number stands for one version of what it resolves to (ends, services,
/// hardware addresses, interfaces), so an edited permit gets a new one and a revoked one's is never given to another.
struct Numbers {
  struct Numbered {
    Digest version{};
    std::uint32_t number = 0;  ///< top bit set
    bool operator==(const Numbered&) const = default;
  };

  std::map<std::string, std::uint8_t> zones;  ///< by name, from 1
  std::vector<Numbered> permits;              ///< in order of their versions
  std::uint32_t next_permit = 0x80000001;

  bool operator==(const Numbers&) const = default;
};

/// TCP port of the mail relay's listeners, and the mark by which the stack is told to route what
/// was diverted to the appliance itself.
inline constexpr std::uint16_t kRelayPort = 25025;
inline constexpr std::uint32_t kDiverted = 0x7e000001;
/// The routing table for what has that mark.
inline constexpr std::uint32_t kDivertedTable = 25025;

/// How many permits there are of each kind that needs a place of its own.
struct Tally {
  std::map<std::pair<policy::ZoneIndex, policy::ZoneIndex>, std::size_t> pairs;  ///< flows from zone to zone
  std::size_t with_macs = 0;
  std::size_t self_flows = 0;

  bool operator==(const Tally&) const = default;
};

/// An exchange in force: the marks of its accepted connections, and of those that the relay opens.
struct Exchange {
  std::size_t permit = 0;  ///< index in Policy::permits()
  std::string id;
  std::uint32_t near = 0;
  std::uint32_t far = 0;  ///< of the sockets too (SO_MARK)
};

struct Compiled {
  ruleset::Table table;
  ruleset::Table frames;  ///< the netdev table of the same name: what on the wires is no packet
  Numbers numbers;        ///< `known` and what had to be allotted
  std::vector<std::uint32_t> marks;  ///< by index in Policy::permits()
  std::vector<std::uint32_t> intra;  ///< marks of traffic inside zones, by ZoneIndex
  Tally tally;
  std::vector<Exchange> exchanges = {};
};
/// Id of the flow that a connection mark stands for; empty for any other mark.
[[nodiscard]] std::string permit_of(std::uint32_t mark, const Compiled& compiled);

/// Word of a dropped packet: source zone << 16 | destination zone << 8 | reason; 0 is no zone.
[[nodiscard]] constexpr std::uint32_t drop_word(std::uint8_t source, std::uint8_t destination, Reason reason) {
  return std::uint32_t{source} << 16U | std::uint32_t{destination} << 8U | static_cast<std::uint32_t>(reason);
}

[[nodiscard]] Compiled compile(const policy::Policy& policy, const policy::Situation& situation,
                               const Numbers& known);

/// What was compiled before: that policy in that situation.
struct Before {
  const policy::Policy& policy;
  const policy::Situation& situation;
  const Compiled& compiled;
};
/// The same value as without `before`, but what has not changed since is shared with it and costs nothing.
[[nodiscard]] Compiled compile(const policy::Policy& policy, const policy::Situation& situation,
                               const Numbers& known, const Before& before);

}  // namespace sekisho::compile
