// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Policy routing for what is diverted to a listener here: packets with the mark are the
/// appliance's own, whatever their address. In the calling thread's network namespace.

#include "base/result.hpp"

#include <cstdint>

namespace sekisho::kernel {

/// A rule per family, "fwmark MARK lookup TABLE", and in that table one local route for every
/// address. What is there already stays.
[[nodiscard]] Result<> route_marked_here(std::uint32_t mark, std::uint32_t table);

}  // namespace sekisho::kernel
