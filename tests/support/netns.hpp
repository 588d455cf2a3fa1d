// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Throw-away network namespaces. Nothing has a name on the host: when the test process ends, the
/// kernel removes everything it made.

#include "base/unique_fd.hpp"

#include <functional>
#include <string>

namespace sekisho::testing {

class NetNs {
 public:
  /// A new namespace with loopback up. Throws where the machine refuses one.
  static NetNs create();

  /// Runs `body` on a thread that has entered this namespace, and waits for it.
  void run(const std::function<void()>& body) const;
  /// Runs a shell command inside; fails the test when it does not exit 0.
  void sh(const std::string& command) const;
  /// What the command prints; its exit code does not matter.
  [[nodiscard]] std::string output(const std::string& command) const;
  /// For "ip link set DEV netns PATH" and "nsenter --net=PATH".
  [[nodiscard]] std::string path() const;

 private:
  explicit NetNs(UniqueFd fd) : fd_{std::move(fd)} {}
  UniqueFd fd_;
};

/// True when namespaces can be made here (root or a user namespace).
[[nodiscard]] bool can_make_namespaces();

}  // namespace sekisho::testing
