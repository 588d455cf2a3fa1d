// SPDX-License-Identifier: GPL-3.0-or-later
#include "pulse.hpp"

#include "messages.hpp"

namespace sekisho::daemon {

void tell_alive(const ipc::Channel& supervisor) {
  (void)supervisor.send(static_cast<std::uint16_t>(Type::Alive), {}, -1,
                        std::chrono::milliseconds{0});
}

EventLoop::Watching beat(EventLoop& loop, const ipc::Channel& supervisor) {
  return loop.every(kBeat, [&supervisor] { tell_alive(supervisor); });
}

}  // namespace sekisho::daemon
