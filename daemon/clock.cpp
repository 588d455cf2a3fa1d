// SPDX-License-Identifier: GPL-3.0-or-later
#include "clock.hpp"

#include <array>
#include <ctime>
#include <utility>

namespace sekisho::daemon {
namespace {

using policy::Instant;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kStep{2};  ///< less is how a clock is kept right

}  // namespace

Clock::Reading Clock::read_machine() {
  timespec boot{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &boot);
  return {std::chrono::floor<seconds>(std::chrono::system_clock::now()),
          seconds{boot.tv_sec} + nanoseconds{boot.tv_nsec}};
}

Clock::Clock(Instant seen, Reading (*read)()) : read_{read}, seen_{seen}, at_{read().boot} {
  (void)now();
  leapt_ = false;
}

Instant Clock::now() {
  const Reading found = read_();
  const Instant expected = seen_ + std::chrono::floor<seconds>(found.boot - at_);
  leapt_ = leapt_ || found.wall > expected + kStep;
  behind_ = expected > found.wall + kStep ? expected - found.wall : seconds{0};
  if (found.wall >= expected) {
    seen_ = found.wall;
    at_ = found.boot;
  }
  return std::max(found.wall, expected);
}

bool Clock::take_leap() {
  return std::exchange(leapt_, false);
}

std::string utc_text(Instant instant) {
  const std::time_t time = std::chrono::system_clock::to_time_t(instant);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace sekisho::daemon
