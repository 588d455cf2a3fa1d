// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace sekisho::daemon {

void notify_ready(const std::string& status) {
  (void)sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void notify_reloading() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto micros = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  (void)sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros)).c_str());
}

void notify_stopping() {
  (void)sd_notify(0, "STOPPING=1");
}
void notify_alive() {
  (void)sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::milliseconds> alive_period() {
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) <= 0) {
    return std::nullopt;
  }
  return std::chrono::milliseconds{static_cast<long long>(micros / 2000)};
}

}  // namespace sekisho::daemon
