// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/judge.hpp"

#include <algorithm>

namespace sekisho::sensor {
namespace {

/// Whether a hardware address stands for one host: groups do not, nor does the address that routers
/// share by VRRP, which each wire may have once (RFC 9568).
bool is_of_a_host(const net::Mac& mac) {
  constexpr std::array<std::uint8_t, 4> kVirtualRouter{0x00, 0x00, 0x5e, 0x00};
  const auto& bytes = mac.bytes();
  const bool group = (bytes[0] & 1U) != 0;
  const bool shared = std::equal(kVirtualRouter.begin(), kVirtualRouter.end(), bytes.begin()) &&
                      (bytes[4] == 1 || bytes[4] == 2);
  return !group && !shared && mac != net::Mac{};
}

}  // namespace

Judge::Judge(Knowledge knowledge) : knowledge_{std::move(knowledge)} {
  for (const Wire& wire : knowledge_.wires) {
    own_[wire.own].insert(wire.zone);
  }
}

std::vector<nflog::Drop> Judge::see(std::size_t wire, const Sight& sight, Time now) {
  const Wire& at = knowledge_.wires.at(wire);
  std::vector<nflog::Drop> drops;
  for (const Finding& finding : judge(at, sight, now)) {
    nflog::Drop drop = sight.headers;
    drop.word = leak_word(finding.kind, sight.arp, at.zone, finding.other_zone);
    drop.in = at.index;
    drop.src = sight.claimed.value_or(drop.src);
    drops.push_back(drop);
  }
  return drops;
}

std::vector<Judge::Finding> Judge::judge(const Wire& wire, const Sight& sight, Time now) {
  std::vector<Finding> found;
  if (sight.tagged) {
    found.push_back({Kind::Tagged, 0});
  }
  judge_address(wire, sight, found);
  judge_host(wire, sight.sender, now, found);
  if (sight.role != Sight::Role::Any && is_second(wire.zone, sight, now)) {
    found.push_back({sight.role == Sight::Role::Router ? Kind::SecondRouter : Kind::SecondDhcp, 0});
  }
  return found;
}

void Judge::judge_address(const Wire& wire, const Sight& sight, std::vector<Finding>& found) const {
  if (!sight.claimed) {
    return;
  }
  const std::uint8_t zone = knowledge_.zone_of(*sight.claimed);
  if (zone != 0 && zone != wire.zone) {
    found.push_back({Kind::ForeignAddress, zone});
  }
  if (std::ranges::find(wire.addresses, *sight.claimed) != wire.addresses.end() &&
      sight.sender != wire.own) {
    found.push_back({Kind::ClaimedAddress, wire.zone});
  }
}

void Judge::judge_host(const Wire& wire, const net::Mac& mac, Time now,
                       std::vector<Finding>& found) {
  if (const auto own = own_.find(mac); own != own_.end()) {
    if (!own->second.contains(wire.zone)) {
      found.push_back({Kind::Loop, *own->second.begin()});
    }
    return;
  }
  if (!is_of_a_host(mac)) {
    return;
  }
  Host& host = host_of(mac, wire.zone, now);
  if (host.zone != wire.zone) {
    const bool both = host.before == wire.zone && now - host.left <= kBothAtOnce;
    found.push_back({both ? Kind::DualHomed : Kind::Moved, host.zone});
    host.before = host.zone;
    host.left = host.seen;
    host.zone = wire.zone;
  }
  host.seen = now;
}

Judge::Host& Judge::host_of(const net::Mac& mac, std::uint8_t zone, Time now) {
  if (const auto known = hosts_.find(mac); known != hosts_.end()) {
    by_age_.splice(by_age_.end(), by_age_, known->second.place);
    return known->second;
  }
  if (hosts_.size() >= kMostHosts) {
    hosts_.erase(by_age_.front());
    by_age_.pop_front();
  }
  const auto place = by_age_.insert(by_age_.end(), mac);
  return hosts_.emplace(mac, Host{zone, now, 0, {}, place}).first->second;
}

bool Judge::is_second(std::uint8_t zone, const Sight& sight, Time now) {
  Server& first = servers_.try_emplace({zone, sight.role}, Server{sight.sender, now}).first->second;
  if (now - first.seen > kReplaced) {
    first.mac = sight.sender;
  }
  if (first.mac != sight.sender) {
    return true;
  }
  first.seen = now;
  return false;
}

}  // namespace sekisho::sensor
