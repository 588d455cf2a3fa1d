// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// How the supervisor knows that a role still works off what comes to it: a word once a second, out
/// of the role's own loop.

#include "event_loop.hpp"
#include "ipc/channel.hpp"

#include <chrono>

namespace sekisho::daemon {

inline constexpr std::chrono::milliseconds kBeat{1000};
/// Beats without a word from a role after which it is taken to hang: longer than a slow disk takes.
inline constexpr int kMostSilent = 10;

/// Sends the word, from within what takes long; never waits.
void tell_alive(const ipc::Channel& supervisor);
/// Sends the word for as long as what it returns lives. Both must outlive that.
[[nodiscard]] EventLoop::Watching beat(EventLoop& loop, const ipc::Channel& supervisor);

}  // namespace sekisho::daemon
