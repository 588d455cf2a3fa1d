// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sekisho::policy {
namespace {

constexpr std::chrono::days kSoon{30};

/// As the config would write it, on its writer's clock.
std::string written(const Moment& moment) {
  const auto local = moment.local();
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const Date date{day};
  const std::chrono::hh_mm_ss time{local - day};
  const long ahead = static_cast<long>(moment.ahead.count());
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d%c%02ld:%02ld", int{date.year()},
      unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      ahead < 0 ? '-' : '+', std::labs(ahead) / 60, std::labs(ahead) % 60);
  return {text.data(), static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

void warn_of_time(const PermitDraft& permit, Instant now, Findings& findings) {
  const auto say = [&](const At<Moment>& moment, const Message& message) {
    findings.warning(moment.spot, message, {permit.name(), written(moment.value)});
  };
  if (permit.valid_from && now < permit.valid_from->value.utc) {
    say(*permit.valid_from, message::kNotBegun);
  }
  if (permit.valid_until && permit.valid_until->value.utc <= now) {
    say(*permit.valid_until, message::kEnded);
  } else if (permit.valid_until && permit.valid_until->value.utc <= now + kSoon) {
    say(*permit.valid_until, message::kEndsSoon);
  }
  if (permit.review_by && permit.review_by->value.utc < now) {
    say(*permit.review_by, message::kReviewOverdue);
  } else if (permit.review_by && permit.review_by->value.utc <= now + kSoon) {
    say(*permit.review_by, message::kReviewSoon);
  }
}

using Families = std::array<bool, net::kFamilies.size()>;

/// Which families each zone has addresses in that are really its own.
std::vector<Families> families_of_zones(const Policy& policy) {
  std::vector<Families> families(policy.zones().size());
  for (const ZoneRange& range : policy.flattened()) {
    families[range.zone].at(static_cast<std::size_t>(range.range.first.family())) = true;
  }
  return families;
}

bool has_family(const std::optional<EndDraft>& end, const std::vector<Families>& zones,
                net::Family family) {
  if (!end) {
    return true;  // the appliance itself
  }
  if (end->end.whole_zone()) {
    return !end->end.zone || zones[*end->end.zone].at(static_cast<std::size_t>(family));
  }
  return std::ranges::any_of(end->end.hosts,
                             [&](const net::Prefix& host) { return host.family() == family; });
}

bool serves(const PermitDraft& permit, net::Family family) {
  const std::uint8_t foreign =
      family == net::Family::V4 ? net::protocol::kIcmp6 : net::protocol::kIcmp;
  return std::ranges::any_of(permit.services.items, [&](const At<net::Service>& service) {
    return service.value.protocol != foreign;
  });
}

bool covers_something(const PermitDraft& permit, const std::vector<Families>& zones) {
  return std::ranges::any_of(net::kFamilies, [&](net::Family family) {
    return has_family(permit.from, zones, family) && has_family(permit.to, zones, family) &&
           serves(permit, family);
  });
}

/// The zone that allows the permit's traffic without it; nothing where there is none.
const ZoneDraft* allowed_inside(const PermitDraft& permit, const Draft& draft) {
  const bool inside = permit.from && permit.to && permit.from->end.zone &&
                      permit.from->end.zone == permit.to->end.zone;
  if (!inside || !draft.zones[*permit.from->end.zone].intra_zone_allow) {
    return nullptr;
  }
  return &draft.zones[*permit.from->end.zone];
}

void warn_of_must_flows(const Draft& draft, Findings& findings) {
  std::size_t budget = 10'000'000;
  for (const PermitDraft& must_flow : draft.must_flows) {
    const bool carried =
        allowed_inside(must_flow, draft) != nullptr ||
        std::ranges::any_of(draft.permits, [&](const PermitDraft& permit) {
          return permit.kind != PermitKind::SelfFlow && covers(permit, must_flow, budget);
        });
    if (budget == 0) {
      return;
    }
    if (!carried) {
      findings.warning(must_flow.spot, message::kMustFlowUncovered, {must_flow.name()});
    }
  }
}

}  // namespace

void warn_of_permits(const Draft& draft, const Policy& policy, Instant now, Findings& findings) {
  const std::vector<Families> zones = families_of_zones(policy);
  for (const PermitDraft& permit : draft.permits) {
    warn_of_time(permit, now, findings);
    if (!covers_something(permit, zones)) {
      findings.warning(permit.spot, message::kCoversNothing, {permit.name()});
    } else if (const ZoneDraft* zone = allowed_inside(permit, draft)) {
      findings.warning(permit.spot, message::kInsideZoneAnyway, {permit.name(), zone->name->value});
    }
  }
  warn_of_must_flows(draft, findings);
}

}  // namespace sekisho::policy
