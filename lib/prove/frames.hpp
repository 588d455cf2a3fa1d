// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Whether the wires take what they may take.

#include "prove/judge.hpp"

#include <string>

namespace sekisho::prove {

struct FrameFault {
  std::string wire;
  Fault fault;
};

/// `table` may be null.
[[nodiscard]] std::optional<FrameFault> frame_fault(const ruleset::Table* table, Charter& charter,
                                                    Sets& sets, Pool& pool);

}  // namespace sekisho::prove
