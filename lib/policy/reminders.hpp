// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which permits' ends come near, and which reviews are overdue. Knows no clock.

#include "policy/policy.hpp"
#include "policy/situation.hpp"

#include <string>
#include <vector>

namespace sekisho::policy {

struct Reminder {
  enum class About : std::uint8_t {
    End,            ///< the permit ends in so many days
    OverdueReview,  ///< it should have been reviewed so many days ago
  };
  About about = About::End;
  std::string permit;
  int days = 0;
  Instant at;  ///< the end, or the day of the review

  bool operator==(const Reminder&) const = default;
};

/// What falls due after `last` and until `situation.now`: 30, 7 and 1 days before a permit's end,
/// the nearest alone where several do; and every day from a review's day on. Permits that are not
/// valid are passed over.
[[nodiscard]] std::vector<Reminder> reminders(const Policy& policy, const Situation& situation,
                                              Instant last);

}  // namespace sekisho::policy
