// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A flood of UDP packets from behind one wire, as many as asked for or as the machine gives, of as
/// many flows: whole frames, so that nothing of the sender's own stack slows them down.

#include "base/unique_fd.hpp"
#include "support/netns.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace sekisho::testing {

class Flood {
 public:
  struct Way {
    const NetNs& from;  ///< by its eth0
    const NetNs& appliance;
    std::string interface;  ///< of the appliance, where the wire ends
    std::string source;     ///< IPv4, of the first flows; the last byte counts up from there
    std::string destination;
  };
  struct Measure {
    int packets_per_second = 0;  ///< 0: as many as the machine gives
    std::uint32_t flows = 1;     ///< told apart by destination port, then by source
  };

  /// Sends from now on.
  Flood(const Way& way, Measure measure);
  ~Flood();
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void stop();
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  static constexpr std::size_t kFrame = 60;
  using Frame = std::array<std::uint8_t, kFrame>;

  void send();
  void turn(Frame& frame, std::uint32_t flow) const;

  Measure measure_;
  Frame first_{};
  UniqueFd socket_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace sekisho::testing
