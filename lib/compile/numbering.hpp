// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which number each zone and each permit version has: known ones again, new ones allotted.

#include "compile/compile.hpp"

#include <vector>

namespace sekisho::compile {

struct Allotted {
  Numbers numbers;
  std::vector<std::uint8_t> zones;     ///< by ZoneIndex
  std::vector<std::uint32_t> permits;  ///< by index in Policy::permits()
  std::vector<std::uint32_t> far;      ///< of exchanges, their far legs; 0 of others
  std::vector<std::uint32_t> intra;    ///< by ZoneIndex, for traffic inside the zone
};

[[nodiscard]] Allotted allot(const policy::Policy& policy, const Numbers& known);
/// The same, where little has changed since in less time.
[[nodiscard]] Allotted allot(const policy::Policy& policy, const Numbers& known, const Before& before);

}  // namespace sekisho::compile
