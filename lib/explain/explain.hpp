// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A question about a packet ("what if this came in there?"), answered with the packet as the
/// kernel of the calling thread's network namespace would hand it to the rules: its route, its next
/// hop, whose addresses it has. Reads only; knows no policy, so it says nothing of what becomes of
/// the packet.

#include "base/result.hpp"
#include "net/address.hpp"
#include "simulate/packet.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sekisho::explain {

struct Question {
  std::string in = {};  ///< interface it comes in on; empty: the appliance sends it
  net::Address src = {};
  net::Address dst = {};
  std::uint8_t protocol = net::protocol::kTcp;
  std::uint16_t sport = 0;
  std::uint16_t dport = 0;
  std::uint8_t icmp_type = 8;  ///< of ICMP and ICMPv6
  std::optional<net::Mac> mac = std::nullopt;
};

/// The first packet of a connection, as an honest sender forms it: TCP with SYN alone, ICMP as
/// conntrack sorts its type, neighbour discovery with hop limit 255, no options. Fails when source
/// and destination are of two families, for a name no interface can have, and when the kernel
/// cannot be asked. An interface that does not exist is no failure: it has no addresses.
[[nodiscard]] Result<simulate::Packet> packet_for(const Question& question);

/// How conntrack sorts a first packet of this protocol or ICMP type (nf_conntrack_proto_icmp.c,
/// nf_conntrack_proto_icmpv6.c): the wrong family's ICMP, replies and errors of no connection and
/// IPv6 packets with nothing inside are Invalid; neighbour and listener discovery is Untracked; all
/// else is New.
[[nodiscard]] simulate::CtState state_of_first(net::Family family, std::uint8_t protocol,
                                               std::uint8_t icmp_type);

}  // namespace sekisho::explain
