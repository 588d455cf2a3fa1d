// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace sekisho::policy {
namespace {

constexpr unsigned kShortestHost4 = 24;
constexpr unsigned kShortestHost6 = 56;
constexpr unsigned kMostPorts = 16;

/// Specific flows and exchanges, which cross a layer.
bool crosses_layers(PermitKind kind) {
  return kind == PermitKind::SpecificFlow || kind == PermitKind::Exchange;
}

std::optional<ZoneClass> class_of(const Draft& draft, const std::optional<EndDraft>& end) {
  if (!end || !end->resolved || !end->end.zone) {
    return std::nullopt;
  }
  return draft.zones[*end->end.zone].zone_class;
}

Ceiling wanted_by(PermitKind kind) {
  switch (kind) {
    case PermitKind::SpecificFlow: return Ceiling::SpecificFlow;
    case PermitKind::Exchange: return Ceiling::Exchange;
    default: return Ceiling::Flow;
  }
}

const Message& message_for(Ceiling allowed) {
  switch (allowed) {
    case Ceiling::Flow: return message::kOnlyFlow;
    case Ceiling::SpecificFlow: return message::kOnlySpecificFlow;
    case Ceiling::Exchange: return message::kOnlyExchange;
    case Ceiling::Never: break;
  }
  return message::kNever;
}

void check_ceiling(const PermitDraft& permit, const Draft& draft, Findings& findings) {
  const auto from = class_of(draft, permit.from);
  const auto to = class_of(draft, permit.to);
  if (permit.kind == PermitKind::SelfFlow) {
    if (to == ZoneClass::MyNumber || to == ZoneClass::Internet) {
      findings.error(permit.to->spot, message::kSelfFlowNever, {std::string{name_of(*to)}},
                     clause_between(std::nullopt, to));
    }
    return;
  }
  if (!from || !to) {
    return;
  }
  const Ceiling allowed = ceiling(*from, *to);
  const bool fits = permit.kind == PermitKind::MustFlow ? allowed != Ceiling::Never
                                                        : allowed == wanted_by(permit.kind);
  if (!fits) {
    findings.error(permit.to->spot, message_for(allowed),
                   {std::string{name_of(*from)}, std::string{name_of(*to)}},
                   clause_between(from, to));
  }
}

void check_end_width(const PermitDraft& permit, const std::optional<EndDraft>& end, Clause clause,
                     Findings& findings) {
  const std::string table{name_of(permit.kind)};
  if (!end || end->system || !end->zone) {
    return;
  }
  if (end->hosts.whole && end->hosts.items.empty()) {
    findings.error(end->spot, message::kHostsNeeded, {table}, clause);
  }
  for (const At<net::Prefix>& host : end->hosts.items) {
    const unsigned shortest =
        host.value.family() == net::Family::V4 ? kShortestHost4 : kShortestHost6;
    if (host.value.length() < shortest) {
      findings.error(host.spot, message::kHostTooWide,
                     {host.value.str(), table, std::to_string(shortest)}, clause);
    }
  }
}

bool opens_nothing(const net::Service& service) {
  return net::is_icmp(service.protocol) && service.single() &&
         !net::icmp_reply_type(service.protocol, static_cast<std::uint8_t>(service.first));
}

bool is_echo_request(const net::Service& service) {
  const int type = service.protocol == net::protocol::kIcmp ? 8 : 128;
  return net::is_icmp(service.protocol) && service.first == type && service.last == type;
}

void check_crossing_service(const PermitDraft& permit, const At<net::Service>& service,
                            Clause clause, Findings& findings) {
  const std::string table{name_of(permit.kind)};
  const std::string text = service.value.str();
  if (!net::has_ports(service.value.protocol) && !is_echo_request(service.value)) {
    findings.error(service.spot, message::kServiceNotHere, {text, table}, clause);
  } else if (service.value.last - service.value.first >= static_cast<int>(kMostPorts)) {
    findings.error(service.spot, message::kRangeTooWide, {text, table, std::to_string(kMostPorts)},
                   clause);
  }
}

void check_crossing(const PermitDraft& permit, Findings& findings) {
  const Clause clause = permit.kind == PermitKind::SpecificFlow ? Clause::C63_1 : Clause::C63_2;
  check_end_width(permit, permit.from, clause, findings);
  check_end_width(permit, permit.to, clause, findings);
  for (const At<net::Service>& service : permit.services.items) {
    check_crossing_service(permit, service, clause, findings);
  }
}

/// By family: whether there is an address of it.
using Families = std::array<bool, net::kFamilies.size()>;

Families families_of(const Listed<net::Prefix>& networks) {
  if (!networks.whole) {
    return {true, true};
  }
  Families has{};
  for (const At<net::Prefix>& network : networks.items) {
    has.at(static_cast<std::size_t>(network.value.family())) = true;
  }
  return has;
}

/// Finds permits whose ends can never speak to each other. Zones hold networks by the hundred
/// thousand and permits ask by the ten thousand, so zones are looked at once.
class SharedFamily {
 public:
  explicit SharedFamily(const Draft& draft) {
    for (const ZoneDraft& zone : draft.zones) {
      zones_.push_back(families_of(zone.networks));
    }
    if (draft.management) {
      management_ = families_of(draft.management->networks);
    }
  }

  void check(const PermitDraft& permit, Findings& findings) const {
    if (!permit.from || !permit.to || !permit.from->resolved || !permit.to->resolved) {
      return;
    }
    const Families from = of(*permit.from);
    const Families to = of(*permit.to);
    if (!(from[0] && to[0]) && !(from[1] && to[1])) {
      findings.error(permit.spot, message::kNoSharedFamily);
    }
  }

 private:
  [[nodiscard]] Families of(const EndDraft& end) const {
    if (!end.hosts.whole) {
      return {true, true};
    }
    if (end.end.whole_zone()) {
      return end.end.zone ? zones_.at(*end.end.zone) : management_;
    }
    Families has{};
    for (const net::Prefix& host : end.end.hosts) {
      has.at(static_cast<std::size_t>(host.family())) = true;
    }
    return has;
  }

  std::vector<Families> zones_;
  Families management_{};
};

void check_profile(const PermitDraft& permit, const Draft& draft, Findings& findings) {
  if (!permit.profile) {
    return;
  }
  const std::string& name = permit.profile->value;
  const bool known =
      std::ranges::any_of(draft.profiles, [&](const auto& p) { return p.profile.name == name; }) ||
      std::ranges::any_of(built_in_profiles(), [&](const auto& p) { return p.name == name; });
  if (!known) {
    findings.error(permit.profile->spot, message::kUnknownProfile, {name});
  }
}

void check_one(const PermitDraft& permit, const Draft& draft, Findings& findings) {
  check_ceiling(permit, draft, findings);
  if (crosses_layers(permit.kind)) {
    check_crossing(permit, findings);
  }
  for (const At<net::Service>& service : permit.services.items) {
    if (!crosses_layers(permit.kind) && opens_nothing(service.value)) {
      findings.warning(service.spot, message::kOpensNothing, {service.value.str()});
    }
  }
  check_profile(permit, draft, findings);
  check_times(permit, draft, findings);
}

void check_ids(const std::vector<PermitDraft>& permits, Findings& findings) {
  std::map<std::string, Spot> ids;
  for (const PermitDraft& permit : permits) {
    if (!permit.id) {
      continue;
    }
    const auto [owner, is_first] = ids.emplace(permit.id->value, permit.id->spot);
    if (!is_first) {
      findings.error(permit.id->spot, message::kIdTwice, {permit.id->value, owner->second});
    }
  }
}

}  // namespace

void check_permits(const Draft& draft, Findings& findings) {
  check_ids(draft.permits, findings);
  // Must-flows mirror permits, ids included: their names are their own.
  check_ids(draft.must_flows, findings);
  const SharedFamily families{draft};
  for (const std::vector<PermitDraft>* permits : {&draft.permits, &draft.must_flows}) {
    for (const PermitDraft& permit : *permits) {
      check_one(permit, draft, findings);
      families.check(permit, findings);
    }
  }
}

}  // namespace sekisho::policy
