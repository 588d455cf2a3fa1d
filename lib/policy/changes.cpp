// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/changes.hpp"

#include "policy/traffic.hpp"

#include <algorithm>
#include <map>

namespace sekisho::policy {
namespace {

constexpr std::size_t kMostNamed = 3;

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

std::string sentence(const TrafficKey& key, const Traffic& traffic, const Product& piece) {
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
      std::vector<Product> holes;
      for (const Traffic& hole : other == there.end() ? std::vector<Traffic>{} : other->second) {
        if (covers(hole.from_macs, traffic.from_macs) && covers(hole.to_macs, traffic.to_macs)) {
          holes.push_back(hole.product);
        }
      }
      for (const Product& piece : without(traffic.product, holes)) {
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

Changes changes(const Policy& before, const Policy& after, const Situation& in_situation,
                Language language) {
  Situation situation = in_situation;
  situation.locked.clear();
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
