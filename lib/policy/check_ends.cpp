// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>
#include <map>

namespace sekisho::policy {
namespace {

std::string name_of_zone(const Draft& draft, ZoneIndex zone) {
  const auto& name = draft.zones[zone].name;
  return name ? name->value : std::string{"-"};
}

/// Looks up what the ends of permits name.
class Names {
 public:
  Names(const Draft& draft, Findings& findings) : draft_{draft}, findings_{findings} {
    for (ZoneIndex i = 0; i < draft.zones.size(); ++i) {
      if (draft.zones[i].name) {
        zones_.emplace(draft.zones[i].name->value, i);
      } else {
        zones_whole_ = false;
      }
    }
    for (const SystemDraft& system : draft.systems) {
      if (system.name) {
        systems_.emplace(system.name->value, &system);
      } else {
        systems_whole_ = false;
      }
    }
  }

  void resolve(EndDraft& end, bool may_be_management) const {
    if (end.system) {
      resolve_system(end);
    } else if (end.zone) {
      for (const At<net::Prefix>& host : end.hosts.items) {
        end.end.hosts.push_back(host.value);
      }
      for (const At<net::Mac>& mac : end.macs.items) {
        end.end.macs.push_back(mac.value);
      }
      resolve_zone(end, may_be_management);
    }
  }

 private:
  void resolve_system(EndDraft& end) const {
    const auto found = systems_.find(end.system->value);
    if (found == systems_.end()) {
      if (systems_whole_) {
        findings_.error(end.system->spot, message::kUnknownSystem, {end.system->value});
      }
      return;
    }
    const SystemDraft& system = *found->second;
    const auto zone = system.zone ? zones_.find(system.zone->value) : zones_.end();
    if (zone == zones_.end() || !system.addresses.whole) {
      return;  // said where the system stands
    }
    end.end.zone = zone->second;
    end.end.system = end.system->value;
    for (const At<net::Address>& address : system.addresses.items) {
      end.end.hosts.emplace_back(address.value, address.value.bits());
    }
    for (const At<net::Mac>& mac : system.macs.items) {
      end.end.macs.push_back(mac.value);
    }
    end.resolved = true;
  }

  void resolve_zone(EndDraft& end, bool may_be_management) const {
    if (end.zone->value == "management") {
      if (!may_be_management) {
        findings_.error(end.zone->spot, message::kManagementHere);
      } else if (!draft_.management) {
        findings_.error(end.zone->spot, message::kNoManagement);
      } else {
        end.resolved = true;
      }
      return;
    }
    const auto zone = zones_.find(end.zone->value);
    if (zone == zones_.end()) {
      if (zones_whole_) {
        findings_.error(end.zone->spot, message::kUnknownZone, {end.zone->value});
      }
      return;
    }
    end.end.zone = zone->second;
    end.resolved = true;
  }

  const Draft& draft_;
  Findings& findings_;
  std::map<std::string_view, ZoneIndex> zones_;
  std::map<std::string_view, const SystemDraft*> systems_;
  // False where a name was refused: what is not found may be meant by it.
  bool zones_whole_ = true;
  bool systems_whole_ = true;
};

/// Whether hosts lie where their end says.
class Hosts {
 public:
  Hosts(const Draft& draft, const Policy& space, Findings& findings)
      : draft_{draft}, space_{space}, findings_{findings} {}

  void check(const std::optional<EndDraft>& end) const {
    if (!end || !end->resolved || end->system) {
      return;
    }
    for (const At<net::Prefix>& host : end->hosts.items) {
      if (end->end.zone) {
        check_in_zone(host, *end->end.zone);
      } else {
        check_in_management(host);
      }
    }
  }

  void check_in_zone(const At<net::Prefix>& host, ZoneIndex zone) const {
    if (!draft_.zones[zone].networks.whole) {
      return;
    }
    const net::Range range = host.value.range();
    const auto& all = space_.flattened();
    auto at = std::ranges::lower_bound(all, range.first, {},
                                       [](const ZoneRange& r) { return r.range.last; });
    const bool wholly = at != all.end() && at->zone == zone && at->range.first <= range.first &&
                        range.last <= at->range.last;
    if (wholly) {
      return;
    }
    bool some = false;
    std::optional<ZoneIndex> other;
    for (int seen = 0; seen < 16 && at != all.end() && at->range.first <= range.last;
         ++seen, ++at) {
      some = some || at->zone == zone;
      other = !other && at->zone != zone ? std::optional{at->zone} : other;
    }
    const std::string name = name_of_zone(draft_, zone);
    if (some && other) {
      findings_.error(host.spot, message::kOfOtherZone,
                      {host.value.str(), name, name_of_zone(draft_, *other)});
    } else {
      findings_.error(host.spot, message::kOutsideZone, {host.value.str(), name});
    }
  }

 private:
  void check_in_management(const At<net::Prefix>& host) const {
    const Listed<net::Prefix>& networks = draft_.management->networks;
    const bool inside = std::ranges::any_of(networks.items, [&](const At<net::Prefix>& network) {
      return network.value.contains(host.value);
    });
    if (networks.whole && !inside) {
      findings_.error(host.spot, message::kOutsideManagement, {host.value.str()});
    }
  }

  const Draft& draft_;
  const Policy& space_;
  Findings& findings_;
};

}  // namespace

void resolve_ends(Draft& draft, Findings& findings) {
  const Names names{draft, findings};
  for (std::vector<PermitDraft>* permits : {&draft.permits, &draft.must_flows}) {
    for (PermitDraft& permit : *permits) {
      if (permit.from) {
        names.resolve(*permit.from, false);
      }
      if (permit.to) {
        names.resolve(*permit.to, permit.kind == PermitKind::SelfFlow);
      }
    }
  }
}

void check_systems(const Draft& draft, const Policy& space, Findings& findings) {
  std::map<std::string, Spot> names;
  const Hosts hosts{draft, space, findings};
  for (const SystemDraft& system : draft.systems) {
    if (system.name) {
      const auto [owner, is_first] = names.emplace(system.name->value, system.name->spot);
      if (!is_first) {
        findings.error(system.name->spot, message::kSystemTwice,
                       {system.name->value, owner->second});
      }
    }
    if (!system.zone) {
      continue;
    }
    const auto zone = zone_named(draft, system.zone->value);
    if (!zone) {
      findings.error(system.zone->spot, message::kUnknownZone, {system.zone->value});
      continue;
    }
    for (const At<net::Address>& address : system.addresses.items) {
      hosts.check_in_zone({{address.value, address.value.bits()}, address.spot}, *zone);
    }
  }
}

void check_hosts(const Draft& draft, const Policy& space, Findings& findings) {
  const Hosts hosts{draft, space, findings};
  for (const std::vector<PermitDraft>* permits : {&draft.permits, &draft.must_flows}) {
    for (const PermitDraft& permit : *permits) {
      hosts.check(permit.from);
      hosts.check(permit.to);
    }
  }
}

}  // namespace sekisho::policy
