// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/reminders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kEnd{std::chrono::seconds{1'800'000'000}};

Policy with(std::optional<Instant> until, std::optional<Instant> review = {}) {
  PolicyParts parts;
  Permit permit;
  permit.id = "eltax";
  permit.valid_until = until;
  permit.review_by = review;
  parts.permits.push_back(permit);
  return Policy{std::move(parts)};
}

TEST(Reminders, ComeThirtySevenAndOneDaysBeforeTheEnd) {
  const Policy policy = with(kEnd);
  for (const int before : {30, 7, 1}) {
    const Instant moment = kEnd - days{before};

    EXPECT_THAT(reminders(policy, {moment}, moment - minutes{1}),
                ElementsAre(Reminder{Reminder::About::End, "eltax", before, kEnd}));
    EXPECT_THAT(reminders(policy, {moment + minutes{1}}, moment), IsEmpty());
  }
}

TEST(Reminders, WhatWasMissedIsSaidOnceAndByTheNearest) {
  const Policy policy = with(kEnd);

  EXPECT_THAT(reminders(policy, {kEnd - days{5}}, Instant{}),
              ElementsAre(Reminder{Reminder::About::End, "eltax", 5, kEnd}));
}

TEST(Reminders, NoneComeAtTheEndOrForWhatIsRevoked) {
  const Policy policy = with(kEnd);
  Situation revoked{kEnd - days{7}};
  revoked.revoked = {"eltax"};

  EXPECT_THAT(reminders(policy, {kEnd}, Instant{}), IsEmpty());
  EXPECT_THAT(reminders(policy, revoked, Instant{}), IsEmpty());
}

TEST(Reminders, AnOverdueReviewIsSaidDaily) {
  const Policy policy = with({}, kEnd);

  EXPECT_THAT(reminders(policy, {kEnd - hours{1}}, Instant{}), IsEmpty());
  EXPECT_THAT(reminders(policy, {kEnd}, kEnd - minutes{1}),
              ElementsAre(Reminder{Reminder::About::OverdueReview, "eltax", 0, kEnd}));
  EXPECT_THAT(reminders(policy, {kEnd + hours{5}}, kEnd + hours{4}), IsEmpty());
  EXPECT_THAT(reminders(policy, {kEnd + days{3} + minutes{1}}, kEnd + days{3} - minutes{1}),
              ElementsAre(Reminder{Reminder::About::OverdueReview, "eltax", 3, kEnd}));
}

}  // namespace
}  // namespace sekisho::policy
