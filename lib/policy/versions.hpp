// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What tells one version of a zone or a permit from another, as digests: they are equal as long as what they stand for
/// is. Knows nothing of what is made of them.

#include "base/sha256.hpp"

#include <chrono>
#include <vector>

namespace sekisho::policy {

struct PolicyParts;
class Policy;
struct ZoneRange;

struct Versions {
  std::vector<Digest> zones;    ///< addresses, interfaces, next hops, and whether traffic inside is allowed
  std::vector<Digest> permits;  ///< what a permit resolves to: ends, services, hardware addresses, interfaces, next hops
  std::vector<Digest> entries;  ///< that, and how it is named and when it holds
  std::vector<std::chrono::sys_seconds> turns;  ///< when permits begin and end by themselves, in order
};

/// The addresses of each zone.
[[nodiscard]] std::vector<Digest> spaces_of(std::size_t zones, const std::vector<ZoneRange>& flattened);
[[nodiscard]] Versions versions_of(const Policy& policy, const std::vector<Digest>& spaces);

}  // namespace sekisho::policy
