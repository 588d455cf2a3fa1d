// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"
#include "policy/situation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using namespace std::chrono;
using testing::IsEmpty;

/// The good config's specific flow with other days: approved on 2026-03-20, valid from 2026-04-01.
std::string until(const std::string& end) {
  return replaced(good_config(), "valid_until = 2027-03-31T23:59:59+09:00", "valid_until = " + end);
}

std::string must_flow(const std::string& hosts = "\"10.20.3.4\"",
                      const std::string& services = "\"tcp/8443\"") {
  return "[[must_flow]]\nid = \"tax-must\"\nfrom = { zone = \"office\", hosts = [" + hosts +
         "] }\nto = { zone = \"jumin\", hosts = [\"10.10.1.5\"] }\nservices = [" + services + "]\n";
}

std::string reviewed(const std::string& review) {
  return replaced(good_config(), "valid_until = 2027-03-31T23:59:59+09:00",
                  "review_by = " + review);
}

TEST(PolicyTimes, AreKeptAsInstants) {
  const Parsed result = parsed(good_config());

  ASSERT_TRUE(result.policy);
  const Permit& permit = result.policy->permits().at(1);
  EXPECT_EQ(permit.approved, year{2026} / 3 / 20);
  EXPECT_EQ(permit.valid_from, sys_days{year{2026} / 3 / 31} + hours{15});
  EXPECT_EQ(permit.valid_until,
            sys_days{year{2027} / 3 / 31} + hours{14} + minutes{59} + seconds{59});
  EXPECT_FALSE(permit.review_by);
}

TEST(PolicyTimes, AnEndMayLie13CalendarMonthsAfterTheBeginning) {
  expect_good(until("2027-05-01T00:00:00+09:00"));
}

TEST(PolicyTimes, RefusesAnEndOneSecondLater) {
  expect_error(until("2027-05-01T00:00:01+09:00"), "2027-05-01",
               "'valid_until' is too distant: at most 13 months after the later of approved and "
               "valid_from (6(3)①)");
}

TEST(PolicyTimes, CountsFromTheApprovalWhereThatIsLater) {
  const std::string later = replaced(until("2027-06-10T23:59:59+09:00"), "approved = 2026-03-20",
                                     "approved = 2026-05-10");

  expect_good(later);
  expect_error(replaced(later, "2027-06-10", "2027-06-11"), "2027-06-11",
               "'valid_until' is too distant: at most 13 months after the later of approved and "
               "valid_from (6(3)①)");
}

TEST(PolicyTimes, CountsAnExchangeFromItsApprovalAlone) {
  expect_error(replaced(good_config(), "valid_until = 2027-03-30T23:59:59+09:00",
                        "valid_until = 2027-04-22T23:59:59+09:00"),
               "2027-04-22",
               "'valid_until' is too distant: at most 13 months after the later of approved and "
               "valid_from (6(3)②)");
}

TEST(PolicyTimes, AMonthWithoutThatDayEndsOnItsLast) {
  const std::string text =
      replaced(good_config(), "approved = 2026-03-21", "approved = 2027-01-31");

  expect_good(replaced(text, "valid_until = 2027-03-30T23:59:59+09:00",
                       "valid_until = 2028-02-29T23:59:59+09:00"));
  expect_error(replaced(text, "valid_until = 2027-03-30T23:59:59+09:00",
                        "valid_until = 2028-03-01T12:00:00+09:00"),
               "2028-03-01",
               "'valid_until' is too distant: at most 13 months after the later of approved and "
               "valid_from (6(3)②)");
}

TEST(PolicyTimes, RefusesAnEndThatIsNotAfterTheBeginning) {
  expect_error(until("2026-04-01T00:00:00+09:00"), "2026-04-01T00:00:00+09:00\n\n",
               "valid_until is not after valid_from (6(3)①)");
  expect_error(until("2026-03-31T15:00:00Z"), "2026-03-31T15:00:00Z",
               "valid_until is not after valid_from (6(3)①)");
}

TEST(PolicyTimes, RefusesATimeWithoutItsOffset) {
  expect_error(until("2027-03-31T23:59:59"), "2027-03-31",
               "'valid_until' needs an offset, as in 2027-03-31T23:59:59+09:00");
  expect_error(until("2027-03-31"), "2027-03-31",
               "'valid_until' needs an offset, as in 2027-03-31T23:59:59+09:00");
  expect_error(replaced(good_config(), "approved = 2026-03-20", "approved = 2026-03-20T08:00:00"),
               "2026-03-20T", "'approved' needs an offset, as in 2027-03-31T23:59:59+09:00");
}

TEST(PolicyTimes, RefusesADateThatIsAText) {
  expect_error(until("\"2027-03-31\""), "\"2027-03-31\"",
               "'valid_until' must be a date-time with an offset, not a string");
  expect_error(replaced(good_config(), "approved = 2026-03-20", "approved = 08:00:00"), "08:00:00",
               "'approved' must be a date or a date-time with an offset, not a time");
}

TEST(PolicyTimes, ADayThatDoesNotExistIsNotToml) {
  const Parsed result = parsed(until("2027-02-29T00:00:00+09:00"));

  EXPECT_EQ(result.errors.size(), 1U);
}

TEST(PolicyTimes, TakesTheLocalDayOfAnApprovalMoment) {
  const Parsed result = parsed(
      replaced(good_config(), "approved = 2026-03-20", "approved = 2026-03-20T08:00:00+09:00"));

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->permits().at(1).approved, year{2026} / 3 / 20);
}

TEST(PolicyTimes, AFlowNeedsNoEndAndMayHaveADistantOne) {
  expect_good(replaced(good_config(), "purpose = \"browsing\"",
                       "purpose = \"browsing\"\nvalid_until = 2040-01-01T00:00:00+09:00"));
}

TEST(PolicyReview, StandsInsteadOfAnEndBehindAMustFlow) {
  const Parsed result = parsed(reviewed("2027-03-31") + must_flow());

  ASSERT_THAT(errors_of(result), IsEmpty());
  const Permit& permit = result.policy->permits().at(1);
  EXPECT_FALSE(permit.valid_until);
  EXPECT_EQ(permit.review_by,
            sys_days{year{2027} / 3 / 31} + hours{14} + minutes{59} + seconds{59});
}

TEST(PolicyReview, TakesAMomentToo) {
  const Parsed result = parsed(reviewed("2027-03-31T12:00:00Z") + must_flow());

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->permits().at(1).review_by, sys_days{year{2027} / 3 / 31} + hours{12});
}

TEST(PolicyReview, IsRefusedWithoutAMustFlowThatThePermitCarries) {
  const std::string message =
      "only a permit that carries a [[must_flow]] may say review_by (6(3)①)";

  expect_error(reviewed("2027-03-31"), "2027-03-31\n", message);
  expect_error(reviewed("2027-03-31") + must_flow("\"10.20.3.4\", \"10.20.3.5\""), "2027-03-31\n",
               message);
  expect_error(reviewed("2027-03-31") + must_flow("\"10.20.3.4\"", "\"tcp/8443-8444\""),
               "2027-03-31\n", message);
}

TEST(PolicyReview, IsRefusedBesideAnEnd) {
  expect_error(replaced(good_config(), "valid_until = 2027-03-31T23:59:59+09:00",
                        "valid_until = 2027-03-31T23:59:59+09:00\nreview_by = 2027-03-30") +
                   must_flow(),
               "2027-03-30\n", "review_by stands instead of valid_until, not beside it (6(3)①)");
}

TEST(PolicyReview, IsNoWayAroundTheLongestTime) {
  expect_error(reviewed("2027-05-02") + must_flow(), "2027-05-02",
               "'review_by' is too distant: at most 13 months after the later of approved and "
               "valid_from (6(3)①)");
}

TEST(PolicyWarnings, APermitThatHasEnded) {
  expect_warning(until("2026-11-24T00:00:00+09:00"), "2026-11-24",
                 "'eltax' ended at 2026-11-24T00:00:00+09:00");
}

TEST(PolicyWarnings, APermitThatEndsWithin30Days) {
  expect_warning(until("2026-12-23T13:30:00-01:30"), "2026-12-23",
                 "'eltax' ends at 2026-12-23T13:30:00-01:30, within 30 days");
  EXPECT_THAT(warnings_of(parsed(until("2026-12-24T00:00:01+09:00"))), IsEmpty());
}

TEST(PolicyWarnings, APermitThatHasNotBegun) {
  expect_warning(replaced(good_config(), "valid_from = 2026-04-01T00:00:00+09:00",
                          "valid_from = 2026-11-24T00:00:01+09:00"),
                 "2026-11-24", "'eltax' begins at 2026-11-24T00:00:01+09:00");
}

TEST(PolicyWarnings, AReviewThatIsDueOrOverdue) {
  expect_warning(reviewed("2026-11-22") + must_flow(), "2026-11-22",
                 "the review of 'eltax' was due at 2026-11-22T23:59:59+09:00");
  expect_warning(reviewed("2026-12-01") + must_flow(), "2026-12-01",
                 "the review of 'eltax' is due at 2026-12-01T23:59:59+09:00, within 30 days");
}

TEST(PolicySituation, APermitHoldsFromItsBeginningUntilItsEndAlone) {
  const Parsed result = parsed(good_config());
  ASSERT_TRUE(result.policy);
  const Permit& permit = result.policy->permits().at(1);

  EXPECT_FALSE(in_force(permit, {*permit.valid_from - seconds{1}, {}, {}}));
  EXPECT_TRUE(in_force(permit, {*permit.valid_from, {}, {}}));
  EXPECT_TRUE(in_force(permit, {*permit.valid_until - seconds{1}, {}, {}}));
  EXPECT_FALSE(in_force(permit, {*permit.valid_until, {}, {}}));
  EXPECT_FALSE(in_force(permit, {*permit.valid_from, {"eltax"}, {}}));
}

TEST(PolicySituation, AStandbyPermitHoldsOnlyWhileGranted) {
  const Parsed result = parsed(
      replaced(good_config(), "purpose = \"browsing\"", "purpose = \"browsing\"\nstandby = true"));
  ASSERT_TRUE(result.policy);
  const Permit& permit = result.policy->permits().front();

  EXPECT_FALSE(in_force(permit, {now(), {}, {}}));
  EXPECT_TRUE(in_force(permit, {now(), {}, {{"web", now() + hours{1}}}}));
  EXPECT_FALSE(in_force(permit, {now(), {}, {{"web", now()}}}));
  EXPECT_EQ(end_of(permit, {now(), {}, {{"web", now() + hours{1}}}}), now() + hours{1});
}

}  // namespace
}  // namespace sekisho::policy::test
