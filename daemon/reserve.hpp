// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Room on the state dir's disk for what must be written even when the disk is full: an emergency
/// cut that would not outlive the daemon is none.

#include <string>

namespace sekisho::daemon {

class Reserve {
 public:
  explicit Reserve(const std::string& state_dir) : path_{state_dir + "/reserve"} {}

  /// Takes the room where there is some; to be repeated.
  void keep();
  /// Whether there was room to give up.
  [[nodiscard]] bool give_up();

 private:
  std::string path_;
  bool kept_ = false;
};

}  // namespace sekisho::daemon
