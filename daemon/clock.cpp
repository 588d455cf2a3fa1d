// SPDX-License-Identifier: GPL-3.0-or-later
#include "clock.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace sekisho::daemon {

policy::Instant now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string utc_text(policy::Instant instant) {
  const std::time_t time = std::chrono::system_clock::to_time_t(instant);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace sekisho::daemon
