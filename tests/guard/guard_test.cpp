// SPDX-License-Identifier: GPL-3.0-or-later
// Verdicts over workers that say what they are told to: nothing comes out that was not made by one
// and found clean by another.
#include "guard/guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace sekisho::guard {
namespace {

using sanitize::Refusal;
using sanitize::Status;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class GuardTest : public ::testing::Test {
 protected:
  static Guard opened(std::size_t at_once) {
    auto guard = Guard::open(SEKISHO_BIN "/liar_worker", at_once);
    if (!guard) {
      throw std::runtime_error{guard.error().text()};
    }
    return *std::move(guard);
  }

  [[nodiscard]] static Task task(const std::string& item, const std::string& name = "name.bin") {
    Task made{*jail::Sealed::copy_of(item), name, "", {}, {}};
    made.way.limits.bytes_out = 1000;
    made.way.limits.seconds = 20;
    return made;
  }

  [[nodiscard]] Verdict verdict_of(Task task) {
    guard_.start(std::move(task));
    auto verdicts = guard_.wait();
    EXPECT_EQ(verdicts.size(), 1U);
    return std::move(verdicts.at(0));
  }
  [[nodiscard]] Verdict verdict_of(const std::string& item) { return verdict_of(task(item)); }

  void expect_refused(const std::string& item, Refusal why, const std::string& detail) {
    const Verdict verdict = verdict_of(item);

    EXPECT_EQ(verdict.why, why) << item;
    EXPECT_EQ(verdict.status, word_of(why).status) << item;
    EXPECT_THAT(verdict.detail, HasSubstr(detail)) << item;
    EXPECT_FALSE(verdict.output) << item;
  }

  Guard guard_ = opened(2);
};

std::string text_of(const Verdict& verdict) {
  return verdict.output ? std::string{as_text(verdict.output->map()->bytes())} : "nothing";
}

TEST_F(GuardTest, WhatIsMadeAndFoundCleanComesOutUnderANewName) {
  const Verdict verdict = verdict_of(task("text clean", "../\xE8\xA1\xA8.js.exe"));

  EXPECT_EQ(verdict.status, Status::Sanitized);
  EXPECT_FALSE(verdict.why);
  EXPECT_EQ(verdict.type, sanitize::Type::Text);
  EXPECT_EQ(verdict.name, "表_js.txt");
  EXPECT_EQ(text_of(verdict), "clean");
  ASSERT_EQ(verdict.report.changes().size(), 2U);
  EXPECT_EQ(verdict.report.changes().front().object, "a script");
  EXPECT_EQ(verdict.report.changes().back().action, sanitize::Action::ChangedName);
  EXPECT_EQ(verdict.report.changes().back().object, "../表.js.exe");
}

TEST_F(GuardTest, WhatIsMadeInPartSaysSo) {
  EXPECT_EQ(verdict_of("partial clean").status, Status::Partial);
}

TEST_F(GuardTest, ARefusalIsTheWorkersOwn) {
  const Verdict verdict = verdict_of("refuse");

  EXPECT_EQ(verdict.why, Refusal::Encrypted);
  EXPECT_EQ(verdict.type, sanitize::Type::Zip);
  EXPECT_EQ(verdict.detail, "entry 'a'");
}

TEST_F(GuardTest, WhatTheInspectionFindsKeepsTheResultBack) {
  expect_refused("text dirty", Refusal::InspectionFailed, "a script");
}

TEST_F(GuardTest, AnInspectionThatFailsIsNotPassed) {
  expect_refused("text die", Refusal::WorkerDied, "while inspected: ended with code 9");
  expect_refused("text garbage", Refusal::WorkerDied, "cannot be true");
  expect_refused("text large", Refusal::OutputTooLarge, "while inspected");
}

TEST_F(GuardTest, WorkersThatFailCostTheirItem) {
  expect_refused("die", Refusal::WorkerDied, "code 9");
  expect_refused("large", Refusal::OutputTooLarge, "larger than it may be");
  expect_refused("name clean", Refusal::WorkerDied, "cannot be true");
  EXPECT_EQ(text_of(verdict_of("text clean")), "clean");
}

TEST_F(GuardTest, TimeThatIsUpIsSaidToBeSo) {
  Task endless = task("spin");
  endless.way.limits.seconds = 1;

  const Verdict verdict = verdict_of(std::move(endless));

  EXPECT_EQ(verdict.why, Refusal::OutOfTime);
  EXPECT_EQ(verdict.status, Status::Timeout);
}

TEST_F(GuardTest, WhatWantsFontsIsDoneAgainWhereTheyAre) {
  const Verdict verdict = verdict_of("fonts clean");

  EXPECT_EQ(verdict.status, Status::Sanitized);
  EXPECT_EQ(verdict.type, sanitize::Type::Svg);
  EXPECT_EQ(text_of(verdict), "clean");
}

TEST_F(GuardTest, WhoeverHasFontsCannotWantThemAgain) {
  expect_refused("fonts-again", Refusal::WorkerDied, "cannot be true");
}

TEST_F(GuardTest, MoreThanMayRunAtOnceWaitTheirTurn) {
  constexpr std::uint64_t kTasks = 30;
  for (std::uint64_t i = 0; i < kTasks; ++i) {
    guard_.start(task(i % 3 == 0 ? "die" : "text clean"));
  }

  std::set<std::uint64_t> seen;
  for (auto verdicts = guard_.wait(); !verdicts.empty(); verdicts = guard_.wait()) {
    for (const Verdict& verdict : verdicts) {
      EXPECT_EQ(verdict.output.has_value(), (verdict.task - 1) % 3 != 0);
      seen.insert(verdict.task);
    }
  }

  EXPECT_EQ(seen.size(), kTasks);
}

}  // namespace
}  // namespace sekisho::guard
