// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>
#include <map>

namespace sekisho::policy {
namespace {

constexpr std::size_t kMostZones = 253;

struct Held {
  net::Prefix prefix;
  Spot spot;
  const ZoneDraft* zone;
};

bool layers_meet(const ZoneDraft& a, const ZoneDraft& b) {
  const auto are = [&](ZoneClass one, ZoneClass other) {
    return a.zone_class == one && b.zone_class == other;
  };
  return are(ZoneClass::MyNumber, ZoneClass::Lgwan) || are(ZoneClass::Lgwan, ZoneClass::MyNumber);
}

std::vector<Held> networks_in_order(const Draft& draft) {
  std::vector<Held> held;
  for (const ZoneDraft& zone : draft.zones) {
    for (const At<net::Prefix>& network : zone.networks.items) {
      held.push_back({network.value, network.spot, &zone});
    }
  }
  // they are mostly written in order, which this sort is quick with
  std::ranges::stable_sort(held, [](const Held& a, const Held& b) {
    const auto prefixes = a.prefix <=> b.prefix;
    return prefixes != 0 ? prefixes < 0 : a.spot < b.spot;
  });
  return held;
}

/// One pass in address order: the networks around the present one lie on a stack, which no deeper
/// nesting than the address's bits can fill.
void check_overlaps(const Draft& draft, Findings& findings) {
  std::vector<const Held*> around;
  const std::vector<Held> all = networks_in_order(draft);
  for (const Held& network : all) {
    while (!around.empty() && !around.back()->prefix.contains(network.prefix)) {
      around.pop_back();
    }
    const auto other = std::ranges::find_if(
        around, [&](const Held* outer) { return layers_meet(*outer->zone, *network.zone); });
    const auto clause = other == around.end() ? std::nullopt : std::optional{Clause::C63_1};
    if (!around.empty() && around.back()->prefix == network.prefix) {
      findings.error(network.spot, message::kNetworkTwice,
                     {network.prefix.str(), around.back()->spot}, clause);
      continue;
    }
    if (clause) {
      const ZoneDraft& zone = *(*other)->zone;
      findings.error(network.spot, message::kLayersOverlap,
                     {network.prefix.str(), (*other)->prefix.str(),
                      zone.name ? zone.name->value : std::string{"-"}},
                     clause);
    }
    around.push_back(&network);
  }
}

void check_width(const ZoneDraft& zone, const At<net::Prefix>& network, Findings& findings) {
  const net::Prefix& prefix = network.value;
  const bool v4 = prefix.family() == net::Family::V4;
  const unsigned shortest = v4 ? 8 : 16;
  if (!zone.zone_class || prefix.length() >= shortest) {
    return;
  }
  if (zone.zone_class != ZoneClass::SecurityCloud) {
    findings.error(network.spot, message::kNetworkTooShort,
                   {prefix.str(), std::to_string(shortest)}, Clause::C63_3);
    return;
  }
  const bool declared = std::ranges::any_of(
      zone.gateways.items,
      [&](const At<net::Address>& gateway) { return gateway.value.family() == prefix.family(); });
  if (prefix.length() == 0 && !declared && zone.gateways.whole) {
    findings.error(network.spot, message::kGatewaysNeeded,
                   {prefix.str(), std::string{v4 ? "IPv4" : "IPv6"}}, Clause::C63_3);
  }
}

void check_gateways(const ZoneDraft& zone, Findings& findings) {
  // A link-local next hop is usual for IPv6.
  static const net::Prefix kLinkLocal = *net::Prefix::parse("fe80::/10");
  for (const At<net::Address>& gateway : zone.gateways.items) {
    if (net::is_special(gateway.value) && !kLinkLocal.contains(gateway.value)) {
      findings.error(gateway.spot, message::kBadGateway, {gateway.value.str()});
    }
  }
}

/// An interface belongs to one zone, or to management.
class Interfaces {
 public:
  explicit Interfaces(Findings& findings) : findings_{findings} {}

  void claim(const Listed<std::string>& names) {
    for (const At<std::string>& name : names.items) {
      const auto [owner, is_first] = owners_.emplace(name.value, name.spot);
      if (!is_first) {
        findings_.error(name.spot, message::kInterfaceTwice, {name.value, owner->second});
      }
    }
  }

 private:
  Findings& findings_;
  std::map<std::string, Spot> owners_;
};

void check_names(const Draft& draft, Findings& findings) {
  std::map<std::string, Spot> names;
  for (const ZoneDraft& zone : draft.zones) {
    if (!zone.name) {
      continue;
    }
    const auto [owner, is_first] = names.emplace(zone.name->value, zone.name->spot);
    if (!is_first) {
      findings.error(zone.name->spot, message::kZoneTwice, {zone.name->value, owner->second});
    }
  }
}

}  // namespace

std::optional<ZoneIndex> zone_named(const Draft& draft, std::string_view name) {
  for (ZoneIndex i = 0; i < draft.zones.size(); ++i) {
    if (draft.zones[i].name && draft.zones[i].name->value == name) {
      return i;
    }
  }
  return std::nullopt;
}

void check_zones(const Draft& draft, Findings& findings) {
  if (draft.zones.size() > kMostZones) {
    findings.error(draft.zones[kMostZones].spot, message::kTooManyZones,
                   {std::to_string(kMostZones)});
  }
  check_names(draft, findings);
  check_overlaps(draft, findings);
  Interfaces interfaces{findings};
  for (const ZoneDraft& zone : draft.zones) {
    interfaces.claim(zone.interfaces);
    check_gateways(zone, findings);
    for (const At<net::Prefix>& network : zone.networks.items) {
      check_width(zone, network, findings);
    }
  }
  if (draft.management) {
    interfaces.claim(draft.management->interfaces);
  }
}

void warn_of_zones(const Draft& draft, Findings& findings) {
  for (const ZoneDraft& zone : draft.zones) {
    for (const At<net::Prefix>& network : zone.networks.items) {
      const net::Range range = network.value.range();
      if (net::without(std::span{&range, 1}, net::special_ranges()).empty()) {
        findings.warning(network.spot, message::kSpecialNetwork, {network.value.str()});
      }
    }
  }
}

}  // namespace sekisho::policy
