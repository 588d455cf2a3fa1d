// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Confinement in numbered steps, each of which must succeed: what fails says so and nothing is
/// parsed. Knows nothing of items.

#include "base/result.hpp"
#include "jail/filter.hpp"

#include <cstdint>

namespace sekisho::jail {

/// What a worker's process may use.
struct Share {
  std::uint64_t memory = 0;   ///< bytes of address space, what it began with included
  std::uint32_t seconds = 0;  ///< of the processor
};

/// Steps 1 to 12, once, in a program just started that keeps nothing but the descriptor `kept` (and
/// 0 to 2, which lead nowhere afterwards). It returns in a new process that is the first of its pid
/// namespace, has an empty root and no powers; the one that called waits for it and ends with it.
/// Errors read "step 4, namespaces: …".
[[nodiscard]] Result<> confine_zygote(Kind kind, int kept);

/// Steps 13 and 14, in a child of the zygote, before it sees content.
[[nodiscard]] Result<> confine_worker(const Share& share, const Filter& filter);

}  // namespace sekisho::jail
