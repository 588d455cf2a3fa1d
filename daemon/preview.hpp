// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which live connections end with a change of policy: those whose permit is not live any more and
/// that no other permit takes over. Asks the kernel, changes nothing.

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "kernel/connections.hpp"
#include "policy/situation.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sekisho::daemon {

struct Preview {
  struct Ending {
    kernel::Connection connection;
    std::string permit;  ///< by which it lives now; "intra_zone" inside a zone
  };
  std::vector<Ending> ending;  ///< the first hundred
  std::uint64_t total = 0;
  bool complete = true;  ///< false: there were too many to judge each, and total is a lower bound
};

/// What would be in force.
struct Prospect {
  const policy::Policy& policy;
  const policy::Situation& situation;
  const compile::Numbers& numbers;  ///< as they stand now
};

[[nodiscard]] Result<Preview> preview_of(const compile::Compiled& now, const Prospect& next);

/// {"connections":[{"proto","src","sport","dst","dport","permit"}],"connections_total",
/// "connections_complete"}; ports are null where the protocol has none.
[[nodiscard]] std::string preview_json(const Preview& preview);

}  // namespace sekisho::daemon
