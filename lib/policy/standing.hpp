// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What operators have decided beside the config, and what must outlive the daemon: emergency cuts,
/// revocations, grants and requests for them. Knows no clock and no file.

#include "policy/policy.hpp"
#include "policy/situation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sekisho::policy {

/// Somebody who asked or approved. Two are the same when their numbers are.
struct Person {
  std::uint32_t uid = 0;
  std::string name;
  bool operator==(const Person&) const = default;
};

/// A permit that is in force until an instant, against `standby` or a revocation.
struct Grant {
  std::string digest;  ///< of the permit that was granted; another one is not
  Instant until;
  Person asked;
  Person approved;
  bool operator==(const Grant&) const = default;
};

/// A grant that waits for somebody else's approval.
struct GrantRequest {
  std::uint64_t number = 0;
  std::string permit;
  std::string digest;
  std::chrono::seconds duration{};  ///< from the approval on
  Person asked;
  Instant when;
  bool operator==(const GrantRequest&) const = default;
};

struct Standing {
  std::set<std::string> locked;                ///< zones, classes, or "all"
  std::map<std::string, std::string> revoked;  ///< permit id → digest of what was revoked
  std::map<std::string, Grant> granted;        ///< by permit id
  std::vector<GrantRequest> requests;          ///< ascending
  std::uint64_t last_request = 0;

  bool operator==(const Standing&) const = default;
};

inline constexpr std::string_view kEverything = "all";
/// How long a request waits for its approval.
inline constexpr std::chrono::hours kRequestsWait{7 * 24};

/// A permit as it was written, its place and purpose aside: a revocation and a grant hold for this
/// and for no changed one.
[[nodiscard]] std::string digest_of(const Policy& policy, const Permit& permit);

/// The zones that a name of a lockdown means: one zone, those of a class, all; none for a name that
/// means nothing in this policy.
[[nodiscard]] std::set<ZoneIndex> zones_meant(const Policy& policy, const std::string& name);

/// What holds for `policy` at `now`.
[[nodiscard]] Situation situation_of(const Policy& policy, const Standing& standing, Instant now);

/// Without grants whose time is over and requests that have waited too long.
[[nodiscard]] Standing without_the_past(Standing standing, Instant now);

}  // namespace sekisho::policy
