// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/decision.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace sekisho::simulate {
namespace {

using policy::End;
using policy::Permit;
using policy::PermitKind;
using policy::ZoneIndex;

/// RFC 4861, RFC 2710, RFC 3810.
namespace icmp6 {
constexpr std::uint8_t kListenerQuery = 130;
constexpr std::uint8_t kListenerDone = 132;
constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kNeighbourSolicitation = 135;
constexpr std::uint8_t kNeighbourAdvertisement = 136;
constexpr std::uint8_t kRedirect = 137;
constexpr std::uint8_t kListenerReport2 = 143;
constexpr std::uint8_t kOnLinkHopLimit = 255;
}  // namespace icmp6
constexpr std::uint8_t kIgmp = 2;

/// What in IPv6 is no protocol but a header before one (RFC 7045). The fragment header is among
/// them: a packet that has one after reassembly has hidden another behind it.
bool is_extension_header(std::uint8_t protocol) {
  static constexpr std::array<std::uint8_t, 8> kNumbers{0, 43, 44, 51, 60, 135, 139, 140};
  return std::ranges::find(kNumbers, protocol) != kNumbers.end();
}

template <typename List, typename Value>
bool holds(const List& list, const Value& value) {
  return std::ranges::find(list, value) != list.end();
}

template <typename Prefixes>
bool any_contains(const Prefixes& prefixes, const net::Address& address) {
  return std::ranges::any_of(prefixes, [&](const net::Prefix& p) { return p.contains(address); });
}

/// How closely a permit describes a packet; the closest permit is the one that is named.
enum class Closeness : std::uint8_t { Exact, Wide, WholeZones };

class Question {
 public:
  Question(const policy::Policy& policy, const policy::Situation& situation, const Packet& packet)
      : policy_{policy},
        situation_{situation},
        packet_{packet},
        src_zone_{situation.closed.contains(packet.in) ? std::nullopt
                                                       : policy.zone_of_interface(packet.in)},
        dst_zone_{packet.ether_type || situation.closed.contains(packet.in)
                      ? std::nullopt
                      : policy.zone_of(packet.dst)} {}

  [[nodiscard]] Decision answer() const;

 private:
  [[nodiscard]] Decision own_packet() const;
  [[nodiscard]] Decision by_permits() const;
  [[nodiscard]] std::optional<Decision> by_exchange() const;

  [[nodiscard]] bool is_from_management_interface() const;
  [[nodiscard]] bool is_neighbour_discovery() const;
  [[nodiscard]] bool is_icmp6_to_appliance() const;
  [[nodiscard]] bool is_on_link_discovery() const;
  [[nodiscard]] bool is_own_redirect() const;
  [[nodiscard]] bool is_router_message() const;
  [[nodiscard]] bool is_listener_message() const;
  [[nodiscard]] bool is_of_the_link() const;
  [[nodiscard]] bool is_odd_frame() const;
  [[nodiscard]] bool is_locked() const;
  [[nodiscard]] bool is_invalid() const;
  [[nodiscard]] bool is_management() const;
  [[nodiscard]] bool is_spoofed() const;
  [[nodiscard]] bool is_misrouted() const;

  [[nodiscard]] bool is_boundary(const std::string& interface) const;
  [[nodiscard]] bool stays_on_link() const;
  [[nodiscard]] std::uint16_t selector() const;
  [[nodiscard]] bool within(const End& end, const net::Address& address) const;
  [[nodiscard]] bool serves(const Permit& permit) const;
  [[nodiscard]] bool covers(const Permit& permit) const;
  [[nodiscard]] bool self_covers(const Permit& permit) const;
  [[nodiscard]] bool mac_fits(const Permit& permit) const;
  [[nodiscard]] Closeness closeness(const Permit& permit) const;
  [[nodiscard]] const Permit* named(const std::vector<const Permit*>& candidates) const;

  [[nodiscard]] Decision said(Reason reason, std::string permit = "-") const;

  const policy::Policy& policy_;
  const policy::Situation& situation_;
  const Packet& packet_;
  std::optional<ZoneIndex> src_zone_;
  std::optional<ZoneIndex> dst_zone_;
};

Decision Question::answer() const {
  if (packet_.in.empty() || (packet_.in == "lo" && packet_.route == Route::Local)) {
    return own_packet();
  }
  if (situation_.closed.contains(packet_.in)) {
    return said(Reason::UnknownZone);
  }
  if (is_odd_frame()) {
    return said(Reason::Invalid);
  }
  if (is_neighbour_discovery()) {
    return said(Reason::None);
  }
  if (is_locked()) {
    return said(Reason::Lockdown);
  }
  if (is_invalid()) {
    return said(Reason::Invalid);
  }
  if (is_management()) {
    return said(Reason::Management);
  }
  if (!src_zone_) {
    return said(Reason::UnknownZone);
  }
  if (is_spoofed()) {
    return said(Reason::SpoofedSource);
  }
  if (auto exchanged = by_exchange()) {
    return *exchanged;
  }
  if (packet_.route == Route::Local || is_router_message()) {
    return said(Reason::SelfProtected);
  }
  if (stays_on_link()) {
    return said(Reason::Chatter);
  }
  if (!dst_zone_) {
    return said(Reason::UnknownZone);
  }
  if (is_misrouted()) {
    return said(Reason::Misrouted);
  }
  return by_permits();
}

Decision Question::own_packet() const {
  // what it listens to itself, the kernel says by itself
  const bool reports =
      !packet_.dst.is_v4() && is_listener_message() && packet_.icmp_type == icmp6::kListenerReport2;
  if (packet_.route == Route::Local || packet_.out == "lo" || is_neighbour_discovery() || reports) {
    return said(Reason::None);
  }
  if (is_own_redirect()) {
    return said(Reason::Chatter);
  }
  if (is_locked()) {
    return said(Reason::Lockdown);
  }
  std::vector<const Permit*> candidates;
  for (const Permit& permit : policy_.permits()) {
    if (permit.kind == PermitKind::SelfFlow && in_force(permit, situation_) &&
        self_covers(permit)) {
      candidates.push_back(&permit);
    }
  }
  if (const Permit* permit = named(candidates)) {
    return said(Reason::SelfFlow, permit->id);
  }
  return said(Reason::SelfProtected);
}

Decision Question::by_permits() const {
  std::vector<const Permit*> candidates;
  bool with_another_mac = false;
  bool out_of_force = false;
  for (const Permit& permit : policy_.permits()) {
    const bool forwards =
        permit.kind == PermitKind::Flow || permit.kind == PermitKind::SpecificFlow;
    const bool ended_exchange =
        policy::is_mail_exchange(permit) && packet_.protocol == net::protocol::kTcp && !in_force(permit, situation_);
    if (!(forwards || ended_exchange) || !covers(permit)) {
      continue;
    }
    if (!in_force(permit, situation_)) {
      out_of_force = true;
    } else if (!mac_fits(permit)) {
      with_another_mac = true;
    } else {
      candidates.push_back(&permit);
    }
  }
  if (const Permit* permit = named(candidates)) {
    return said(permit->kind == PermitKind::Flow ? Reason::Flow : Reason::SpecificFlow, permit->id);
  }
  if (src_zone_ == dst_zone_ && policy_.zones()[*src_zone_].intra_zone_allow) {
    return said(Reason::IntraZone);
  }
  if (with_another_mac) {
    return said(Reason::MacMismatch);
  }
  return said(out_of_force ? Reason::Expired : Reason::CrossZone);
}

/// Diverted before it is routed: where it would go does not matter. The closest exchange counts, as
/// for other permits; one that is not in force leaves the packet to the others.
std::optional<Decision> Question::by_exchange() const {
  std::vector<const Permit*> candidates;
  for (const Permit& permit : policy_.permits()) {
    if (policy::is_mail_exchange(permit) && packet_.protocol == net::protocol::kTcp && in_force(permit, situation_) &&
        covers(permit)) {
      candidates.push_back(&permit);
    }
  }
  const Permit* permit = named(candidates);
  if (permit == nullptr) {
    return std::nullopt;
  }
  if (!mac_fits(*permit)) {
    return said(Reason::MacMismatch);
  }
  return situation_.relay ? said(Reason::Exchange, permit->id) : said(Reason::CrossZone);
}

bool Question::is_from_management_interface() const {
  return policy_.management() && holds(policy_.management()->interfaces, packet_.in);
}

bool Question::is_icmp6_to_appliance() const {
  return !packet_.dst.is_v4() && packet_.protocol == net::protocol::kIcmp6 &&
         (packet_.route == Route::Local || packet_.route == Route::Multicast);
}

/// As RFC 4861 wants it: nobody further away can have sent it.
bool Question::is_on_link_discovery() const {
  const bool of_type = packet_.icmp_type == icmp6::kNeighbourSolicitation ||
                       packet_.icmp_type == icmp6::kNeighbourAdvertisement;
  return !packet_.dst.is_v4() && packet_.protocol == net::protocol::kIcmp6 && of_type &&
         packet_.hop_limit == icmp6::kOnLinkHopLimit &&
         (packet_.in.empty() || !packet_.has_options);
}

/// Between the appliance and a wire that it serves; both ways.
bool Question::is_neighbour_discovery() const {
  const bool own = packet_.in.empty();
  return is_on_link_discovery() && (own || is_icmp6_to_appliance()) &&
         is_boundary(own ? packet_.out : packet_.in);
}

/// The kernel gives its neighbours advice by itself, and for IPv6 nothing switches that off.
bool Question::is_own_redirect() const {
  return !packet_.dst.is_v4() && packet_.protocol == net::protocol::kIcmp6 &&
         packet_.icmp_type == icmp6::kRedirect;
}

bool Question::is_router_message() const {
  return is_icmp6_to_appliance() && (packet_.icmp_type == icmp6::kRouterAdvertisement ||
                                     packet_.icmp_type == icmp6::kRedirect);
}

/// Group membership: the only messages that come with an option by right, the router alert (RFC
/// 2236, RFC 2710).
bool Question::is_listener_message() const {
  if (!is_link_group(packet_.dst)) {
    return false;
  }
  const std::uint8_t type = packet_.icmp_type;
  const bool of_type = (icmp6::kListenerQuery <= type && type <= icmp6::kListenerDone) ||
                       type == icmp6::kListenerReport2;
  return packet_.dst.is_v4() ? packet_.protocol == kIgmp
                             : packet_.protocol == net::protocol::kIcmp6 && of_type;
}

/// Link-scope messages to the appliance that conntrack cannot track, and that are not invalid for
/// that.
bool Question::is_of_the_link() const {
  const bool solicits_routers = is_icmp6_to_appliance() && is_link_group(packet_.dst) &&
                                packet_.icmp_type == icmp6::kRouterSolicitation;
  return is_listener_message() || solicits_routers || is_router_message() ||
         (is_on_link_discovery() && is_icmp6_to_appliance());
}

/// A tag or a foreign ethertype: such a frame is judged on its wire, whatever it holds.
bool Question::is_odd_frame() const {
  return packet_.ether_type && is_boundary(packet_.in);
}

/// An emergency cut shuts a zone off, never management.
bool Question::is_locked() const {
  const auto locked = [&](std::optional<ZoneIndex> zone) {
    return zone && situation_.locked.contains(*zone);
  };
  const bool to_us_by_management =
      is_from_management_interface() && packet_.route != Route::Forward;
  return locked(src_zone_) || (locked(dst_zone_) && !to_us_by_management);
}

bool Question::is_invalid() const {
  const bool hidden = !packet_.dst.is_v4() && is_extension_header(packet_.protocol);
  if (hidden || (packet_.has_options && !is_listener_message())) {
    return true;
  }
  if (is_of_the_link()) {
    return false;
  }
  const bool foreign_icmp =
      packet_.protocol == (packet_.src.is_v4() ? net::protocol::kIcmp6 : net::protocol::kIcmp);
  const bool opens_none =
      packet_.state == CtState::New && net::is_icmp(packet_.protocol) &&
      (foreign_icmp || !net::icmp_reply_type(packet_.protocol, packet_.icmp_type));
  return packet_.state == CtState::Invalid || packet_.state == CtState::Untracked || opens_none;
}

bool Question::is_management() const {
  if (!is_from_management_interface() || packet_.route != Route::Local || !packet_.dst_on_in) {
    return false;
  }
  const policy::Management& management = *policy_.management();
  const bool served = std::ranges::any_of(management.services, [&](const net::Service& service) {
    return service.contains(packet_.protocol, selector());
  });
  return any_contains(management.networks, packet_.src) && served;
}

bool Question::is_spoofed() const {
  const bool without_address = is_link_local(packet_.src) || is_unspecified(packet_.src);
  if (without_address && (stays_on_link() || is_router_message())) {
    return false;
  }
  return packet_.source_is_local || policy_.zone_of(packet_.src) != src_zone_;
}

bool Question::is_misrouted() const {
  const policy::Zone& zone = policy_.zones()[*dst_zone_];
  if (packet_.route != Route::Forward || !holds(zone.interfaces, packet_.out)) {
    return true;
  }
  const bool declared = std::ranges::any_of(zone.gateways, [&](const net::Address& gateway) {
    return gateway.family() == packet_.dst.family();
  });
  return declared && !holds(zone.gateways, packet_.next_hop.value_or(packet_.dst));
}

bool Question::is_boundary(const std::string& interface) const {
  return policy_.zone_of_interface(interface) ||
         (policy_.management() && holds(policy_.management()->interfaces, interface));
}

bool Question::stays_on_link() const {
  return packet_.route == Route::Broadcast || is_link_group(packet_.dst) ||
         is_limited_broadcast(packet_.dst);
}

std::uint16_t Question::selector() const {
  return net::is_icmp(packet_.protocol) ? packet_.icmp_type : packet_.dport;
}

bool Question::within(const End& end, const net::Address& address) const {
  return end.zone && policy_.zone_of(address) == end.zone &&
         (end.whole_zone() || any_contains(end.hosts, address));
}

bool Question::serves(const Permit& permit) const {
  return std::ranges::any_of(permit.services, [&](const net::Service& service) {
    return service.contains(packet_.protocol, selector());
  });
}

bool Question::covers(const Permit& permit) const {
  return within(permit.from, packet_.src) && within(permit.to, packet_.dst) && serves(permit);
}

bool Question::self_covers(const Permit& permit) const {
  const bool tracked = packet_.state != CtState::Invalid && packet_.state != CtState::Untracked;
  if (!tracked || !serves(permit)) {
    return false;
  }
  if (permit.to.zone) {
    return within(permit.to, packet_.dst) &&
           holds(policy_.zones()[*permit.to.zone].interfaces, packet_.out);
  }
  return policy_.management() && any_contains(policy_.management()->networks, packet_.dst) &&
         (permit.to.hosts.empty() || any_contains(permit.to.hosts, packet_.dst)) &&
         holds(policy_.management()->interfaces, packet_.out);
}

bool Question::mac_fits(const Permit& permit) const {
  const std::vector<net::Mac>& macs = permit.from.macs;
  return macs.empty() || (packet_.src_mac && holds(macs, *packet_.src_mac));
}

/// Of a self flow only the far end counts.
Closeness Question::closeness(const Permit& permit) const {
  const bool own = permit.kind == PermitKind::SelfFlow;
  if ((own || permit.from.whole_zone()) && permit.to.whole_zone()) {
    return Closeness::WholeZones;
  }
  const auto host = [](const End& end, const net::Address& address) {
    return holds(end.hosts, net::Prefix{address, address.bits()});
  };
  const bool one_port = std::ranges::any_of(permit.services, [&](const net::Service& service) {
    return service.single() && service.contains(packet_.protocol, selector());
  });
  const bool exact =
      one_port && (own || host(permit.from, packet_.src)) && host(permit.to, packet_.dst);
  return exact ? Closeness::Exact : Closeness::Wide;
}

/// The closest; among equals the one that ends last, then the first in the files. Nothing of
/// nothing.
const Permit* Question::named(const std::vector<const Permit*>& candidates) const {
  const auto key = [&](const Permit* permit) {
    const policy::Instant end = end_of(*permit, situation_).value_or(policy::Instant::max());
    return std::tuple{closeness(*permit), -end.time_since_epoch().count(), permit->order};
  };
  const auto best = std::ranges::min_element(candidates, {}, key);
  return best == candidates.end() ? nullptr : *best;
}

Decision Question::said(Reason reason, std::string permit) const {
  const auto& zones = policy_.zones();
  const auto class_of = [&](std::optional<ZoneIndex> zone) {
    return zone ? std::optional{zones[*zone].zone_class} : std::nullopt;
  };
  return {.verdict = reason == Reason::None ? Verdict::Permit : verdict_of(reason),
          .reason = reason,
          .clause = clause_between(class_of(src_zone_), class_of(dst_zone_)),
          .permit = std::move(permit),
          .src_zone = src_zone_ ? zones[*src_zone_].name : "-",
          .dst_zone = dst_zone_ ? zones[*dst_zone_].name : "-"};
}

}  // namespace

Decision decide(const policy::Policy& policy, const policy::Situation& situation,
                const Packet& packet) {
  return Question{policy, situation, packet}.answer();
}

}  // namespace sekisho::simulate
