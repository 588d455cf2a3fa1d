// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the service manager is told (sd_notify(3)); nothing where there is none.

#include <chrono>
#include <optional>
#include <string>

namespace sekisho::daemon {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_alive();
/// How often `notify_alive` must come; nothing when nobody waits for it.
[[nodiscard]] std::optional<std::chrono::milliseconds> alive_period();

}  // namespace sekisho::daemon
