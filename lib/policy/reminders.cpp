// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/reminders.hpp"

#include <array>

namespace sekisho::policy {
namespace {

using std::chrono::days;

/// Whole days from `a` to `b`, rounded up.
int days_between(Instant a, Instant b) {
  return static_cast<int>(std::chrono::ceil<days>(b - a).count());
}

}  // namespace

std::vector<Reminder> reminders(const Policy& policy, const Situation& situation, Instant last) {
  static constexpr std::array kBefore{days{1}, days{7}, days{30}};
  const Instant now = situation.now;
  std::vector<Reminder> due;
  for (const Permit& permit : policy.permits()) {
    if (!is_valid(permit, situation)) {
      continue;
    }
    for (const days before : kBefore) {
      const auto& end = permit.valid_until;
      if (end && last < *end - before && *end - before <= now) {
        due.push_back({Reminder::About::End, permit.id, days_between(now, *end), *end});
        break;
      }
    }
    if (permit.review_by && *permit.review_by <= now) {
      // one for each day that has begun since
      const auto so_far = std::chrono::floor<days>(now - *permit.review_by);
      if (last < *permit.review_by + so_far) {
        due.push_back({Reminder::About::OverdueReview, permit.id, static_cast<int>(so_far.count()),
                       *permit.review_by});
      }
    }
  }
  return due;
}

}  // namespace sekisho::policy
