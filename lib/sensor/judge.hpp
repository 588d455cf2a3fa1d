// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What must not be on a wire, found out frame by frame. Pure: frames and time come from the
/// caller, and whatever is sent, memory stays bounded.

#include "sensor/frame.hpp"
#include "sensor/knowledge.hpp"
#include "sensor/leak.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <vector>

namespace sekisho::sensor {

class Judge {
 public:
  /// Seconds of any clock that never goes back.
  using Time = std::chrono::seconds;
  /// Hosts that are remembered; the one that has been silent longest gives way.
  static constexpr std::size_t kMostHosts = 65536;
  /// A host that comes back to a zone within this time is in both.
  static constexpr Time kBothAtOnce = std::chrono::minutes{10};
  /// A DHCP server or router that has been silent so long has been replaced.
  static constexpr Time kReplaced = std::chrono::hours{24};

  explicit Judge(Knowledge knowledge);

  [[nodiscard]] const Knowledge& knowledge() const noexcept { return knowledge_; }
  /// What a frame that came in by `knowledge().wires[wire]` shows, each with its word and the
  /// frame's headers; nothing for most frames.
  [[nodiscard]] std::vector<nflog::Drop> see(std::size_t wire, const Sight& sight, Time now);

 private:
  struct Host {
    std::uint8_t zone = 0;
    Time seen{};
    std::uint8_t before = 0;  ///< the zone it was in last; 0 for none
    Time left{};
    std::list<net::Mac>::iterator place;  ///< in by_age_
  };
  struct Server {
    net::Mac mac;
    Time seen{};
  };
  struct Finding {
    Kind kind;
    std::uint8_t other_zone;
  };

  [[nodiscard]] std::vector<Finding> judge(const Wire& wire, const Sight& sight, Time now);
  void judge_address(const Wire& wire, const Sight& sight, std::vector<Finding>& found) const;
  void judge_host(const Wire& wire, const net::Mac& mac, Time now, std::vector<Finding>& found);
  /// Whether another one than the first speaks in that role.
  [[nodiscard]] bool is_second(std::uint8_t zone, const Sight& sight, Time now);
  [[nodiscard]] Host& host_of(const net::Mac& mac, std::uint8_t zone, Time now);

  Knowledge knowledge_;
  std::map<net::Mac, std::set<std::uint8_t>>
      own_;  ///< of the appliance, with the zones of its wires
  std::map<net::Mac, Host> hosts_;
  std::list<net::Mac> by_age_;  ///< the one seen last at the end
  std::map<std::pair<std::uint8_t, Sight::Role>, Server> servers_;
};

}  // namespace sekisho::sensor
