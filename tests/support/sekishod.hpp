// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The daemon as its users have it: a process in a namespace, its directories, its records, and the
/// operator's tool.

#include "base/unique_fd.hpp"
#include "support/netns.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::testing {

struct Ran {
  int exit_code = -1;
  std::string out;
};

/// Polls until `holds`; false after `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& holds,
                              std::chrono::milliseconds limit = std::chrono::seconds{10});

/// The directory in which this build's programs are.
[[nodiscard]] std::string built_programs();

class Sekishod {
 public:
  /// Directories of its own below the system's temporary one, removed at the end. Programs are
  /// taken from `bin`.
  Sekishod(const NetNs& appliance, std::string bin);
  ~Sekishod();
  Sekishod(const Sekishod&) = delete;
  Sekishod& operator=(const Sekishod&) = delete;

  void write_config(const std::string& text) const;
  /// Starts it with records on stderr, by the command `before` where one is given; returns without
  /// waiting.
  void start(const std::vector<std::string>& before = {});
  /// Waits for READY=1 (sd_notify); false when it has not come in time or the process has ended.
  [[nodiscard]] bool ready();
  /// Waits for a message to the service manager (sd_notify) with this text in it; false when none
  /// has come in time or the process has ended.
  [[nodiscard]] bool notified(const std::string& text,
                              std::chrono::milliseconds limit = std::chrono::seconds{20});
  /// SIGHUP, then READY=1 again.
  [[nodiscard]] bool reload();
  /// SIGTERM; the exit code.
  int stop();
  /// SIGKILL to the supervisor.
  void kill();
  /// Waits for it to end by itself; the exit code.
  int wait();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// sekishoctl with --runtime-dir; stdout and the exit code.
  [[nodiscard]] Ran ctl(const std::string& arguments) const;
  /// `apply` of this text.
  [[nodiscard]] Ran apply(const std::string& text) const;
  /// What it has written to stderr: JSON lines.
  [[nodiscard]] std::string log() const;
  using Record = std::map<std::string, std::string>;
  /// Every record so far, in order.
  [[nodiscard]] std::vector<Record> records() const;
  /// The value of `field` in each record whose SEKISHO_EVENT is `event`, in order.
  [[nodiscard]] std::vector<std::string> recorded(const std::string& event,
                                                  const std::string& field) const;
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  std::string bin_;
  std::string directory_;
  std::string netns_;
  UniqueFd notified_;
  pid_t pid_ = 0;
};

}  // namespace sekisho::testing
