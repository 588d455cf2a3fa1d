// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/numbering.hpp"

#include "base/sha256.hpp"

#include <stdexcept>

namespace sekisho::compile {
namespace {

using policy::Policy;
using policy::ZoneIndex;

/// Everything of a zone that decides what its packets are: who has an address, by which interface, by which next hop.
std::string zone_version(const Policy& policy, ZoneIndex index, std::uint8_t number) {
  std::string text = "zone " + std::to_string(number);
  for (const Policy::ZoneRange& range : policy.flattened()) {
    if (range.zone == index) {
      text += ' ' + range.range.str();
    }
  }
  return sha256(text);
}

std::string doors(const policy::Zone& zone, std::uint8_t number) {
  std::string text = " zone " + std::to_string(number) + (zone.intra_zone_allow ? " open" : " shut");
  for (const std::string& interface : zone.interfaces) {
    text += ' ' + interface;
  }
  for (const net::Address& gateway : zone.gateways) {
    text += " via " + gateway.str();
  }
  return text;
}

class Versions {
 public:
  Versions(const Policy& policy, const std::vector<std::uint8_t>& zones) : policy_{policy}, zones_{zones} {
    for (ZoneIndex i = 0; i < policy.zones().size(); ++i) {
      whole_.push_back(zone_version(policy, i, zones[i]));
    }
  }

  [[nodiscard]] std::string of_zone(ZoneIndex zone) const {
    return sha256("intra " + whole_[zone] + doors(policy_.zones()[zone], zones_[zone]));
  }

  [[nodiscard]] std::string of_permit(const policy::Permit& permit) const {
    std::string text = std::to_string(static_cast<int>(permit.kind)) + of_end(permit.from) + of_end(permit.to);
    for (const net::Service& service : permit.services) {
      text += ' ' + service.str();
    }
    return sha256(text);
  }

 private:
  [[nodiscard]] std::string of_end(const policy::End& end) const {
    if (!end.zone) {
      std::string text = " management";
      for (const net::Prefix& host : end.hosts) {
        text += ' ' + host.str();
      }
      return text;
    }
    std::string text = doors(policy_.zones()[*end.zone], zones_[*end.zone]);
    if (end.whole_zone()) {
      text += ' ' + whole_[*end.zone];
    } else {
      for (const net::Family family : net::kFamilies) {
        for (const net::Range& range : policy_.addresses_of(end, family)) {
          text += ' ' + range.str();
        }
      }
    }
    for (const net::Mac& mac : end.macs) {
      text += ' ' + mac.str();
    }
    return text;
  }

  const Policy& policy_;
  const std::vector<std::uint8_t>& zones_;
  std::vector<std::string> whole_;
};

std::uint8_t zone_number(Numbers& numbers, const std::string& name) {
  const auto known = numbers.zones.find(name);
  if (known != numbers.zones.end()) {
    return known->second;
  }
  std::uint8_t next = 1;
  for (const auto& [_, number] : numbers.zones) {
    next = std::max(next, static_cast<std::uint8_t>(number + 1));
  }
  if (next == 255) {
    throw std::length_error{"more than 254 zones were ever named"};
  }
  numbers.zones.emplace(name, next);
  return next;
}

std::uint32_t permit_number(Numbers& numbers, const std::string& version) {
  const auto [at, added] = numbers.permits.try_emplace(version, numbers.next_permit);
  if (added) {
    ++numbers.next_permit;
  }
  return at->second;
}

}  // namespace

Allotted allot(const Policy& policy, const Numbers& known) {
  Allotted made{known, {}, {}, {}};
  for (const policy::Zone& zone : policy.zones()) {
    made.zones.push_back(zone_number(made.numbers, zone.name));
  }
  const Versions versions{policy, made.zones};
  // twins (two permits that resolve to the same) must still be told apart
  std::map<std::string, int> twins;
  for (const policy::Permit& permit : policy.permits()) {
    std::string version = versions.of_permit(permit);
    if (const int twin = twins[version]++; twin > 0) {
      version += '#' + std::to_string(twin);
    }
    made.permits.push_back(permit_number(made.numbers, version));
  }
  for (ZoneIndex i = 0; i < policy.zones().size(); ++i) {
    made.intra.push_back(permit_number(made.numbers, versions.of_zone(i)));
  }
  return made;
}

}  // namespace sekisho::compile
