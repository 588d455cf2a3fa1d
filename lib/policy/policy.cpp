// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/policy.hpp"

#include <algorithm>
#include <limits>

namespace sekisho::policy {
namespace {

/// Stands for the management networks among the zones' while they are sorted out: they are in no
/// zone.
constexpr ZoneIndex kNoZone = std::numeric_limits<ZoneIndex>::max();

/// Sweeps all networks in address order, innermost on top of a stack: prefixes either nest or are
/// disjoint.
class Flattening {
 public:
  std::vector<ZoneRange> run(const std::vector<Zone>& zones,
                                     const std::optional<Management>& management) {
    struct Item {
      net::Prefix prefix;
      ZoneIndex zone;
    };
    std::vector<Item> items;
    // before the zones' own: where both name one network, the zone has it
    for (const net::Prefix& prefix :
         management ? management->networks : std::vector<net::Prefix>{}) {
      items.push_back({prefix, kNoZone});
    }
    for (ZoneIndex i = 0; i < zones.size(); ++i) {
      for (const net::Prefix& prefix : zones[i].networks) {
        items.push_back({prefix, i});
      }
    }
    const auto prefix_of = [](const Item& item) { return item.prefix; };
    if (!std::ranges::is_sorted(items, {}, prefix_of)) {
      std::ranges::stable_sort(items, {}, prefix_of);
    }
    for (const Item& item : items) {
      const net::Range range = item.prefix.range();
      close_before(range.first);
      if (!open_.empty() && cursor_ && *cursor_ < range.first) {
        emit({*cursor_, *range.first.previous()}, open_.back().zone);
      }
      open_.push_back({range, item.zone});
      cursor_ = range.first;
    }
    close_before(std::nullopt);
    return std::move(out_);
  }

 private:
  /// Ends every open network that lies wholly before `address` (all of them when there is none).
  void close_before(const std::optional<net::Address>& address) {
    while (!open_.empty() && (!address || open_.back().range.last < *address)) {
      const ZoneRange top = open_.back();
      open_.pop_back();
      if (cursor_ && *cursor_ <= top.range.last) {
        emit({*cursor_, top.range.last}, top.zone);
        cursor_ = top.range.last.next();
      }
    }
    if (open_.empty()) {
      cursor_.reset();
    }
  }

  void emit(const net::Range& range, ZoneIndex zone) {
    if (zone == kNoZone) {
      return;
    }
    const auto special = net::special_ranges();
    if (std::ranges::none_of(special, [&](const net::Range& r) { return r.overlaps(range); })) {
      add(range, zone);
      return;
    }
    for (const net::Range& part : net::without(std::span{&range, 1}, special)) {
      add(part, zone);
    }
  }

  void add(const net::Range& range, ZoneIndex zone) {
    const bool joins =
        !out_.empty() && out_.back().zone == zone && out_.back().range.last.next() == range.first;
    if (joins) {
      out_.back().range.last = range.last;
    } else {
      out_.push_back({range, zone});
    }
  }

  std::vector<ZoneRange> out_;
  std::vector<ZoneRange> open_;
  std::optional<net::Address> cursor_;
};

}  // namespace

bool is_mail_exchange(const Permit& permit) {
  return permit.kind == PermitKind::Exchange && permit.exchange == ExchangeKind::Mail;
}

std::string_view name_of(PermitKind kind) {
  switch (kind) {
    case PermitKind::Flow: return "flow";
    case PermitKind::SpecificFlow: return "specific_flow";
    case PermitKind::Exchange: return "exchange";
    case PermitKind::SelfFlow: return "self_flow";
    case PermitKind::MustFlow: return "must_flow";
  }
  return "-";
}

Policy::Space Policy::space_of(const PolicyParts& parts) {
  Space space;
  space.flattened = Flattening{}.run(parts.zones, parts.management);
  space.digests = spaces_of(parts.zones.size(), space.flattened);
  for (ZoneIndex i = 0; i < parts.zones.size(); ++i) {
    for (const net::Prefix& prefix : parts.zones[i].networks) {
      if (prefix.length() == 0) {
        space.rest.at(static_cast<std::size_t>(prefix.family())) = i;
      }
    }
  }
  return space;
}

Policy::Policy(PolicyParts parts)
    : parts_{std::move(parts)},
      space_{std::make_shared<const Space>(space_of(parts_))},
      versions_{versions_of(*this, space_->digests)} {}

Policy::Policy(PolicyParts parts, const Policy& space)
    : parts_{std::move(parts)},
      space_{space.space_},
      versions_{versions_of(*this, space_->digests)} {}

std::optional<ZoneIndex> Policy::zone_named(std::string_view name) const {
  const auto found = std::ranges::find(parts_.zones, name, &Zone::name);
  if (found == parts_.zones.end()) {
    return std::nullopt;
  }
  return static_cast<ZoneIndex>(found - parts_.zones.begin());
}

std::optional<ZoneIndex> Policy::zone_of_interface(std::string_view interface) const {
  for (ZoneIndex i = 0; i < parts_.zones.size(); ++i) {
    if (std::ranges::find(parts_.zones[i].interfaces, interface) !=
        parts_.zones[i].interfaces.end()) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<ZoneIndex> Policy::zone_of(const net::Address& address) const {
  const auto after = std::ranges::upper_bound(space_->flattened, address, {},
                                              [](const ZoneRange& r) { return r.range.first; });
  if (after == space_->flattened.begin() || !std::prev(after)->range.contains(address)) {
    return std::nullopt;
  }
  return std::prev(after)->zone;
}

std::vector<net::Range> Policy::addresses_of(const End& end, net::Family family) const {
  if (!end.zone) {
    return {};
  }
  std::vector<net::Range> of_zone;
  const auto clip = [&](const net::Range& wanted) {
    auto at = std::ranges::lower_bound(space_->flattened, wanted.first, {},
                                       [](const ZoneRange& r) { return r.range.last; });
    for (; at != space_->flattened.end() && at->range.first <= wanted.last; ++at) {
      if (at->zone == *end.zone) {
        of_zone.push_back(
            {std::max(at->range.first, wanted.first), std::min(at->range.last, wanted.last)});
      }
    }
  };
  if (end.whole_zone()) {
    clip(net::Range::all(family));
  }
  for (const net::Prefix& host : end.hosts) {
    if (host.family() == family) {
      clip(host.range());
    }
  }
  return net::merged(std::move(of_zone));
}

std::vector<std::string> interfaces_of(const Policy& policy) {
  std::vector<std::string> all;
  for (const Zone& zone : policy.zones()) {
    all.insert(all.end(), zone.interfaces.begin(), zone.interfaces.end());
  }
  if (policy.management()) {
    all.insert(all.end(), policy.management()->interfaces.begin(),
               policy.management()->interfaces.end());
  }
  return all;
}

}  // namespace sekisho::policy
