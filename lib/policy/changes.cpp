// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/changes.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sekisho::policy {
namespace {

using Ranges = std::vector<net::Range>;
using Services = std::vector<net::Service>;
constexpr std::uint16_t kLastSelector = 0xffff;
constexpr std::size_t kMostNamed = 3;
constexpr const char* kAppliance = "-";

/// Traffic as a product: every source to every destination by every service.
struct Product {
  Ranges src;
  Ranges dst;
  Services services;

  [[nodiscard]] bool empty() const { return src.empty() || dst.empty() || services.empty(); }
};

/// One permit's traffic of one family.
struct Traffic {
  std::string id;
  std::vector<net::Mac> from_macs;
  std::vector<net::Mac> to_macs;
  Product product;
  bool any_src = false;  ///< the whole zone
  bool any_dst = false;
};
/// By source zone, destination zone and family.
using Key = std::tuple<std::string, std::string, net::Family>;
using Picture = std::map<Key, std::vector<Traffic>>;

Services every_service() {
  Services all;
  for (unsigned protocol = 0; protocol <= 0xff; ++protocol) {
    const auto number = static_cast<std::uint8_t>(protocol);
    const bool selects = net::has_ports(number) || net::is_icmp(number);
    all.push_back({number, 0, selects ? kLastSelector : std::uint16_t{0}});
  }
  return all;
}

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

/// Whoever may send by `narrow` may send by `wide`: macs of none means any.
bool covers(const std::vector<net::Mac>& wide, const std::vector<net::Mac>& narrow) {
  return wide.empty() ||
         (!narrow.empty() && std::ranges::all_of(narrow, [&wide](const net::Mac& mac) {
           return std::ranges::find(wide, mac) != wide.end();
         }));
}

void add(Picture& picture, const Key& key, Traffic traffic) {
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

Picture picture_of(const Policy& policy, const Situation& situation) {
  Picture picture;
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
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

std::string list_of(const Ranges& ranges) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ranges.size(), kMostNamed); ++i) {
    text += (i == 0 ? "" : " ") + ranges[i].str();
  }
  return text + (ranges.size() > kMostNamed ? " …(" + std::to_string(ranges.size()) + ")" : "");
}

std::string list_of(const Services& services) {
  if (services == net::merged(every_service())) {
    return "*";
  }
  std::string text;
  for (const net::Service& service : services) {
    text += (text.empty() ? "" : " ") + service.str();
  }
  return text;
}

std::string sentence(const Key& key, const Traffic& traffic, const Product& piece) {
  const auto& src = std::get<0>(key);
  const auto& dst = std::get<1>(key);
  const auto side = [](const std::string& zone, bool any, const Ranges& whole,
                       const Ranges& ranges) {
    return any && ranges == whole ? zone : zone + " " + list_of(ranges);
  };
  std::string macs;
  for (const net::Mac& mac : traffic.from_macs) {
    macs += " " + mac.str();
  }
  return "'" + traffic.id + "': " + side(src, traffic.any_src, traffic.product.src, piece.src) +
         macs + " > " + side(dst, traffic.any_dst, traffic.product.dst, piece.dst) + ": " +
         list_of(piece.services);
}

/// What `here` has and `there` has not.
std::vector<std::string> beyond(const Picture& here, const Picture& there) {
  std::vector<std::string> sentences;
  for (const auto& [key, flows] : here) {
    const auto other = there.find(key);
    for (const Traffic& traffic : flows) {
      std::vector<Product> left{traffic.product};
      for (const Traffic& hole : other == there.end() ? std::vector<Traffic>{} : other->second) {
        if (!covers(hole.from_macs, traffic.from_macs) || !covers(hole.to_macs, traffic.to_macs)) {
          continue;
        }
        std::vector<Product> rest;
        for (const Product& piece : left) {
          subtract(piece, hole.product, rest);
        }
        left = std::move(rest);
        if (left.empty()) {
          break;
        }
      }
      for (const Product& piece : left) {
        std::string text = sentence(key, traffic, piece);
        if (std::ranges::find(sentences, text) == sentences.end()) {  // of the other family
          sentences.push_back(std::move(text));
        }
      }
    }
  }
  return sentences;
}

/// What a zone is beside its addresses, as one text.
std::string text_of(const Zone& zone) {
  std::string text{name_of(zone.zone_class)};
  for (const std::string& interface : zone.interfaces) {
    text += " " + interface;
  }
  for (const net::Prefix& network : zone.networks) {
    text += " " + network.str();
  }
  for (const net::Address& gateway : zone.gateways) {
    text += " via " + gateway.str();
  }
  return text;
}

std::string text_of(const Permit& permit, const Situation& situation) {
  std::string text = in_force(permit, situation) ? "" : "*";
  const auto end = end_of(permit, situation);
  return text + (end ? std::to_string(end->time_since_epoch().count()) : "-");
}

void compare_texts(const std::map<std::string, std::string>& before,
                   const std::map<std::string, std::string>& after, const Text& what,
                   const Text& changed, Language language, std::vector<std::string>& other) {
  const Text added{"追加", "added"};
  const Text removed{"削除", "removed"};
  const auto say = [&](const std::string& name, const Text& how) {
    other.push_back(std::string{what.in(language)} + " '" + name +
                    "': " + std::string{how.in(language)});
  };
  for (const auto& [name, text] : after) {
    const auto found = before.find(name);
    if (found == before.end()) {
      say(name, added);
    } else if (found->second != text) {
      say(name, changed);
    }
  }
  for (const auto& [name, text] : before) {
    if (!after.contains(name)) {
      say(name, removed);
    }
  }
}

}  // namespace

Changes changes(const Policy& before, const Policy& after, const Situation& situation,
                Language language) {
  const Picture old_picture = picture_of(before, situation);
  const Picture new_picture = picture_of(after, situation);
  Changes found;
  found.more = beyond(new_picture, old_picture);
  found.less = beyond(old_picture, new_picture);
  const auto zones = [](const Policy& policy) {
    std::map<std::string, std::string> texts;
    for (const Zone& zone : policy.zones()) {
      texts[zone.name] = text_of(zone);
    }
    return texts;
  };
  const auto permits = [&situation](const Policy& policy) {
    std::map<std::string, std::string> texts;
    for (const Permit& permit : policy.permits()) {
      texts[permit.id] = text_of(permit, situation);
    }
    return texts;
  };
  compare_texts(zones(before), zones(after), {"領域", "zone"}, {"変更", "changed"}, language,
                found.other);
  compare_texts(permits(before), permits(after), {"許可", "permit"}, {"期限の変更", "another end"},
                language, found.other);
  return found;
}

}  // namespace sekisho::policy
