// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain/explain.hpp"

#include "kernel/routes.hpp"

#include <algorithm>
#include <vector>

namespace sekisho::explain {
namespace {

using kernel::InterfaceAddress;
using simulate::CtState;
using simulate::Packet;
using simulate::Route;
using Kind = kernel::Route::Kind;

constexpr std::size_t kLongestInterfaceName = 15;  // IFNAMSIZ without the zero
constexpr std::uint8_t kNoNextHeader = 59;         // IPPROTO_NONE
constexpr std::uint8_t kUdpLite = 136;             // IPPROTO_UDPLITE

/// Every address of the appliance, with the name of its interface.
struct OwnAddress {
  std::string interface;
  net::Address address;
};

Result<std::vector<OwnAddress>> own_addresses() {
  const auto links = kernel::links();
  if (!links) {
    return fail(links.error());
  }
  const auto addresses = kernel::addresses();
  if (!addresses) {
    return fail(addresses.error());
  }
  std::vector<OwnAddress> own;
  for (const InterfaceAddress& one : *addresses) {
    const auto link = std::ranges::find(*links, one.index, &kernel::Link::index);
    if (link != links->end()) {
      own.push_back({link->name, one.address});
    }
  }
  return own;
}

/// RFC 4861: neighbour discovery is heeded with 255 alone; RFC 3810: listener discovery is sent
/// with 1.
std::uint8_t hop_limit_of(const Question& question) {
  if (question.dst.is_v4() || question.protocol != net::protocol::kIcmp6) {
    return 64;
  }
  const std::uint8_t type = question.icmp_type;
  const bool discovery = type >= 133 && type <= 137;
  const bool listener = (type >= 130 && type <= 132) || type == 143;
  return discovery ? 255 : listener ? 1 : 64;
}

/// The kernel takes 0.0.0.0 as destination from no wire (ip_route_input_slow), but has a route to
/// itself for it.
bool is_nowhere(const net::Address& address) {
  return address.is_v4() && simulate::is_unspecified(address);
}

class Journey {
 public:
  Journey(const Question& question, const std::vector<OwnAddress>& own)
      : question_{question}, own_{own}, comes_in_{!question.in.empty()} {}

  /// Where the packet goes; `packet` has its addresses and its incoming interface.
  Result<> route(Packet& packet) const {
    const net::Address& dst = question_.dst;
    if (comes_in_ && (simulate::is_multicast(dst) || simulate::is_limited_broadcast(dst))) {
      packet.route = simulate::is_multicast(dst) ? Route::Multicast : Route::Broadcast;
      return {};
    }
    if (comes_in_ && is_nowhere(dst)) {
      packet.route = Route::None;
      return {};
    }
    if (comes_in_ && !dst.is_v4() && simulate::is_link_local(dst)) {
      by_link(packet);
      return {};
    }
    const auto found = kernel::route_to(dst);
    if (!found) {
      return fail(found.error());
    }
    by_table(*found, packet);
    return {};
  }

  [[nodiscard]] bool is_own(const net::Address& address) const {
    return std::ranges::any_of(own_, [&](const OwnAddress& one) { return one.address == address; });
  }

 private:
  /// A link-local destination is looked for on the wire it came in by, and nowhere else.
  void by_link(Packet& packet) const {
    const bool here = holds(question_.in, question_.dst);
    packet.route = here ? Route::Local : Route::Forward;
    packet.out = here ? std::string{} : question_.in;
  }

  void by_table(const kernel::Route& found, Packet& packet) const {
    switch (found.kind) {
      case Kind::Unicast: packet.route = Route::Forward; break;
      case Kind::Local: packet.route = Route::Local; break;
      case Kind::Broadcast: packet.route = Route::Broadcast; break;
      case Kind::Multicast: packet.route = Route::Multicast; break;
      case Kind::Unreachable: packet.route = Route::None; return;
    }
    if (packet.route == Route::Forward || !comes_in_) {
      packet.out = packet.route == Route::Local ? "lo" : found.interface;
      packet.next_hop = found.gateway;
    }
    if (packet.route == Route::Local && comes_in_) {
      packet.dst_on_in = on_in_alone();
    }
  }

  [[nodiscard]] bool holds(const std::string& interface, const net::Address& address) const {
    return std::ranges::any_of(own_, [&](const OwnAddress& one) {
      return one.interface == interface && one.address == address;
    });
  }
  /// The destination is the incoming interface's, and no other interface has it too.
  [[nodiscard]] bool on_in_alone() const {
    return holds(question_.in, question_.dst) &&
           std::ranges::none_of(own_, [&](const OwnAddress& one) {
             return one.interface != question_.in && one.address == question_.dst;
           });
  }

  const Question& question_;
  const std::vector<OwnAddress>& own_;
  bool comes_in_;
};

}  // namespace

CtState state_of_first(net::Family family, std::uint8_t protocol, std::uint8_t icmp_type) {
  if (!net::is_icmp(protocol)) {
    const bool nothing_inside = family == net::Family::V6 && protocol == kNoNextHeader;
    return nothing_inside ? CtState::Invalid : CtState::New;
  }
  if ((protocol == net::protocol::kIcmp) != (family == net::Family::V4)) {
    return CtState::Invalid;
  }
  const bool discovery = (icmp_type >= 130 && icmp_type <= 136) || icmp_type == 143;
  if (protocol == net::protocol::kIcmp6 && discovery) {
    return CtState::Untracked;
  }
  return net::icmp_reply_type(protocol, icmp_type) ? CtState::New : CtState::Invalid;
}

Result<Packet> packet_for(const Question& question) {
  if (question.src.family() != question.dst.family()) {
    return fail("'" + question.src.str() + "' and '" + question.dst.str() +
                "' are of two families");
  }
  if (question.in.size() > kLongestInterfaceName) {
    return fail("'" + question.in + "' is too long for an interface's name");
  }
  const auto own = own_addresses();
  if (!own) {
    return fail(own.error());
  }
  const Journey journey{question, *own};
  Packet packet;
  packet.in = question.in;
  packet.src = question.src;
  packet.dst = question.dst;
  packet.protocol = question.protocol;
  packet.sport = question.sport;
  packet.dport = question.dport;
  packet.icmp_type = net::is_icmp(question.protocol) ? question.icmp_type : std::uint8_t{0};
  packet.hop_limit = hop_limit_of(question);
  packet.src_mac = question.in.empty() ? std::nullopt : question.mac;
  packet.source_is_local = journey.is_own(question.src);
  packet.state = state_of_first(question.src.family(), question.protocol, question.icmp_type);
  if (!question.in.empty() && question.protocol == kUdpLite) {
    // whose checksum conntrack compares with UDP's (udplite_error, nf_conntrack_proto_udp.c)
    packet.state = CtState::Invalid;
  }
  if (auto routed = journey.route(packet); !routed) {
    return fail(std::move(routed).error());
  }
  return packet;
}

}  // namespace sekisho::explain
