// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/route_messages.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>

namespace sekisho::kernel {
namespace {

Route::Kind kind_of(std::uint8_t type) {
  switch (type) {
    case RTN_UNICAST: return Route::Kind::Unicast;
    case RTN_LOCAL:
    case RTN_ANYCAST: return Route::Kind::Local;
    case RTN_BROADCAST: return Route::Kind::Broadcast;
    case RTN_MULTICAST: return Route::Kind::Multicast;
    default: return Route::Kind::Unreachable;
  }
}

std::optional<net::Address> address_in(std::optional<ByteView> bytes) {
  return bytes ? net::Address::from_bytes(*bytes) : std::nullopt;
}

std::optional<net::Mac> mac_in(std::optional<ByteView> bytes) {
  using Octets = std::array<std::uint8_t, 6>;
  return bytes && bytes->size() == sizeof(Octets)
             ? std::optional{net::Mac{*structure<Octets>(*bytes)}}
             : std::nullopt;
}

}  // namespace

std::optional<RouteMessage> decode_route(const Message& message) {
  const auto header = structure<rtmsg>(message.payload);
  if (message.type != RTM_NEWROUTE || !header) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(rtmsg));
  RouteMessage route;
  route.kind = kind_of(header->rtm_type);
  route.interface = attributes.host_u32(RTA_OIF).value_or(0);
  route.gateway = address_in(attributes.find(RTA_GATEWAY));
  // an IPv4 route by an IPv6 neighbour: family, then address
  if (const auto via = attributes.find(RTA_VIA); via && via->size() > sizeof(rtvia)) {
    route.gateway = net::Address::from_bytes(via->subspan(sizeof(rtvia)));
  }
  return route;
}

std::optional<Link> decode_link(const Message& message) {
  const auto header = structure<ifinfomsg>(message.payload);
  if (message.type != RTM_NEWLINK || !header || header->ifi_index <= 0) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(ifinfomsg));
  Link link;
  link.index = static_cast<std::uint32_t>(header->ifi_index);
  link.name = attributes.text(IFLA_IFNAME);
  link.up = (header->ifi_flags & IFF_UP) != 0;
  link.master = attributes.host_u32(IFLA_MASTER).value_or(0);
  link.mac = mac_in(attributes.find(IFLA_ADDRESS)).value_or(net::Mac{});
  return link.name.empty() ? std::nullopt : std::optional{link};
}

std::optional<InterfaceAddress> decode_address(const Message& message) {
  const auto header = structure<ifaddrmsg>(message.payload);
  if (message.type != RTM_NEWADDR || !header) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(ifaddrmsg));
  // on a point-to-point link IFA_ADDRESS is the peer's
  const auto bytes = attributes.has(IFA_LOCAL) ? attributes.find(IFA_LOCAL) : attributes.find(IFA_ADDRESS);
  const auto address = address_in(bytes);
  if (!address || header->ifa_prefixlen > address->bits()) {
    return std::nullopt;
  }
  return InterfaceAddress{header->ifa_index, *address, header->ifa_prefixlen};
}

std::optional<Neighbour> decode_neighbour(const Message& message) {
  const auto header = structure<ndmsg>(message.payload);
  if (message.type != RTM_NEWNEIGH || !header || header->ndm_ifindex <= 0) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(ndmsg));
  const auto address = address_in(attributes.find(NDA_DST));
  const auto mac = mac_in(attributes.find(NDA_LLADDR));
  if (!address || !mac) {
    return std::nullopt;
  }
  return Neighbour{static_cast<std::uint32_t>(header->ndm_ifindex), *address, *mac};
}

}  // namespace sekisho::kernel
