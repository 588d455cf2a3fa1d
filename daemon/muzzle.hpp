// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A process that reads from sockets which could also send: taking that from it.

#include "base/result.hpp"

#include <span>

namespace sekisho::daemon {

/// From now on and for good, this process sends by `channels` alone: any other way to send, by
/// `handles` or another descriptor made of one, ends it (SIGSYS). Wants no_new_privs. Other files
/// and sockets stay usable for what they are.
[[nodiscard]] Result<> muzzle(std::span<const int> channels, std::span<const int> handles);

}  // namespace sekisho::daemon
