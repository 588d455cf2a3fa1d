// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One packet of the three-way table, said once: from it come the bytes on the wire, the question
/// for `explain` and what is special about it for the simulator.

#include "net/address.hpp"
#include "simulate/packet.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::threeway {

namespace tcp {
inline constexpr std::uint8_t kFin = 1;
inline constexpr std::uint8_t kSyn = 2;
inline constexpr std::uint8_t kRst = 4;
inline constexpr std::uint8_t kAck = 16;
}  // namespace tcp

enum class Split : std::uint8_t {
  Whole,
  Two,         ///< two fragments, in order
  Reversed,    ///< the last one first
  FirstOnly,   ///< the rest never comes
  LastOnly,    ///< the first never comes
  Overlap,     ///< the second covers bytes of the first
  Atomic,      ///< IPv6: a fragment header on a whole packet
  TwiceAtomic  ///< IPv6: a fragment header behind a fragment header
};

struct Probe {
  std::string in = {};  ///< wire it arrives by; empty: the appliance sends it
  std::string src = {};
  std::string dst = {};
  std::uint8_t protocol = 6;
  std::uint16_t sport = 0;  ///< 0: the row's own
  std::uint16_t dport = 443;
  std::uint8_t type = 8;  ///< of ICMP and ICMPv6
  std::uint8_t code = 0;
  std::uint8_t flags = tcp::kSyn;
  std::uint32_t sequence = 1000;              ///< of TCP; what it acknowledges is one more
  std::uint8_t chunk = 1;                     ///< of SCTP: INIT
  std::uint8_t hops = 0;                      ///< 0: what the protocol asks for
  std::string mac = {};                       ///< sender's; empty: the far end's
  std::string to_mac = {};                    ///< empty: the appliance's, or the group's
  std::vector<std::uint8_t> options = {};     ///< of IPv4, four bytes each word
  std::vector<std::uint8_t> extensions = {};  ///< IPv6 extension headers in order, by number
  std::vector<std::uint8_t> body = {};  ///< behind the transport header, before the row's mark
  std::optional<std::uint16_t> ether_type = {};  ///< another than the address family's
  std::optional<std::uint16_t> tag = {};  ///< of 802.1Q: the network's number, 0 for a priority tag
  bool broken_checksum = false;
  Split split = Split::Whole;

  [[nodiscard]] net::Address source() const { return net::Address::parse(src).value(); }
  [[nodiscard]] net::Address destination() const { return net::Address::parse(dst).value(); }
  [[nodiscard]] bool v4() const { return destination().is_v4(); }
};

using Frame = std::vector<std::uint8_t>;

/// What is on the wire around the packets.
struct LinkEnds {
  net::Mac from;
  net::Mac to;
};

/// What every payload holds, so that the packet is known again wherever it arrives: six bytes.
[[nodiscard]] std::string mark_of(std::size_t row);
/// The first mark in what was captured; empty: none.
[[nodiscard]] std::string mark_in(std::string_view bytes);
/// The source port (or echo id) of a row without one.
[[nodiscard]] std::uint16_t port_of(std::size_t row);

/// IP packets, complete with checksums: one, or the fragments.
[[nodiscard]] std::vector<Frame> packets_of(const Probe& probe, std::size_t row);
/// The same behind Ethernet headers.
[[nodiscard]] std::vector<Frame> frames_of(const Probe& probe, std::size_t row,
                                           const LinkEnds& ends);

/// As the rules meet it, with the routes and addresses of the calling thread's namespace.
[[nodiscard]] simulate::Packet packet_of(const Probe& probe, std::size_t row, const LinkEnds& ends);

}  // namespace sekisho::threeway
