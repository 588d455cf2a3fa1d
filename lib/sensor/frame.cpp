// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/frame.hpp"

#include "nflog/packet.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace sekisho::sensor {
namespace {

constexpr std::uint16_t kArp = 0x0806;
constexpr std::uint16_t kTag = 0x8100;
constexpr std::uint16_t kServiceTag = 0x88a8;
constexpr std::size_t kHeaderV6 = 40;
constexpr int kMostTags = 2;
/// Ports of DHCP servers and the clients that they answer (RFC 2131, RFC 8415).
constexpr std::uint16_t kServer4 = 67;
constexpr std::uint16_t kServer6 = 547;
constexpr std::uint16_t kClient4 = 68;
constexpr std::uint16_t kClient6 = 546;
/// Types of neighbour discovery (RFC 4861).
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kNeighbourSolicitation = 135;
constexpr std::uint8_t kNeighbourAdvertisement = 136;

net::Mac take_mac(Reader& reader) {
  std::array<std::uint8_t, 6> bytes{};
  std::ranges::copy(reader.take(bytes.size()), bytes.begin());
  return net::Mac{bytes};
}

bool specified(const net::Address& address) {
  return address != net::Address::lowest(address.family());
}

/// RFC 826, for IPv4 over Ethernet; other kinds have nothing to say here.
void read_arp(ByteView packet, Sight& sight) {
  sight.arp = true;
  Reader reader{packet};
  const bool known = reader.u16() == 1 && reader.u16() == nflog::kEthertypeV4 && reader.u8() == 6 &&
                     reader.u8() == 4;
  (void)reader.u16();
  (void)take_mac(reader);
  const auto sender = net::Address::from_bytes(reader.take(4));
  (void)take_mac(reader);
  const auto target = net::Address::from_bytes(reader.take(4));
  if (!known || !sender || !target) {
    return;
  }
  sight.headers.src = *sender;
  sight.headers.dst = *target;
  sight.headers.bytes = static_cast<std::uint32_t>(packet.size());
  sight.claimed = *sender;
}

/// Neighbour discovery stands right behind the IPv6 header, or is not believed by anybody (RFC
/// 6980).
void read_discovery(ByteView packet, Sight& sight) {
  Reader reader{packet.subspan(std::min(kHeaderV6, packet.size()))};
  const std::uint8_t type = reader.u8();
  (void)reader.take(7);  // code, checksum, flags
  const auto target = net::Address::from_bytes(reader.take(16));
  if (type == kRouterAdvertisement) {
    sight.role = Sight::Role::Router;
  }
  // a solicitation without a source asks whether the sender may have the target (RFC 4862)
  const bool claims = type == kNeighbourAdvertisement ||
                      (type == kNeighbourSolicitation && !specified(sight.headers.src));
  if (claims && target) {
    sight.claimed = *target;
  }
}

void read_ip(std::uint16_t type, ByteView packet, Sight& sight) {
  nflog::Drop& headers = sight.headers;
  nflog::read_packet(type, packet, headers);
  sight.claimed = headers.src;
  const bool udp = headers.protocol == IPPROTO_UDP;
  if (udp && ((headers.sport == kServer4 && headers.dport == kClient4) ||
              (headers.sport == kServer6 && headers.dport == kClient6))) {
    sight.role = Sight::Role::DhcpServer;
  }
  if (headers.protocol == IPPROTO_ICMPV6) {
    read_discovery(packet, sight);
  }
}

}  // namespace

std::optional<Sight> read_frame(ByteView frame) {
  Reader reader{frame};
  (void)take_mac(reader);
  Sight sight;
  sight.sender = take_mac(reader);
  sight.headers.src_mac = sight.sender;
  std::uint16_t type = reader.u16();
  if (reader.failed()) {
    return std::nullopt;
  }
  for (int tags = 0; tags < kMostTags && (type == kTag || type == kServiceTag); ++tags) {
    sight.tagged = true;
    (void)reader.u16();
    type = reader.u16();
  }
  const ByteView packet = frame.last(reader.left());
  if (type == kArp) {
    read_arp(packet, sight);
  } else if (type == nflog::kEthertypeV4 || type == nflog::kEthertypeV6) {
    read_ip(type, packet, sight);
  }
  if (sight.claimed && !specified(*sight.claimed)) {
    sight.claimed.reset();
  }
  return sight;
}

}  // namespace sekisho::sensor
