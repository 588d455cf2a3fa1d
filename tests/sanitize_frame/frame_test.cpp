// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/frame.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sekisho::sanitize {
namespace {

Job job_with(const Limits& limits, Job::Nested nested = {}) {
  static const Profile kProfile;
  return Job{limits, kProfile, std::move(nested)};
}

TEST(Words, NamesAndCodesAreUnique) {
  std::set<std::string_view> names;
  for (const TypeWord& word : type_words()) {
    EXPECT_TRUE(names.insert(word.name).second) << word.name;
  }
  for (const StatusWord& word : status_words()) {
    EXPECT_TRUE(names.insert(word.name).second) << word.name;
  }
  for (const RefusalWord& word : refusal_words()) {
    EXPECT_TRUE(names.insert(word.name).second) << word.name;
    EXPECT_NE(word.status, Status::Sanitized) << word.name;
    EXPECT_FALSE(word.advice.ja.empty()) << word.name;
  }
  for (const ActionWord& word : action_words()) {
    EXPECT_TRUE(names.insert(word.code).second) << word.code;
  }
}

TEST(Words, AnExtensionBelongsToOneType) {
  EXPECT_TRUE(may_be_called(Type::Jpeg, "JPG"));
  EXPECT_FALSE(may_be_called(Type::Gif, "png"));
  EXPECT_EQ(type_called("xlsm"), Type::Xlsx);
  EXPECT_EQ(type_called("nothing"), Type::Unknown);
  EXPECT_EQ(type_called(""), Type::Unknown);
}

TEST(Words, NumbersFromOutsideThatMeanNothingAreNothing) {
  EXPECT_EQ(type_numbered(static_cast<std::uint8_t>(Type::Pdf)), Type::Pdf);
  EXPECT_EQ(type_numbered(255), std::nullopt);
  EXPECT_EQ(refusal_numbered(255), std::nullopt);
  EXPECT_EQ(action_numbered(255), std::nullopt);
}

TEST(ReportTest, CountsEqualChangesTogetherAndMakesObjectsPrintable) {
  Report report;

  report.note(Action::NeutralisedLink, "a\nb\u202e");
  report.note(Action::NeutralisedLink, "a\nb\u202e", 2);
  report.note(Action::ChangedToText);

  ASSERT_EQ(report.changes().size(), 2U);
  EXPECT_EQ(report.changes()[0].count, 3U);
  EXPECT_EQ(report.changes()[0].object, "a\\x0ab\\u{202e}");
  EXPECT_EQ(report.codes(), "CHG_TEXT REP_LINK");
}

TEST(ReportTest, StaysSmallWhateverIsNoted) {
  Report report;

  for (int i = 0; i < 5'000; ++i) {
    report.note(Action::RemovedUnknown, std::to_string(i) + std::string(10'000, 'x'));
  }

  EXPECT_LE(report.changes().size(), Report::kMostChanges + 1);
  std::uint64_t count = 0;
  for (const Change& change : report.changes()) {
    EXPECT_LE(change.object.size(), Report::kLongestObject);
    count += change.count;
  }
  EXPECT_EQ(count, 5'000U);
}

TEST(JobTest, RefusesWhatExpandsBeyondItsBounds) {
  Limits limits;
  limits.expanded = 10ULL << 20U;
  limits.ratio = 100;
  Job job = job_with(limits);

  EXPECT_TRUE(job.expands(4ULL << 20U, 1ULL << 20U));
  EXPECT_EQ(job.expands(4ULL << 20U, 100).error().why, Refusal::ExpandsTooMuch);
  EXPECT_EQ(job.expands(7ULL << 20U, 7ULL << 20U).error().why, Refusal::ExpandsTooMuch);
  EXPECT_EQ(job.may_expand(), 6ULL << 20U);
}

TEST(JobTest, KeepsTheRatioOverAStreamThatGrowsInSmallSteps) {
  Limits limits;
  limits.ratio = 100;
  Job job = job_with(limits);
  Unpacking stream{job, 20'000};

  std::uint64_t grown = 0;
  tl::expected<void, Refused> step;
  while ((step = stream.grows(64ULL << 10U))) {
    grown += 64ULL << 10U;
    ASSERT_LE(grown, 20'000U * 101);
  }

  EXPECT_EQ(step.error().why, Refusal::ExpandsTooMuch);
  EXPECT_GE(grown, 1'900'000U);
}

TEST(InspectionTest, LooksIntoWhatIsNestedAndNoDeeperThanItMay) {
  Limits limits;
  limits.depth = 2;
  unsigned looked = 0;
  Inspection inspection{limits, [&](std::string_view name, ByteView bytes, Inspection& inner) {
                          ++looked;
                          return inner.nested(name, bytes);
                        }};

  EXPECT_EQ(inspection.nested("a.zip", {}), "nested too deep");
  EXPECT_EQ(looked, 2U);
}

TEST(JobTest, RefusesTooManyEntries) {
  Limits limits;
  limits.entries = 3;
  Job job = job_with(limits);

  EXPECT_TRUE(job.entries(2));
  EXPECT_EQ(job.entries(2).error().why, Refusal::TooManyEntries);
  EXPECT_TRUE(job.entries(1));
}

TEST(JobTest, RefusesItemsNestedTooDeep) {
  Limits limits;
  limits.depth = 3;
  unsigned deepest = 0;
  Job job = job_with(limits, [&](const Item& item, Job& inner) {
    deepest = std::max(deepest, inner.depth());
    return inner.nested(item);
  });

  const Outcome outcome = job.nested({});

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().why, Refusal::NestedTooDeep);
  EXPECT_EQ(deepest, 3U);
  EXPECT_EQ(job.depth(), 0U);
}

}  // namespace
}  // namespace sekisho::sanitize
