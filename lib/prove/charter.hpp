// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a policy lets pass at a moment, in the numbers of packet fields: the permits, the zones,
/// the ceiling. Knows no rules.

#include "policy/situation.hpp"
#include "prove/ground.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sekisho::prove {

using policy::ZoneIndex;

/// Of a connection: which end sends.
enum class Way : std::uint8_t { Original, Reply };
inline constexpr std::array kWays{Way::Original, Way::Reply};

/// NearLeg: of an exchange, whose far leg is an own flow.
enum class GrantKind : std::uint8_t { Permit, InsideZone, OwnFlow, NearLeg };

/// One permit, or what passes inside a zone.
struct Grant {
  GrantKind kind{};
  std::string name;  ///< of messages: "permit 'dns'", "zone 'lgwan' inside"
  std::optional<ZoneIndex> from;
  std::optional<ZoneIndex> to;
  std::array<const Values*, 2> sources{};       ///< by net::Family
  std::array<const Values*, 2> destinations{};  ///< by net::Family
  /// By protocol: ports, ICMP types, or anything at all.
  std::map<std::uint8_t, Values> services;
  bool every_service = false;
  bool in_force = false;
  bool under_ceiling = false;
  std::optional<policy::Instant> ends;
  std::array<std::vector<Value>, 2> macs;  ///< of the sender, by Way; none: any
};

class Charter {
 public:
  /// `ground` is of this policy, or of one on the same.
  Charter(const policy::Policy& policy, const policy::Situation& situation, Ground& ground);

  /// By the comment that elements carry: a permit's id, "far ID" for what the relay of an
  /// exchange opens, or "intra ZONE". Null for other texts.
  const Grant* named(std::string_view comment);

  [[nodiscard]] const policy::Policy& policy() const { return policy_; }
  [[nodiscard]] const policy::Situation& situation() const { return situation_; }
  [[nodiscard]] const policy::Zone& zone(ZoneIndex index) const { return policy_.zones()[index]; }
  [[nodiscard]] const Values* addresses(ZoneIndex zone, net::Family family) const {
    return ground_.addresses[zone].at(static_cast<std::size_t>(family));
  }
  [[nodiscard]] bool is_locked(ZoneIndex zone) const { return situation_.locked.contains(zone); }

  /// Names of interfaces as values of a field.
  [[nodiscard]] const Values* wires(ZoneIndex zone) const { return wires_[zone]; }
  [[nodiscard]] const Values* wires_of_zones() const { return wires_of_zones_; }
  [[nodiscard]] const Values* management_wires() const { return management_wires_; }
  [[nodiscard]] const Values* management_networks(net::Family family) const {
    return management_networks_.at(static_cast<std::size_t>(family));
  }
  /// Of which the services alone count.
  [[nodiscard]] const Grant& management_services() const { return management_services_; }
  /// The next hops of a zone; none: any.
  [[nodiscard]] const Values* gateways(ZoneIndex zone, net::Family family) const {
    return gateways_[zone].at(static_cast<std::size_t>(family));
  }
  [[nodiscard]] bool has_gateways(ZoneIndex zone) const {
    return !policy_.zones()[zone].gateways.empty();
  }

 private:
  Grant inside_zone(ZoneIndex zone) const;
  Grant of_permit(const policy::Permit& permit, GrantKind kind);
  const Values* ends_of(const policy::End& end, net::Family family);
  const Values* kept(const std::vector<net::Range>& ranges);

  const policy::Policy& policy_;
  const policy::Situation& situation_;
  Ground& ground_;
  Pool& pool_;
  std::vector<std::array<const Values*, 2>> gateways_;
  std::vector<const Values*> wires_;
  const Values* wires_of_zones_ = nullptr;
  const Values* management_wires_ = nullptr;
  std::array<const Values*, 2> management_networks_{};
  Grant management_services_;
  std::unordered_map<std::string_view, const policy::Permit*> permits_;
  std::unordered_map<std::string, std::optional<Grant>> grants_;
};

[[nodiscard]] Value value_of(std::string_view interface);
[[nodiscard]] Value value_of(const net::Address& address);

}  // namespace sekisho::prove
