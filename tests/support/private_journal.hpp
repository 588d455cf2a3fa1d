// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A systemd-journald of the test's own, in a mount namespace of its own: the host's journal sees
/// nothing of it.

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace sekisho::testing {

class PrivateJournal {
 public:
  /// Why no journald can run here; empty when one can. For GTEST_SKIP.
  [[nodiscard]] static std::string obstacle();

  /// Starts it and waits until it takes entries; throws when it does not.
  PrivateJournal();
  /// Ends it and removes its directory.
  ~PrivateJournal();
  PrivateJournal(const PrivateJournal&) = delete;
  PrivateJournal& operator=(const PrivateJournal&) = delete;

  /// Where it takes entries, as seen from the host. The same after a stop and a start.
  [[nodiscard]] std::string socket() const { return directory_ + "/run/journal/socket"; }
  /// For "nsenter --mount=PATH": there its socket lies where programs look for one.
  [[nodiscard]] std::string mount_namespace() const;

  /// What `journalctl -o json --all ARGUMENTS` prints of it: one object a line, oldest first.
  [[nodiscard]] std::string journalctl(const std::string& arguments = "") const;
  using Fields = std::map<std::string, std::string>;
  /// The same as values, without the fields that journald adds (`_…`). Bytes that journalctl prints
  /// as numbers are bytes again.
  [[nodiscard]] std::vector<Fields> entries(const std::string& arguments = "") const;

  /// SIGTERM, then again with the entries it had.
  void stop();
  void start();
  /// SIGSTOP: its socket is there, but nobody takes from it.
  void pause() const;
  void resume() const;

 private:
  std::string directory_;
  UniqueFd namespace_;
  pid_t pid_ = 0;
};

}  // namespace sekisho::testing
