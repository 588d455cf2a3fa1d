// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// From one table to the next in one transaction that touches only what changed. Knows no policy
/// and no netlink.

#include "ruleset/batch.hpp"
#include "ruleset/ruleset.hpp"

#include <optional>

namespace sekisho::compile {

/// What turns `from` (nothing: no table yet) into `to`, in an order the kernel accepts; empty when
/// they are equal. Both are normalised, and `to` refers only to sets and chains it has. Elements
/// that both tables share are not compared. Base chains stay as they are, so that
/// their policy holds at every moment: one that vanishes or whose hook changes is a bug and throws
/// std::logic_error, as do tables of different names. Those of devices and of prerouting, which let pass nothing, come and go.
[[nodiscard]] ruleset::Batch difference(const std::optional<ruleset::Table>& from,
                                        const ruleset::Table& to);

}  // namespace sekisho::compile
