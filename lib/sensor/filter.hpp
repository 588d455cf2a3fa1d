// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which frames of a busy wire the kernel hands to a sensor at all, in libpcap's filter language,
/// and when a wire is busy. Pure.

#include "sensor/knowledge.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace sekisho::sensor {

/// More networks than this make no filter; then unicast packets of a busy wire are not looked at,
/// which a forwarding appliance judges anyway.
inline constexpr std::size_t kMostNetworks = 256;

/// What may show something that must not be there: ARP, neighbour discovery and router
/// advertisements, answers of DHCP servers, beginnings of TCP connections (for the hardware
/// addresses), tags, and IP packets whose source is not of the wire's zone.
[[nodiscard]] std::string narrow_filter(const Knowledge& knowledge, std::uint8_t zone);

/// How much of a wire is looked at: everything while it is quiet, so that no host stays unknown;
/// what the narrow filter lets through while it is busy; nothing for the rest of a second that has
/// brought too much even so.
class Pace {
 public:
  using Time = std::chrono::seconds;
  enum class Mode : std::uint8_t { Wide, Narrow, Deaf };

  static constexpr std::size_t kBusy = 5'000;      ///< frames in a second
  static constexpr std::size_t kTooMuch = 20'000;  ///< of those that the narrow filter lets through
  static constexpr Time kBusyFor{10};              ///< until it is tried with all frames again

  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  /// Frames have come, or only time has passed; the mode to go on with.
  Mode count(std::size_t frames, Time now);

 private:
  Mode mode_ = Mode::Wide;
  Time second_{};
  std::size_t frames_ = 0;  ///< in that second
  Time narrowed_{};
};

}  // namespace sekisho::sensor
