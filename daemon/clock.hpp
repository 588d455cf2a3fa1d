// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The time of day as the supervisor needs it: it never goes back, so that a clock that is set back
/// revives nothing.

#include "policy/policy.hpp"

#include <chrono>
#include <string>

namespace sekisho::daemon {

class Clock {
 public:
  struct Reading {
    policy::Instant wall;           ///< what can be set
    std::chrono::nanoseconds boot;  ///< since the machine began, sleep included; nobody sets it
  };

  /// Nothing before `seen` is ever said.
  explicit Clock(policy::Instant seen, Reading (*read)() = read_machine);

  /// The clock's time, or the latest that was said, aged by what has passed since, where that is
  /// later.
  [[nodiscard]] policy::Instant now();
  /// How far the machine's clock stands behind what was said last.
  [[nodiscard]] std::chrono::seconds behind() const { return behind_; }
  /// The machine's clock was set forward, and nobody has taken it into account yet.
  [[nodiscard]] bool leapt() const { return leapt_; }
  /// The same, and it is taken into account now.
  [[nodiscard]] bool take_leap();

 private:
  [[nodiscard]] static Reading read_machine();

  Reading (*read_)();
  policy::Instant seen_;
  std::chrono::nanoseconds at_;  ///< when `seen_` was said
  std::chrono::seconds behind_{0};
  bool leapt_ = false;
};

/// "2026-04-01T00:00:00Z"
[[nodiscard]] std::string utc_text(policy::Instant instant);

}  // namespace sekisho::daemon
