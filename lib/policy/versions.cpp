// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/versions.hpp"

#include "base/bytes.hpp"
#include "policy/policy.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

void put(Writer& into, const net::Address& address) {
  into.u8(static_cast<std::uint8_t>(address.family()));
  into.raw(as_text(address.bytes()));
}

void put(Writer& into, const std::vector<net::Range>& ranges) {
  into.u32(static_cast<std::uint32_t>(ranges.size()));
  for (const net::Range& range : ranges) {
    put(into, range.first);
    put(into, range.last);
  }
}

void put(Writer& into, const Digest& digest) {
  into.raw(as_text(digest));
}

void put(Writer& into, const std::optional<Instant>& instant) {
  into.u8(instant ? 1 : 0);
  into.u64(instant ? static_cast<std::uint64_t>(instant->time_since_epoch().count()) : 0);
}

/// How a zone is reached. Its name stands for its number, which it keeps.
void put_doors(Writer& into, const Zone& zone) {
  into.text(zone.name);
  into.u8(zone.intra_zone_allow ? 1 : 0);
  into.u32(static_cast<std::uint32_t>(zone.interfaces.size()));
  for (const std::string& interface : zone.interfaces) {
    into.text(interface);
  }
  into.u32(static_cast<std::uint32_t>(zone.gateways.size()));
  for (const net::Address& gateway : zone.gateways) {
    put(into, gateway);
  }
}

class Writing {
 public:
  Writing(const Policy& policy, const std::vector<Digest>& spaces) : policy_{policy}, spaces_{spaces} {}

  Digest of_zone(ZoneIndex index) {
    Writer text;
    text.text("zone");
    put(text, spaces_[index]);
    put_doors(text, policy_.zones()[index]);
    return sha256_.of(text.bytes());
  }

  Digest of_permit(const Permit& permit) {
    Writer text;
    text.text("permit");
    text.u8(static_cast<std::uint8_t>(permit.kind));
    put_end(text, permit.from);
    put_end(text, permit.to);
    text.u32(static_cast<std::uint32_t>(permit.services.size()));
    for (const net::Service& service : permit.services) {
      text.u8(service.protocol);
      text.u16(service.first);
      text.u16(service.last);
    }
    return sha256_.of(text.bytes());
  }

  Digest of_entry(const Permit& permit, const Digest& version) {
    Writer text;
    text.text(permit.id);
    put(text, version);
    put(text, permit.valid_from);
    put(text, permit.valid_until);
    text.u8(permit.standby ? 1 : 0);
    return sha256_.of(text.bytes());
  }

 private:
  void put_end(Writer& text, const End& end) {
    text.u8(end.zone ? 1 : 0);
    if (!end.zone) {  // the management networks
      text.u32(static_cast<std::uint32_t>(end.hosts.size()));
      for (const net::Prefix& host : end.hosts) {
        put(text, host.address());
        text.u8(static_cast<std::uint8_t>(host.length()));
      }
      return;
    }
    put_doors(text, policy_.zones()[*end.zone]);
    text.u8(end.whole_zone() ? 1 : 0);
    if (end.whole_zone()) {
      put(text, spaces_[*end.zone]);
    } else {
      for (const net::Family family : net::kFamilies) {
        put(text, policy_.addresses_of(end, family));
      }
    }
    text.u32(static_cast<std::uint32_t>(end.macs.size()));
    for (const net::Mac& mac : end.macs) {
      text.raw(as_text(mac.bytes()));
    }
  }

  const Policy& policy_;
  const std::vector<Digest>& spaces_;
  Sha256 sha256_;
};

}  // namespace

std::vector<Digest> spaces_of(std::size_t zones, const std::vector<ZoneRange>& flattened) {
  std::vector<Writer> texts(zones);
  for (const ZoneRange& part : flattened) {
    put(texts[part.zone], part.range.first);
    put(texts[part.zone], part.range.last);
  }
  std::vector<Digest> spaces;
  Sha256 sha256;
  for (const Writer& text : texts) {
    spaces.push_back(sha256.of(text.bytes()));
  }
  return spaces;
}

Versions versions_of(const Policy& policy, const std::vector<Digest>& spaces) {
  Versions made;
  Writing writing{policy, spaces};
  for (ZoneIndex i = 0; i < policy.zones().size(); ++i) {
    made.zones.push_back(writing.of_zone(i));
  }
  for (const Permit& permit : policy.permits()) {
    made.permits.push_back(writing.of_permit(permit));
    made.entries.push_back(writing.of_entry(permit, made.permits.back()));
    for (const auto& turn : {permit.valid_from, permit.valid_until}) {
      if (turn) {
        made.turns.push_back(*turn);
      }
    }
  }
  std::ranges::sort(made.turns);
  return made;
}

}  // namespace sekisho::policy
