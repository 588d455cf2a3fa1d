// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Random first packets against a policy: about half start from a permit and are then bent in one
/// or two places, and addresses, ports and interfaces are drawn where decisions change: at the
/// edges of zones, hosts and ports. Knows no rules.

#include "policy/policy.hpp"
#include "simulate/packet.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace sekisho::testing {

using Rng = std::mt19937_64;

/// Prepares what to draw from once per policy.
class PacketSource {
 public:
  explicit PacketSource(const policy::Policy& policy) : policy_{policy} {
    for (const auto& part : policy.flattened()) {
      add_edges(part.range);
    }
    for (const policy::Permit& permit : policy.permits()) {
      add_permit(permit);
    }
    for (const policy::Zone& zone : policy.zones()) {
      interfaces_.insert(interfaces_.end(), zone.interfaces.begin(), zone.interfaces.end());
      std::ranges::for_each(zone.gateways, [&](const net::Address& a) { add(a); });
    }
    if (policy.management()) {
      const policy::Management& management = *policy.management();
      interfaces_.insert(interfaces_.end(), management.interfaces.begin(),
                         management.interfaces.end());
      std::ranges::for_each(management.networks,
                            [&](const net::Prefix& p) { add_edges(p.range()); });
      services_.insert(services_.end(), management.services.begin(), management.services.end());
    }
    interfaces_.emplace_back("foreign0");
    add_common();
  }

  /// What a kernel could hand to the rules: route, interfaces and connection state fit the
  /// addresses and the protocol.
  [[nodiscard]] simulate::Packet draw(Rng& rng) const {
    simulate::Packet packet = start(rng);
    for (std::size_t bends = below(rng, 3); bends > 0; --bends) {
      bend(rng, packet);
    }
    route(rng, packet);
    if (policy_.management() && chance(rng, 4)) {
      manage(rng, *policy_.management(), packet);
    }
    connection(rng, packet);
    return packet;
  }

 private:
  static std::size_t below(Rng& rng, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(rng);
  }
  /// True in `percent` of 100 cases.
  static bool chance(Rng& rng, std::size_t percent) { return below(rng, 100) < percent; }
  template <typename List>
  static const auto& pick(Rng& rng, const List& list) {
    return list[below(rng, list.size())];
  }
  static std::size_t of(net::Family family) { return family == net::Family::V4 ? 0 : 1; }

  void add(const net::Address& address) { addresses_[of(address.family())].push_back(address); }
  void add_edges(const net::Range& range) {
    add(range.first);
    add(range.last);
    for (const auto& beside : {range.first.previous(), range.first.next(), range.last.next()}) {
      if (beside) {
        add(*beside);
      }
    }
  }

  void add_permit(const policy::Permit& permit) {
    for (const policy::End* end : {&permit.from, &permit.to}) {
      std::ranges::for_each(end->hosts, [&](const net::Prefix& p) { add_edges(p.range()); });
      macs_.insert(macs_.end(), end->macs.begin(), end->macs.end());
    }
    services_.insert(services_.end(), permit.services.begin(), permit.services.end());
    if (permit.kind != policy::PermitKind::SelfFlow && permit.from.zone && permit.to.zone) {
      forwarding_.push_back(&permit);
    } else {
      self_.push_back(&permit);
    }
  }

  void add_common() {
    for (const char* text :
         {"0.0.0.0",         "10.255.255.1", "127.0.0.1", "169.254.0.1",     "198.18.0.1",
          "224.0.0.0",       "224.0.0.251",  "224.0.1.1", "239.255.255.250", "240.0.0.1",
          "255.255.255.255", "::",           "::1",       "::ffff:10.0.0.1", "2001:db8:ffff::1",
          "fd00:ffff::1",    "fe80::1",      "febf::1",   "fec0::1",         "ff02::1",
          "ff02::1:ff00:1",  "ff02::fb",     "ff05::2",   "ff0e::1"}) {
      add(*net::Address::parse(text));
    }
    macs_.push_back(*net::Mac::parse("02:00:00:00:00:01"));
    namespace protocol = net::protocol;
    for (const net::Service service :
         {net::Service{protocol::kTcp, 1, 65535}, net::Service{protocol::kUdp, 53, 53},
          net::Service{protocol::kSctp, 2905, 2905}, net::Service{protocol::kIcmp, 0, 18},
          net::Service{protocol::kIcmp, 8, 8}, net::Service{protocol::kIcmp6, 128, 143},
          net::Service{protocol::kIcmp6, 128, 128}, net::Service{protocol::kIcmp6, 131, 134},
          net::Service{protocol::kIcmp6, 135, 137}, net::Service{2, 0, 0}, net::Service{4, 0, 0},
          net::Service{41, 0, 0}, net::Service{44, 0, 0}, net::Service{47, 0, 0},
          net::Service{50, 0, 0}, net::Service{51, 0, 0}}) {
      services_.push_back(service);
    }
  }

  [[nodiscard]] net::Address any_address(Rng& rng, net::Family family) const {
    return pick(rng, addresses_[of(family)]);
  }
  /// An edge of the end's own addresses, where it has some of the family.
  [[nodiscard]] net::Address address_of(Rng& rng, const policy::End& end,
                                        net::Family family) const {
    const std::vector<net::Range> ranges = policy_.addresses_of(end, family);
    if (ranges.empty()) {
      return any_address(rng, family);
    }
    const net::Range& range = pick(rng, ranges);
    return chance(rng, 50) ? range.first : range.last;
  }

  static void serve(Rng& rng, const net::Service& service, simulate::Packet& packet) {
    const std::array<int, 5> near{service.first, service.last, service.first, service.first - 1,
                                  service.last + 1};
    const int most = net::is_icmp(service.protocol) ? 255 : 65535;
    const int selector = std::clamp(pick(rng, near), 0, most);
    packet.protocol = service.protocol;
    packet.icmp_type = net::is_icmp(service.protocol) ? static_cast<std::uint8_t>(selector) : 0;
    // Protocols without ports have bytes there all the same.
    packet.sport = static_cast<std::uint16_t>(below(rng, 65536));
    packet.dport = net::has_ports(service.protocol) ? static_cast<std::uint16_t>(selector)
                                                    : static_cast<std::uint16_t>(below(rng, 65536));
  }

  [[nodiscard]] simulate::Packet start(Rng& rng) const {
    const net::Family family = pick(rng, net::kFamilies);
    simulate::Packet packet;
    packet.src_mac = pick(rng, macs_);
    if (!forwarding_.empty() && chance(rng, 55)) {
      const policy::Permit& permit = *pick(rng, forwarding_);
      packet.in = any_interface(rng, policy_.zones()[*permit.from.zone]);
      packet.src = address_of(rng, permit.from, family);
      packet.dst = address_of(rng, permit.to, family);
      serve(rng, pick(rng, permit.services), packet);
      if (!permit.from.macs.empty() && chance(rng, 75)) {
        packet.src_mac = pick(rng, permit.from.macs);
      }
      return packet;
    }
    packet.in = pick(rng, interfaces_);
    packet.src = any_address(rng, family);
    packet.dst = any_address(rng, family);
    serve(rng, pick(rng, services_), packet);
    if (const auto zone = policy_.zone_of(packet.src); zone && chance(rng, 70)) {
      packet.in = any_interface(rng, policy_.zones()[*zone]);
    }
    if (chance(rng, 15)) {
      make_own(rng, packet);
    }
    return packet;
  }

  void make_own(Rng& rng, simulate::Packet& packet) const {
    packet.in.clear();
    packet.src_mac.reset();
    packet.source_is_local = true;
    if (!self_.empty() && chance(rng, 70)) {
      const policy::Permit& permit = *pick(rng, self_);
      serve(rng, pick(rng, permit.services), packet);
      if (!permit.to.hosts.empty()) {
        const net::Address host = pick(rng, permit.to.hosts).address();
        packet.dst = host;
        packet.src = any_address(rng, host.family());
      }
    }
  }

  void bend(Rng& rng, simulate::Packet& packet) const {
    const net::Family family = packet.src.family();
    switch (below(rng, 8)) {
      case 0: packet.src = any_address(rng, family); break;
      case 1: packet.dst = any_address(rng, family); break;
      case 2: packet.in = packet.in.empty() ? packet.in : pick(rng, interfaces_); break;
      case 3: serve(rng, pick(rng, services_), packet); break;
      case 4: packet.has_options = chance(rng, 30); break;
      case 5: packet.source_is_local = packet.in.empty() || chance(rng, 30); break;
      case 6: packet.hop_limit = chance(rng, 50) ? 255 : 1; break;
      default:
        if (!packet.in.empty()) {
          packet.src_mac = pick(rng, macs_);
        }
    }
  }

  /// From a host of the management networks to the appliance.
  void manage(Rng& rng, const policy::Management& management, simulate::Packet& packet) const {
    if (management.interfaces.empty() || management.networks.empty() ||
        management.services.empty()) {
      return;
    }
    packet.in = pick(rng, management.interfaces);
    packet.out.clear();
    packet.next_hop.reset();
    packet.route = simulate::Route::Local;
    packet.dst = *pick(rng, management.networks).address().next();
    packet.src = packet.dst.next().value_or(packet.dst);
    packet.source_is_local = false;
    packet.dst_on_in = chance(rng, 80);
    serve(rng, pick(rng, management.services), packet);
  }

  static std::string any_interface(Rng& rng, const policy::Zone& zone) {
    return zone.interfaces.empty() ? std::string{"foreign0"} : pick(rng, zone.interfaces);
  }

  void route(Rng& rng, simulate::Packet& packet) const {
    using simulate::Route;
    if (simulate::is_multicast(packet.dst)) {
      packet.route = Route::Multicast;
    } else if (simulate::is_limited_broadcast(packet.dst)) {
      packet.route = Route::Broadcast;
    } else if (chance(rng, 14)) {
      packet.route = packet.dst.is_v4() && chance(rng, 20) ? Route::Broadcast : Route::Local;
      packet.dst_on_in = chance(rng, 80);
    } else if (chance(rng, 4) && !packet.in.empty()) {
      packet.route = Route::None;
    }
    const bool leaves =
        packet.route == Route::Forward || (packet.in.empty() && packet.route != Route::Local);
    if (leaves) {
      way_out(rng, packet);
    } else if (packet.in.empty()) {
      packet.out = "lo";
    }
  }

  /// Mostly by the destination's zone and its gateway.
  void way_out(Rng& rng, simulate::Packet& packet) const {
    packet.out = pick(rng, interfaces_);
    packet.next_hop = packet.dst;
    const auto zone = policy_.zone_of(packet.dst);
    if (zone && chance(rng, 85)) {
      packet.out = any_interface(rng, policy_.zones()[*zone]);
    }
    const bool by_gateway = zone && !policy_.zones()[*zone].gateways.empty() && chance(rng, 85);
    const net::Address hop = by_gateway ? pick(rng, policy_.zones()[*zone].gateways)
                                        : any_address(rng, packet.dst.family());
    if (hop.family() == packet.dst.family() && (by_gateway || chance(rng, 20))) {
      packet.next_hop = hop;
    }
  }

  /// As conntrack sorts first packets (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c).
  static void connection(Rng& rng, simulate::Packet& packet) {
    using simulate::CtState;
    packet.state =
        chance(rng, 6) ? pick(rng, std::array{CtState::Invalid, CtState::Untracked}) : CtState::New;
    const std::uint8_t type = packet.icmp_type;
    if (packet.protocol == net::protocol::kIcmp6) {
      const bool untracked = (type >= 130 && type <= 136) || type == 143;
      const bool opens = type == 128 || type == 139;
      if (untracked && !packet.src.is_v4()) {
        packet.state = CtState::Untracked;
      } else if (!opens) {
        packet.state = CtState::Invalid;
      }
      packet.hop_limit = untracked && chance(rng, 70) ? 255 : packet.hop_limit;
    } else if (packet.protocol == net::protocol::kIcmp && !net::icmp_reply_type(1, type)) {
      packet.state = CtState::Invalid;
    }
  }

  const policy::Policy& policy_;
  std::array<std::vector<net::Address>, 2> addresses_;
  std::vector<std::string> interfaces_;
  std::vector<net::Service> services_;
  std::vector<net::Mac> macs_;
  std::vector<const policy::Permit*> forwarding_;
  std::vector<const policy::Permit*> self_;
};

/// One packet; a PacketSource is cheaper where many are drawn.
inline simulate::Packet random_packet(Rng& rng, const policy::Policy& policy) {
  return PacketSource{policy}.draw(rng);
}

}  // namespace sekisho::testing
