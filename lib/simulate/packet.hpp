// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A packet as the rules see it: its headers, its connection and its route, as values. Knows
/// neither policy nor rules.

#include "net/address.hpp"
#include "net/service.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sekisho::simulate {

/// What the routing table says of the destination.
enum class Route : std::uint8_t {
  Forward,
  Local,  ///< an address of the appliance
  Broadcast,
  Multicast,
  None,  ///< no route
};
enum class CtState : std::uint8_t { New, Established, Related, Invalid, Untracked };
enum class Direction : std::uint8_t { Original, Reply };

/// The frame's type that says "a tag follows" (IEEE 802.1Q).
inline constexpr std::uint16_t kTag = 0x8100;

struct Packet {
  std::string in = {};   ///< interface it came in on; empty: sent by the appliance itself
  std::string out = {};  ///< interface it would leave by; empty: it stays here, or has no route
  Route route = Route::Forward;
  net::Address src = {};
  net::Address dst = {};
  std::uint8_t protocol = net::protocol::kTcp;
  std::uint16_t sport = 0;  ///< of protocols without ports: the first two bytes of their header
  std::uint16_t dport = 0;  ///< of protocols without ports: the next two
  std::uint8_t icmp_type = 0;
  bool has_options = false;      ///< IPv4 options, or an IPv6 extension header other than fragment
  bool source_is_local = false;  ///< the source is an address of the appliance
  /// A local destination that is an address of the incoming interface, and not of another one.
  bool dst_on_in = true;
  std::uint8_t hop_limit = 64;
  std::optional<net::Address> next_hop = std::nullopt;  ///< nothing: the destination itself
  std::optional<net::Mac> src_mac = std::nullopt;
  /// Of the frame it came in, where that is not what its addresses say: a tag's, a foreign one.
  std::optional<std::uint16_t> ether_type = std::nullopt;
  CtState state = CtState::New;
  Direction direction = Direction::Original;
  std::uint32_t ct_mark = 0;
};

/// 224.0.0.0/24 and ff02::/16: groups that never leave their link.
[[nodiscard]] bool is_link_group(const net::Address& address);
/// 255.255.255.255.
[[nodiscard]] bool is_limited_broadcast(const net::Address& address);
/// 224.0.0.0/4 and ff00::/8.
[[nodiscard]] bool is_multicast(const net::Address& address);
/// 0.0.0.0 and ::.
[[nodiscard]] bool is_unspecified(const net::Address& address);
/// 169.254.0.0/16 and fe80::/10.
[[nodiscard]] bool is_link_local(const net::Address& address);

}  // namespace sekisho::simulate
