// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Starts a zygote: a program, its channel, and the word that it is confined.

#include "base/result.hpp"
#include "ipc/channel.hpp"
#include "jail/filter.hpp"

#include <sys/types.h>

#include <string>

namespace sekisho::jail {

/// A running zygote; it and all its workers are gone when this goes.
class Launched {
 public:
  /// Waits at most ten seconds for its word; the error is its own.
  [[nodiscard]] static Result<Launched> launch(const std::string& program, Kind kind);
  Launched(Launched&& other) noexcept;
  Launched& operator=(Launched&& other) noexcept;
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;
  ~Launched();

  [[nodiscard]] const ipc::Channel& channel() const { return channel_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  Launched(pid_t pid, ipc::Channel channel) : pid_{pid}, channel_{std::move(channel)} {}

  pid_t pid_ = -1;
  ipc::Channel channel_;
};

}  // namespace sekisho::jail
