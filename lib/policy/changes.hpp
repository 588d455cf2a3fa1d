// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What becomes possible and what stops between two policies, in words. Compares traffic, not
/// texts: a permit that goes while another covers it is no loss.

#include "policy/policy.hpp"
#include "policy/situation.hpp"

#include <string>
#include <vector>

namespace sekisho::policy {

struct Changes {
  std::vector<std::string> more;   ///< traffic that becomes permitted
  std::vector<std::string> less;   ///< traffic that is permitted no more
  std::vector<std::string> other;  ///< zones, ends of permits, and what is not in force
};

/// Both policies in the same situation, emergency cuts aside. Each sentence names a permit of the
/// policy that has the traffic.
[[nodiscard]] Changes changes(const Policy& before, const Policy& after, const Situation& situation,
                              Language language);

}  // namespace sekisho::policy
