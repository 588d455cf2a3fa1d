// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the daemon is started with. Fixed for its life; what reloads is policy::Policy.

#include "base/result.hpp"
#include "base/words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::daemon {

enum class LogTo : std::uint8_t { Journal, Console };

struct Startup {
  std::string config = "/etc/sekisho/sekisho.toml";
  std::string state_dir = "/var/lib/sekisho";
  std::string runtime_dir = "/run/sekisho";
  LogTo log = LogTo::Journal;
  Language language = Language::En;  ///< until a config has said one
};

struct CommandLine {
  enum class Wish : std::uint8_t { Run, Close, Help, Version };
  Wish wish = Wish::Run;
  Startup startup;
  std::string role;  ///< empty: the supervisor
};

/// Paths become absolute, so that a change of directory does not move them. Fails for what it does
/// not know.
[[nodiscard]] Result<CommandLine> read_command_line(const std::vector<std::string>& words);
[[nodiscard]] std::string usage();

}  // namespace sekisho::daemon
