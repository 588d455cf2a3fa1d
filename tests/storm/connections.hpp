// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A namespace's connection table, filled to the brim with connections that the kernel gives up for
/// no other.

#include "support/netns.hpp"

#include <cstddef>

namespace sekisho::testing {

/// Until the kernel takes no more; how many it took.
std::size_t fill_connections(const NetNs& ns);
/// Forgets all there are.
void forget_connections(const NetNs& ns);

}  // namespace sekisho::testing
