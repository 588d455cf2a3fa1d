// SPDX-License-Identifier: GPL-3.0-or-later
// The jail from outside, as the kernel describes it: of the real worker program.
#include "jail.hpp"
#include "processes.hpp"

#include "sanitize/wire/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

/// What its descriptors lead to, but for nowhere.
std::vector<std::string> open_in(pid_t pid) {
  std::vector<std::string> open;
  for (const auto& fd :
       std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd"}) {
    const std::string leads_to = std::filesystem::read_symlink(fd).string();
    if (leads_to != "/dev/null") {
      open.push_back(leads_to);
    }
  }
  return open;
}

class Confinement : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] pid_t first() const { return children_of(pool_.zygote_pid()).at(0); }
  /// One that waits for an item.
  [[nodiscard]] pid_t spare() const {
    for (;;) {  // the zygote is told to make one, and does
      if (const auto workers = children_of(first()); !workers.empty()) {
        return workers.front();
      }
    }
  }

  jail::Pool pool_ = open_pool(GetParam());
};

TEST_P(Confinement, ThereIsNoPowerAndNoWayToIt) {
  for (const pid_t pid : {pid_t{pool_.zygote_pid()}, first(), spare()}) {
    auto status = status_of(pid);

    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      EXPECT_EQ(status[set], "0000000000000000") << set;
    }
    EXPECT_EQ(status["NoNewPrivs"], "1");
    EXPECT_EQ(status["Groups"], "");
    EXPECT_EQ(status["Uid"], "65534\t65534\t65534\t65534");
  }
}

TEST_P(Confinement, EveryNamespaceIsItsOwn) {
  for (const char* kind : {"user", "net", "mnt", "ipc", "uts", "cgroup", "pid"}) {
    const std::string here = namespace_of(::getpid(), kind);

    EXPECT_NE(namespace_of(spare(), kind), here) << kind;
    EXPECT_FALSE(namespace_of(spare(), kind).empty()) << kind;
  }
}

TEST_P(Confinement, TheRootIsEmptyAndCannotBeWritten) {
  const std::string root = "/proc/" + std::to_string(spare()) + "/root";

  EXPECT_TRUE(std::filesystem::is_empty(root + "/"));
  std::error_code error;
  EXPECT_FALSE(std::filesystem::create_directory(root + "/new", error));
  EXPECT_EQ(error, std::errc::read_only_file_system);
}

TEST_P(Confinement, NothingIsOpenButItsChannel) {
  const pid_t worker = spare();
  std::vector<std::string> open = open_in(worker);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (open.size() > 1 && std::chrono::steady_clock::now() < patience) {
    open = open_in(worker);  // it has just been forked, and lets go of its zygote's
  }

  EXPECT_THAT(open, ElementsAre(StartsWith("socket:")));
}

TEST_P(Confinement, NoCoreNoFileNoLockedMemory) {
  for (const char* limit : {"Max core file size", "Max file size", "Max locked memory"}) {
    EXPECT_EQ(limit_of(spare(), limit), "0") << limit;
  }
}

TEST_P(Confinement, NoLinkLeadsOutOfItsNetwork) {
  std::ifstream devices{"/proc/" + std::to_string(spare()) + "/net/dev"};
  std::vector<std::string> names;
  for (std::string line; std::getline(devices, line);) {
    if (const std::size_t colon = line.find(':'); colon != std::string::npos) {
      names.push_back(
          line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' ')));
    }
  }

  EXPECT_EQ(names, std::vector<std::string>{"lo"});
}

INSTANTIATE_TEST_SUITE_P(Programs, Confinement, ::testing::Values(kWorker, kHostile),
                         [](const auto& program) {
                           return program.param == kWorker ? "Worker" : "Hostile";
                         });

/// A worker with an item, while it works: one that hangs, and the real one, which stops at a pipe
/// that nobody reads.
struct AtWork {
  const char* name;
  std::string program;
  std::string order;
  std::string item;
};

std::vector<AtWork> at_work() {
  sanitize::RebuildOrder order;
  order.name = "a.txt";
  const std::size_t more_than_a_pipe = 4U << 20U;
  return {{"Hostile", kHostile, "hang", "x"},
          {"Worker", kWorker, encode(sanitize::Order{order}), std::string(more_than_a_pipe, 'x')}};
}

class ConfinedWork : public ::testing::TestWithParam<AtWork> {};

TEST_P(ConfinedWork, HasItsFilterAndItsShare) {
  jail::Pool pool = open_pool(GetParam().program, 0);
  const auto item = jail::Sealed::copy_of(GetParam().item);
  ASSERT_TRUE(pool.start(GetParam().order, *item, modest()));
  const pid_t first = children_of(pool.zygote_pid()).at(0);
  std::vector<pid_t> workers;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (workers.empty() || status_of(workers.front())["Seccomp"] != "2") {
    ASSERT_LT(std::chrono::steady_clock::now(), patience) << "it ended";
    workers = children_of(first);
  }
  const pid_t worker = workers.front();

  EXPECT_EQ(limit_of(worker, "Max address space"), std::to_string(256U << 20U));
  EXPECT_EQ(limit_of(worker, "Max cpu time"), "31");
  EXPECT_EQ(limit_of(worker, "Max open files"), "0");
  EXPECT_EQ(limit_of(worker, "Max processes"), "0");
  EXPECT_EQ(status_of(worker)["Threads"], "1");
  EXPECT_THAT(open_in(worker), ElementsAre(StartsWith("pipe:")));
}

INSTANTIATE_TEST_SUITE_P(Programs, ConfinedWork, ::testing::ValuesIn(at_work()),
                         [](const auto& work) { return work.param.name; });

}  // namespace
}  // namespace sekisho::testing
