// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the kernel says of processes, for looking at a jail from outside.

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace sekisho::testing {

/// Lines of /proc/PID/status by their names.
[[nodiscard]] std::map<std::string, std::string> status_of(pid_t pid);
/// The hard limit in /proc/PID/limits, as it stands there.
[[nodiscard]] std::string limit_of(pid_t pid, const std::string& name);
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);
/// "net:[4026531840]"
[[nodiscard]] std::string namespace_of(pid_t pid, const std::string& kind);

/// A process that one can wait for although it is nobody's child here.
class Watched {
 public:
  explicit Watched(pid_t pid);
  /// Whether it is gone, or goes within ten seconds.
  [[nodiscard]] bool ends() const;

 private:
  UniqueFd fd_;
};

}  // namespace sekisho::testing
