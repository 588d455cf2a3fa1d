// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/fields.hpp"

#include <string>

namespace sekisho::simulate {
namespace {

using ruleset::Bytes;
using ruleset::Field;
using ruleset::HookPoint;
using Loaded = Result<std::optional<Bytes>>;

constexpr std::int32_t kConntrackPriority = -200;  // NF_IP_PRI_CONNTRACK
constexpr std::uint8_t kHopByHop = 0;              // IPPROTO_HOPOPTS
constexpr std::uint8_t kNoNextHeader = 59;         // IPPROTO_NONE
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
constexpr std::uint8_t kNfProtoIpv4 = 2;
constexpr std::uint8_t kNfProtoIpv6 = 10;

/// Types of routes (linux/rtnetlink.h).
enum class RouteType : std::uint32_t {
  Unicast = 1,
  Local = 2,
  Broadcast = 3,
  Multicast = 5,
  Unreachable = 7
};
/// Types of frames (linux/if_packet.h).
enum class FrameType : std::uint8_t { Host = 0, Broadcast = 1, Multicast = 2 };

Bytes host_order(std::uint32_t value) {
  return ruleset::mark_bytes(value);
}
Bytes bytes_of(RouteType type) {
  return host_order(static_cast<std::uint32_t>(type));
}
Bytes bytes_of(const net::Address& address) {
  return Bytes{address.bytes()};
}

std::uint32_t state_bit(const Position& at) {
  const CtState state = at.packet.state;
  if (!at.tracked()) {
    return state == CtState::Untracked ? 64 : 1;
  }
  switch (state) {
    case CtState::Invalid: return 1;
    case CtState::Established: return 2;
    case CtState::Related: return 4;
    case CtState::New: return 8;
    case CtState::Untracked: return 64;
  }
  return 1;
}

Bytes frame_type(const Packet& packet) {
  switch (packet.route) {
    case Route::Broadcast:
      return ruleset::bytes_of(static_cast<std::uint8_t>(FrameType::Broadcast));
    case Route::Multicast:
      return ruleset::bytes_of(static_cast<std::uint8_t>(FrameType::Multicast));
    default: return ruleset::bytes_of(static_cast<std::uint8_t>(FrameType::Host));
  }
}

/// nft_fib4_eval_type asks the local table alone, nft_fib6_eval_type all routes.
RouteType source_type(const Packet& packet) {
  if (packet.source_is_local) {
    return RouteType::Local;
  }
  if (is_multicast(packet.src)) {
    return RouteType::Multicast;
  }
  const bool zeronet = packet.src.is_v4() && packet.src.bytes()[0] == 0;
  return zeronet || is_limited_broadcast(packet.src) ? RouteType::Broadcast : RouteType::Unicast;
}

RouteType destination_type(const Packet& packet) {
  switch (packet.route) {
    case Route::Forward: return RouteType::Unicast;
    case Route::Local: return RouteType::Local;
    case Route::Broadcast: return RouteType::Broadcast;
    case Route::Multicast: return RouteType::Multicast;
    case Route::None: return packet.dst.is_v4() ? RouteType::Unicast : RouteType::Unreachable;
  }
  return RouteType::Unicast;
}

/// An address of another interface than the incoming one is a remote one to `fib daddr . iif`.
RouteType destination_type_on_in(const Packet& packet) {
  const RouteType type = destination_type(packet);
  return type == RouteType::Local && !packet.dst_on_in ? RouteType::Unicast : type;
}

Loaded foreign_header(Field field, const Packet& packet) {
  return fail("'" + std::string{name_of(field)} + "' read of a packet of " +
              net::protocol_name(packet.protocol) + " from " + packet.src.str());
}

Loaded of_family(Field field, const Packet& packet, net::Family family, const Bytes& value) {
  if (packet.src.family() != family) {
    return foreign_header(field, packet);
  }
  return value;
}

/// The kernel reads these bytes of any transport header.
Loaded of_transport(const Packet& packet, std::uint16_t port, std::uint16_t of_icmp) {
  if (packet.protocol == kNoNextHeader) {
    return std::nullopt;
  }
  return ruleset::bytes_of(net::is_icmp(packet.protocol) ? of_icmp : port);
}

Loaded icmp_type(Field field, const Packet& packet, std::uint8_t protocol) {
  if (packet.protocol != protocol) {
    return foreign_header(field, packet);
  }
  return ruleset::bytes_of(packet.icmp_type);
}

Loaded next_hop(const Position& at, net::Family family) {
  const Packet& packet = at.packet;
  if (packet.dst.family() != family || at.hook == HookPoint::Prerouting) {
    return std::nullopt;  // no route yet, or NFT_BREAK of the other family
  }
  const net::Address hop = packet.next_hop.value_or(packet.dst);
  return bytes_of(hop.family() == family ? hop : packet.dst);
}

/// The kernel gives an empty name where there is no interface.
Bytes in_name(const Position& at) {
  return ruleset::name_bytes(at.hook == HookPoint::Output ? std::string{} : at.packet.in);
}
Bytes out_name(const Position& at) {
  const bool known = at.hook != HookPoint::Prerouting && at.hook != HookPoint::Input;
  return ruleset::name_bytes(known ? at.packet.out : std::string{});
}

Loaded load_header(Field field, const Packet& packet) {
  const bool options = packet.has_options;
  const std::uint8_t header_words = options ? 6 : 5;
  const std::uint8_t next_header = options ? kHopByHop : packet.protocol;
  const auto icmp_word = static_cast<std::uint16_t>(packet.icmp_type << 8U);  // type, code 0
  switch (field) {
    case Field::IpSaddr: return of_family(field, packet, net::Family::V4, bytes_of(packet.src));
    case Field::IpDaddr: return of_family(field, packet, net::Family::V4, bytes_of(packet.dst));
    case Field::IpHeaderLength:
      return of_family(field, packet, net::Family::V4, ruleset::bytes_of(header_words));
    case Field::Ip6Saddr: return of_family(field, packet, net::Family::V6, bytes_of(packet.src));
    case Field::Ip6Daddr: return of_family(field, packet, net::Family::V6, bytes_of(packet.dst));
    case Field::Ip6NextHeader:
      return of_family(field, packet, net::Family::V6, ruleset::bytes_of(next_header));
    case Field::Ip6HopLimit:
      return of_family(field, packet, net::Family::V6, ruleset::bytes_of(packet.hop_limit));
    case Field::ThSport: return of_transport(packet, packet.sport, icmp_word);
    case Field::ThDport: return of_transport(packet, packet.dport, 0);
    case Field::IcmpType: return icmp_type(field, packet, net::protocol::kIcmp);
    case Field::Icmp6Type: return icmp_type(field, packet, net::protocol::kIcmp6);
    default: return fail("'" + std::string{name_of(field)} + "' is not simulated");
  }
}

Loaded of_connection(const Position& at, const Bytes& value) {
  return at.tracked() ? Loaded{value} : Loaded{std::nullopt};
}

Loaded hardware_source(const Position& at) {
  if (!at.packet.src_mac || at.hook == HookPoint::Output) {
    return std::nullopt;
  }
  return Bytes{at.packet.src_mac->bytes()};
}

}  // namespace

bool Position::tracked() const {
  const bool early = hook == HookPoint::Prerouting || hook == HookPoint::Output;
  return packet.state != CtState::Invalid && packet.state != CtState::Untracked &&
         !(early && priority < kConntrackPriority);
}

Result<std::optional<Bytes>> load(Field field, const Position& at) {
  const Packet& packet = at.packet;
  switch (field) {
    case Field::MetaMark: return host_order(at.meta_mark);
    case Field::IifName: return in_name(at);
    case Field::OifName: return out_name(at);
    case Field::NfProto: return ruleset::bytes_of(packet.src.is_v4() ? kNfProtoIpv4 : kNfProtoIpv6);
    case Field::L4Proto: return ruleset::bytes_of(packet.protocol);
    case Field::PktType: return frame_type(packet);
    case Field::CtState: return host_order(state_bit(at));
    case Field::CtMark: return of_connection(at, host_order(at.ct_mark));
    case Field::CtDirection:
      return of_connection(at, ruleset::bytes_of(static_cast<std::uint8_t>(packet.direction)));
    case Field::EtherSaddr: return hardware_source(at);
    case Field::EtherType:
      return ruleset::bytes_of(
          at.packet.ether_type.value_or(at.packet.src.is_v4() ? kEtherTypeIpv4 : kEtherTypeIpv6));
    case Field::FibSaddrType: return bytes_of(source_type(packet));
    case Field::FibDaddrType: return bytes_of(destination_type(packet));
    case Field::FibDaddrIifType: return bytes_of(destination_type_on_in(packet));
    case Field::NextHop4: return next_hop(at, net::Family::V4);
    case Field::NextHop6: return next_hop(at, net::Family::V6);
    default: return load_header(field, packet);
  }
}

Result<std::optional<Bytes>> load_key(const std::vector<Field>& key, const Position& at) {
  if (key.size() == 1) {
    return load(key.front(), at);
  }
  Bytes whole;
  for (const Field field : key) {
    auto value = load(field, at);
    if (!value || !*value) {
      return value;
    }
    if (whole.size() + ((**value).size() + 3U) / 4U * 4U > Bytes::kMost) {
      return fail("key longer than the kernel's registers");
    }
    whole.append((**value).view());
  }
  return whole;
}

}  // namespace sekisho::simulate
