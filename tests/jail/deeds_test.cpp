// SPDX-License-Identifier: GPL-3.0-or-later
// What a taken-over worker tries, and what becomes of it. A worker that can do a deed answers.
#include "jail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <set>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kForbidden = "died: killed by signal 31 (a forbidden system call)";

class Deeds : public ::testing::Test {
 protected:
  [[nodiscard]] std::string outcome_of(const std::string& order,
                                       const jail::Bounds& bounds = modest()) {
    return told(run(pool_, order, bounds));
  }

  jail::Pool pool_ = open_pool(kHostile);
};

TEST_F(Deeds, AnHonestWorkerAnswers) {
  const auto outcome = run(pool_, "echo", modest(), std::string("a\0b", 3));

  ASSERT_TRUE(outcome) << told(outcome);
  EXPECT_EQ(outcome->text, "echo");
  EXPECT_EQ(as_text(outcome->body.map()->bytes()), std::string_view("a\0b", 3));
}

/// Every call there is, by its number: all but those that computing needs end the worker.
TEST_F(Deeds, EverySystemCallButAFewKills) {
  const std::set<long> allowed{
      SYS_write,  SYS_mmap,         SYS_mprotect,      SYS_munmap,         SYS_brk,
      SYS_mremap, SYS_rt_sigreturn, SYS_madvise,       SYS_getrandom,      SYS_sysinfo,
      SYS_futex,  SYS_exit_group,   SYS_clock_gettime, SYS_restart_syscall};
  // uretprobe and uprobe, which the kernel keeps for itself: it asks no filter and refuses them
  const std::set<long> of_the_kernel{335, 336};
  constexpr long kLast = 470;

  for (long call = 0; call <= kLast; ++call) {
    if (!allowed.contains(call) && !of_the_kernel.contains(call)) {
      EXPECT_EQ(outcome_of("call " + std::to_string(call)), kForbidden) << call;
    }
  }
}

TEST_F(Deeds, TheCallsOfOtherTablesKill) {
  constexpr long kX32 = 0x40000000;

  EXPECT_EQ(outcome_of("other"), kForbidden);
  EXPECT_EQ(outcome_of("call " + std::to_string(kX32 + SYS_open)), kForbidden);
  EXPECT_EQ(outcome_of("call -1"), kForbidden);
}

TEST_F(Deeds, MemoryThatCanBeRunKills) {
  EXPECT_EQ(outcome_of("executable"), kForbidden);
  EXPECT_EQ(outcome_of("make"), kForbidden);
}

TEST_F(Deeds, GrowingEndsAtTheLimit) {
  EXPECT_EQ(outcome_of("grow"), "out of memory");
}

TEST_F(Deeds, TakingTimeEndsAtTheLimitWhetherOrNotItComputes) {
  jail::Bounds bounds = modest();
  bounds.share.seconds = 1;

  EXPECT_EQ(outcome_of("hang", bounds), "out of time");
  EXPECT_EQ(outcome_of("spin", bounds), "out of time");
}

TEST_F(Deeds, SayingTooMuchIsNotHeard) {
  EXPECT_EQ(outcome_of("many 1048576"), "answered many");
  EXPECT_THAT(outcome_of("many 1048577"), StartsWith("said too much: "));
  EXPECT_THAT(outcome_of("huge"), StartsWith("said too much: "));
  EXPECT_THAT(outcome_of("surplus"), StartsWith("said too much: it went on"));
}

TEST_F(Deeds, WhatIsNoFrameIsNoAnswer) {
  EXPECT_THAT(outcome_of("garbage"), StartsWith("died: its answer is no answer"));
  EXPECT_THAT(outcome_of("lie"), StartsWith("died: its answer ends too early"));
  EXPECT_THAT(outcome_of("early"), StartsWith("died: its answer ends too early"));
}

TEST_F(Deeds, BugsAreDeathsWithACause) {
  EXPECT_THAT(outcome_of("crash"), HasSubstr("signal 11"));
  EXPECT_THAT(outcome_of("recurse"), HasSubstr("signal 11"));
  EXPECT_THAT(outcome_of("throw"), HasSubstr("code 1"));
}

TEST_F(Deeds, AnItemCannotBeChanged) {
  EXPECT_THAT(outcome_of("touch"), HasSubstr("signal 11"));
}

TEST_F(Deeds, AfterEachTheNextWorkerIsAsGoodAsTheFirst) {
  for (const char* deed : {"crash", "garbage", "early", "call 57", "throw"}) {
    EXPECT_THAT(outcome_of(deed), StartsWith("died: ")) << deed;
    EXPECT_EQ(outcome_of("echo"), "answered echo") << deed;
  }
}

}  // namespace
}  // namespace sekisho::testing
