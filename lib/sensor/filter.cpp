// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/filter.hpp"

#include <optional>
#include <vector>

namespace sekisho::sensor {
namespace {

/// The range in as few networks as possible.
std::vector<net::Prefix> networks_of(const net::Range& range) {
  std::vector<net::Prefix> networks;
  std::optional<net::Address> first = range.first;
  while (first && *first <= range.last) {
    unsigned length = 0;
    net::Prefix network{*first, length};
    while (network.address() != *first || network.range().last > range.last) {
      network = net::Prefix{*first, ++length};
    }
    networks.push_back(network);
    first = network.range().last.next();
  }
  return networks;
}

/// Nothing for more networks than a filter can hold.
std::optional<std::vector<net::Prefix>> networks_of(const Knowledge& knowledge, std::uint8_t zone) {
  std::vector<net::Prefix> all;
  for (const Part& part : knowledge.parts) {
    if (part.zone != zone) {
      continue;
    }
    const auto more = networks_of(part.range);
    all.insert(all.end(), more.begin(), more.end());
    if (all.size() > kMostNetworks) {
      return std::nullopt;
    }
  }
  return all;
}

std::string foreign_packets(const std::vector<net::Prefix>& own, net::Family family) {
  std::string sources = family == net::Family::V6 ? "src net fe80::/10" : "";
  for (const net::Prefix& network : own) {
    if (network.family() == family) {
      sources += (sources.empty() ? "src net " : " or src net ") + network.address().str() + "/" +
                 std::to_string(network.length());
    }
  }
  const std::string packets = family == net::Family::V6 ? "ip6" : "ip";
  return sources.empty() ? packets : "(" + packets + " and not (" + sources + "))";
}

}  // namespace

std::string narrow_filter(const Knowledge& knowledge, std::uint8_t zone) {
  const auto own = networks_of(knowledge, zone);
  const std::string foreign =
      own ? foreign_packets(*own, net::Family::V4) + " or " + foreign_packets(*own, net::Family::V6)
          : "(ether multicast and (ip or ip6))";
  // in that order: behind "vlan" everything is read as the content of a tagged frame
  return "arp or (icmp6 and ip6[40] >= 133 and ip6[40] <= 136) or udp src port 67 or "
         "udp src port 547 or tcp[tcpflags] & tcp-syn != 0 or (ip6[6] = 6 and ip6[53] & 2 != 0) "
         "or " +
         foreign + " or vlan";
}

Pace::Mode Pace::count(std::size_t frames, Time now) {
  if (now != second_) {
    second_ = now;
    frames_ = 0;
    mode_ = mode_ == Mode::Deaf ? Mode::Narrow : mode_;
    mode_ = mode_ == Mode::Narrow && now - narrowed_ >= kBusyFor ? Mode::Wide : mode_;
  }
  frames_ += frames;
  if (mode_ == Mode::Wide && frames_ > kBusy) {
    mode_ = Mode::Narrow;
    narrowed_ = now;
    frames_ = 0;
  } else if (mode_ == Mode::Narrow && frames_ > kTooMuch) {
    mode_ = Mode::Deaf;
  }
  return mode_;
}

}  // namespace sekisho::sensor
