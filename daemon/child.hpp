// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One running role, seen from the supervisor.

#include "base/result.hpp"
#include "ipc/channel.hpp"
#include "options.hpp"

#include <sys/types.h>

#include <string_view>

namespace sekisho::daemon {

class Child {
 public:
  Child() = default;
  /// Runs this program again as `role`, with a channel to it and `own` (which stays the caller's)
  /// as its own descriptor.
  [[nodiscard]] static Result<Child> start(std::string_view role, const Startup& startup, int own);
  /// Ends it, when it still runs.
  ~Child() { end(); }
  Child(Child&& other) noexcept
      : pid_{std::exchange(other.pid_, 0)}, channel_{std::move(other.channel_)} {}
  Child& operator=(Child&& other) noexcept {
    if (this != &other) {
      end();
      pid_ = std::exchange(other.pid_, 0);
      channel_ = std::move(other.channel_);
    }
    return *this;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const ipc::Channel& channel() const noexcept { return channel_; }
  /// Its exit was collected.
  void ended() noexcept { pid_ = 0; }
  /// Kills it and collects it.
  void end() noexcept;
  /// Waits for it to exit by itself, at most about `milliseconds`; false when it still runs.
  [[nodiscard]] bool wait(int milliseconds) noexcept;

 private:
  pid_t pid_ = 0;
  ipc::Channel channel_;
};

}  // namespace sekisho::daemon
