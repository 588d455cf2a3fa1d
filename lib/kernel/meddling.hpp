// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What somebody has done to an interface that takes its packets past the rules: a bridge or
/// another master, a device on top of it, an XDP program, a traffic control hook, a routing rule.
/// Looks at the calling thread's network namespace; decides nothing.

#include "base/result.hpp"

#include <compare>
#include <string>
#include <vector>

namespace sekisho::kernel {

struct Meddling {
  std::string interface;
  std::string what;  ///< "it is a port of 'br0'", …
  auto operator<=>(const Meddling&) const = default;
};

/// Everything of the kind that concerns one of `interfaces`, which may themselves lie on one
/// another; sorted. Interfaces that are not there concern nobody.
[[nodiscard]] Result<std::vector<Meddling>> meddling(const std::vector<std::string>& interfaces);

}  // namespace sekisho::kernel
