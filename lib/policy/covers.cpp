// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

/// Takes one comparison off; false when none is left.
bool spend(std::size_t& budget) {
  if (budget == 0) {
    return false;
  }
  --budget;
  return true;
}

bool covers(const End& outer, const End& inner, std::size_t& budget) {
  if (outer.zone != inner.zone) {
    return false;
  }
  if (outer.whole_zone()) {
    return true;
  }
  return !inner.whole_zone() && std::ranges::all_of(inner.hosts, [&](const net::Prefix& host) {
    return std::ranges::any_of(outer.hosts, [&](const net::Prefix& around) {
      return spend(budget) && around.contains(host);
    });
  });
}

bool covers(const std::optional<EndDraft>& outer, const std::optional<EndDraft>& inner,
            std::size_t& budget) {
  if (!outer || !inner) {
    return !outer && !inner;
  }
  return outer->resolved && inner->resolved && covers(outer->end, inner->end, budget);
}

bool covers(const net::Service& outer, const net::Service& inner) {
  return outer.protocol == inner.protocol && outer.first <= inner.first && inner.last <= outer.last;
}

/// What `outer` demands of hardware addresses, `inner` demands too.
bool demands_no_more(const std::optional<EndDraft>& outer, const std::optional<EndDraft>& inner) {
  if (!outer || outer->end.macs.empty()) {
    return true;
  }
  return inner && !inner->end.macs.empty() &&
         std::ranges::all_of(inner->end.macs, [&](const net::Mac& mac) {
           return std::ranges::find(outer->end.macs, mac) != outer->end.macs.end();
         });
}

bool lasts_as_long(const PermitDraft& outer, const PermitDraft& inner) {
  const bool begins = !outer.valid_from || (inner.valid_from && outer.valid_from->value.utc <=
                                                                    inner.valid_from->value.utc);
  const bool ends = !outer.valid_until || (inner.valid_until && inner.valid_until->value.utc <=
                                                                    outer.valid_until->value.utc);
  return begins && ends && !outer.standby;
}

bool shadows(const PermitDraft& outer, const PermitDraft& inner, std::size_t& budget) {
  if (outer.kind != inner.kind || outer.exchange != inner.exchange ||
      (outer.profile && (!inner.profile || outer.profile->value != inner.profile->value))) {
    return false;
  }
  return lasts_as_long(outer, inner) && demands_no_more(outer.from, inner.from) &&
         demands_no_more(outer.to, inner.to) && covers(outer, inner, budget);
}

}  // namespace

bool covers(const PermitDraft& outer, const PermitDraft& inner, std::size_t& budget) {
  return spend(budget) && covers(outer.from, inner.from, budget) &&
         covers(outer.to, inner.to, budget) &&
         std::ranges::all_of(inner.services.items, [&](const At<net::Service>& wanted) {
           return std::ranges::any_of(outer.services.items, [&](const At<net::Service>& given) {
             return spend(budget) && covers(given.value, wanted.value);
           });
         });
}

void warn_of_shadows(const Draft& draft, Findings& findings) {
  static constexpr std::size_t kMostPermits = 2000;
  std::size_t budget = 10'000'000;
  const std::vector<PermitDraft>& permits = draft.permits;
  if (permits.size() > kMostPermits) {
    return;
  }
  for (std::size_t i = 0; i < permits.size(); ++i) {
    for (std::size_t j = 0; j < permits.size(); ++j) {
      // Of two that are the same, the later one is idle.
      const bool idle = i != j && shadows(permits[j], permits[i], budget) &&
                        (j < i || !shadows(permits[i], permits[j], budget));
      if (idle) {
        findings.warning(permits[i].spot, message::kShadowed,
                         {permits[i].name(), permits[j].name(), permits[j].spot});
        break;
      }
    }
  }
}

}  // namespace sekisho::policy
