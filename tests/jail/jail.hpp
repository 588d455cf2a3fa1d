// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Jobs for workers of the release build, whose jail is the one that people use.

#include "jail/pool.hpp"

#include <string>

namespace sekisho::testing {

extern const std::string kHostile;
extern const std::string kWorker;

/// 256 MiB, 30 seconds, a mebibyte of content.
[[nodiscard]] jail::Bounds modest();

/// Throws where there is no jail.
[[nodiscard]] jail::Pool open_pool(const std::string& program, std::size_t spares = 1);

/// Waits for the end of this job; others' are lost.
[[nodiscard]] jail::Outcome wait_for(jail::Pool& pool, std::uint64_t job);
[[nodiscard]] jail::Outcome run(jail::Pool& pool, const std::string& order,
                                const jail::Bounds& bounds = modest(),
                                const std::string& item = "item");

/// "killed by signal 31 …", "died: …", "out of time", or "answered TEXT".
[[nodiscard]] std::string told(const jail::Outcome& outcome);

}  // namespace sekisho::testing
