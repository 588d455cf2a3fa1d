// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The privileged sockets of the mail relay, made here and handed on: no role that holds one could
/// have made it.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/address.hpp"

#include <cstdint>
#include <vector>

namespace sekisho::daemon {

/// Listeners of both families that take connections to any address, where these are diverted.
[[nodiscard]] Result<std::vector<UniqueFd>> relay_listeners();

/// Not connected; the rules let it go to the far side of the exchange that the mark stands for, and
/// nowhere else.
[[nodiscard]] Result<UniqueFd> far_socket(const net::Address& destination, std::uint32_t mark);

}  // namespace sekisho::daemon
