// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/traffic.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

constexpr std::uint16_t kLastSelector = 0xffff;
constexpr const char* kAppliance = "-";

/// `services` without `holes`; both merged.
Services without(const Services& services, const Services& holes) {
  Services left;
  for (net::Service service : services) {
    bool whole = true;
    for (const net::Service& hole : holes) {
      if (hole.protocol != service.protocol || hole.last < service.first ||
          service.last < hole.first) {
        continue;
      }
      if (service.first < hole.first) {
        left.push_back(
            {service.protocol, service.first, static_cast<std::uint16_t>(hole.first - 1)});
      }
      if (hole.last >= service.last) {
        whole = false;
        break;
      }
      service.first = static_cast<std::uint16_t>(hole.last + 1);
    }
    if (whole) {
      left.push_back(service);
    }
  }
  return left;
}

Ranges without(const Ranges& ranges, const Ranges& holes) {
  return net::without(ranges, holes);
}

template <typename Set>
Set intersection(const Set& a, const Set& b) {
  return without(a, without(a, b));
}

/// What of `from` lies outside `hole`: at most three products, disjoint.
void subtract(const Product& from, const Product& hole, std::vector<Product>& left) {
  const Ranges src = intersection(from.src, hole.src);
  const Ranges dst = intersection(from.dst, hole.dst);
  if (src.empty() || dst.empty() || intersection(from.services, hole.services).empty()) {
    left.push_back(from);  // in one piece, for whoever reads it
    return;
  }
  for (Product piece : {Product{without(from.src, hole.src), from.dst, from.services},
                        Product{src, without(from.dst, hole.dst), from.services},
                        Product{src, dst, without(from.services, hole.services)}}) {
    if (!piece.empty()) {
      left.push_back(std::move(piece));
    }
  }
}

void add(Picture& picture, const TrafficKey& key, Traffic traffic) {
  traffic.product.src = net::merged(std::move(traffic.product.src));
  traffic.product.dst = net::merged(std::move(traffic.product.dst));
  traffic.product.services = net::merged(std::move(traffic.product.services));
  if (!traffic.product.empty()) {
    picture[key].push_back(std::move(traffic));
  }
}

Ranges ranges_of(const std::vector<net::Prefix>& networks, net::Family family) {
  Ranges ranges;
  for (const net::Prefix& network : networks) {
    if (network.family() == family) {
      ranges.push_back(network.range());
    }
  }
  return ranges;
}

Ranges anywhere(net::Family family) {
  return {net::Range::all(family)};
}

void add_permit(const Policy& policy, const Permit& permit, net::Family family, Picture& picture) {
  const auto name = [&policy](const End& end) {
    return end.zone ? policy.zones()[*end.zone].name : std::string{kAppliance};
  };
  if (permit.kind == PermitKind::SelfFlow) {
    const Ranges dst = permit.to.zone ? policy.addresses_of(permit.to, family)
                                      : ranges_of(permit.to.hosts, family);
    add(picture, {kAppliance, name(permit.to), family},
        {permit.id,
         {},
         {},
         {anywhere(family), dst, permit.services},
         true,
         permit.to.whole_zone()});
    return;
  }
  add(picture, {name(permit.from), name(permit.to), family},
      {permit.id,
       permit.from.macs,
       permit.to.macs,
       {policy.addresses_of(permit.from, family), policy.addresses_of(permit.to, family),
        permit.services},
       permit.from.whole_zone(),
       permit.to.whole_zone()});
}

}  // namespace

Services every_service() {
  Services all;
  for (unsigned protocol = 0; protocol <= 0xff; ++protocol) {
    const auto number = static_cast<std::uint8_t>(protocol);
    const bool selects = net::has_ports(number) || net::is_icmp(number);
    all.push_back({number, 0, selects ? kLastSelector : std::uint16_t{0}});
  }
  return all;
}

bool covers(const std::vector<net::Mac>& wide, const std::vector<net::Mac>& narrow) {
  return wide.empty() ||
         (!narrow.empty() && std::ranges::all_of(narrow, [&wide](const net::Mac& mac) {
           return std::ranges::find(wide, mac) != wide.end();
         }));
}

std::vector<Product> without(const Product& product, const std::vector<Product>& holes) {
  std::vector<Product> left{product};
  for (const Product& hole : holes) {
    std::vector<Product> rest;
    for (const Product& piece : left) {
      subtract(piece, hole, rest);
    }
    left = std::move(rest);
    if (left.empty()) {
      break;
    }
  }
  return left;
}

void add_permit(const Policy& policy, const Permit& permit, Picture& picture) {
  for (const net::Family family : net::kFamilies) {
    add_permit(policy, permit, family, picture);
  }
}

Picture picture_of(const Policy& policy, const Situation& situation) {
  Picture picture;
  for (const net::Family family : net::kFamilies) {
    for (ZoneIndex i = 0; i < policy.zones().size(); ++i) {
      const Zone& zone = policy.zones()[i];
      if (zone.intra_zone_allow) {
        const Ranges inside = policy.addresses_of(End{i, {}, {}, {}}, family);
        add(picture, {zone.name, zone.name, family},
            {"intra_zone", {}, {}, {inside, inside, every_service()}, true, true});
      }
    }
    for (const Permit& permit : policy.permits()) {
      if (in_force(permit, situation)) {
        add_permit(policy, permit, family, picture);
      }
    }
    if (const auto& management = policy.management()) {
      add(picture, {"management", kAppliance, family},
          {"management",
           {},
           {},
           {ranges_of(management->networks, family), anywhere(family), management->services},
           false,
           true});
    }
  }
  return picture;
}

}  // namespace sekisho::policy
