// SPDX-License-Identifier: GPL-3.0-or-later
// The jail of workers that draw: fonts to read, threads, and nothing else.
#include "jail.hpp"

#include "jail/root.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <filesystem>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;

class Rasteriser : public ::testing::Test {
 protected:
  static jail::Pool opened() {
    auto pool = jail::Pool::open(kHostile, jail::Kind::Rasteriser, 1);
    if (!pool) {
      throw std::runtime_error{pool.error().text()};
    }
    return *std::move(pool);
  }
  [[nodiscard]] std::string outcome_of(const std::string& order) { return told(run(pool_, order)); }

  jail::Pool pool_ = opened();
};

TEST_F(Rasteriser, SeesFontTreesAndNothingElse) {
  for (const char* tree : jail::kFontTrees) {
    const bool exists = std::filesystem::exists(tree);
    EXPECT_EQ(outcome_of("open " + std::string{tree}),
              exists ? "answered opened" : "answered No such file or directory")
        << tree;
  }
  for (const char* other : {"/etc/passwd", "/proc/self/status", "/usr/bin/true", "/dev/null"}) {
    EXPECT_EQ(outcome_of("open " + std::string{other}), "answered No such file or directory");
  }
}

TEST_F(Rasteriser, WritesNowhere) {
  for (const char* tree : jail::kFontTrees) {
    if (std::filesystem::exists(tree)) {
      EXPECT_NE(outcome_of("create " + std::string{tree} + "/new"), "answered opened");
    }
  }
  EXPECT_NE(outcome_of("create /new"), "answered opened");
}

TEST_F(Rasteriser, HasThreadsButNoProcesses) {
  EXPECT_EQ(outcome_of("thread"), "answered joined");
  EXPECT_THAT(outcome_of("fork"), HasSubstr("signal 31"));
  for (const long call : {SYS_execve, SYS_socket, SYS_ptrace, SYS_kill, SYS_mount, SYS_unlink}) {
    EXPECT_THAT(outcome_of("call " + std::to_string(call)), HasSubstr("signal 31")) << call;
  }
}

}  // namespace
}  // namespace sekisho::testing
