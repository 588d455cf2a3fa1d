// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/assemble.hpp"

#include "policy/findings.hpp"
#include "policy/parse_steps.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

template <typename T>
std::vector<T> values_of(const Listed<T>& listed) {
  std::vector<T> values;
  values.reserve(listed.items.size());
  for (const At<T>& item : listed.items) {
    values.push_back(item.value);
  }
  return values;
}

std::string text_of(const std::optional<At<std::string>>& text) {
  return text ? text->value : std::string{};
}

std::optional<Instant> instant_of(const std::optional<At<Moment>>& moment) {
  return moment ? std::optional{moment->value.utc} : std::nullopt;
}

Zone zone_of(const ZoneDraft& draft, const std::vector<Source>& sources) {
  Zone zone;
  zone.name = text_of(draft.name);
  zone.zone_class = draft.zone_class.value_or(ZoneClass::Internet);
  zone.interfaces = values_of(draft.interfaces);
  zone.networks = values_of(draft.networks);
  zone.organ = draft.organ;
  zone.intra_zone_allow = draft.intra_zone_allow;
  zone.gateways = values_of(draft.gateways);
  zone.place = place_of(draft.spot, sources);
  return zone;
}

System system_of(const SystemDraft& draft, const Draft& all, const std::vector<Source>& sources) {
  System system;
  system.name = text_of(draft.name);
  system.zone = zone_named(all, text_of(draft.zone)).value_or(0);
  system.addresses = values_of(draft.addresses);
  system.macs = values_of(draft.macs);
  system.label = draft.label;
  system.place = place_of(draft.spot, sources);
  return system;
}

std::string profile_of(const PermitDraft& draft) {
  if (draft.kind != PermitKind::Exchange || draft.profile) {
    return text_of(draft.profile);
  }
  return draft.exchange == ExchangeKind::Mail ? "mail-strict" : "screen";
}

Permit permit_of(const PermitDraft& draft, std::size_t order, const std::vector<Source>& sources) {
  Permit permit;
  permit.kind = draft.kind;
  permit.id = draft.name();
  permit.from = draft.from ? draft.from->end : End{};
  permit.to = draft.to ? draft.to->end : End{};
  permit.services = values_of(draft.services);
  permit.purpose = text_of(draft.purpose);
  permit.applicant = text_of(draft.applicant);
  permit.approver = text_of(draft.approver);
  if (draft.approved) {
    permit.approved = draft.approved->value;
  }
  permit.valid_from = instant_of(draft.valid_from);
  permit.valid_until = instant_of(draft.valid_until);
  permit.review_by = instant_of(draft.review_by);
  permit.standby = draft.standby;
  permit.exchange = draft.exchange;
  permit.profile = profile_of(draft);
  permit.tls = draft.tls;
  permit.order = order;
  permit.place = place_of(draft.spot, sources);
  return permit;
}

std::vector<Permit> permits_of(const std::vector<PermitDraft>& drafts,
                               const std::vector<Source>& sources) {
  std::vector<Permit> permits;
  permits.reserve(drafts.size());
  for (const PermitDraft& draft : drafts) {
    permits.push_back(permit_of(draft, permits.size(), sources));
  }
  return permits;
}

/// The tables', then the built-in ones that no table has changed.
std::vector<SanitizeProfile> profiles_of(const Draft& draft, const std::vector<Source>& sources) {
  std::vector<SanitizeProfile> profiles;
  for (const ProfileDraft& said : draft.profiles) {
    profiles.push_back(said.profile);
    profiles.back().place = place_of(said.spot, sources);
  }
  for (const SanitizeProfile& built_in : built_in_profiles()) {
    if (std::ranges::find(profiles, built_in.name, &SanitizeProfile::name) == profiles.end()) {
      profiles.push_back(built_in);
    }
  }
  return profiles;
}

std::optional<Management> management_of(const Draft& draft, const std::vector<Source>& sources) {
  if (!draft.management) {
    return std::nullopt;
  }
  return Management{values_of(draft.management->interfaces), values_of(draft.management->networks),
                    values_of(draft.management->services),
                    place_of(draft.management->spot, sources)};
}

}  // namespace

Policy space_of(const Draft& draft) {
  PolicyParts parts;
  for (const ZoneDraft& zone : draft.zones) {
    parts.zones.push_back(zone_of(zone, {}));
  }
  parts.management = management_of(draft, {});
  return Policy{std::move(parts)};
}

PolicyParts assemble(const Draft& draft, const std::vector<Source>& sources) {
  PolicyParts parts;
  parts.appliance = draft.appliance.value_or(Appliance{});
  for (const ZoneDraft& zone : draft.zones) {
    parts.zones.push_back(zone_of(zone, sources));
  }
  for (const SystemDraft& system : draft.systems) {
    parts.systems.push_back(system_of(system, draft, sources));
  }
  parts.permits = permits_of(draft.permits, sources);
  parts.must_flows = permits_of(draft.must_flows, sources);
  parts.profiles = profiles_of(draft, sources);
  parts.management = management_of(draft, sources);
  parts.sensor = draft.sensor;
  parts.violations = draft.violations;
  return parts;
}

}  // namespace sekisho::policy
