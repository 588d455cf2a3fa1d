// SPDX-License-Identifier: GPL-3.0-or-later
// Workers come and go, and the pool stays; nothing outlives it.
#include "jail.hpp"
#include "processes.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;

/// The first process of the jail and the workers below it, as soon as there are so many.
std::vector<pid_t> inside(pid_t zygote, std::size_t workers) {
  for (;;) {
    std::vector<pid_t> pids = children_of(zygote);
    for (const pid_t worker : children_of(pids.empty() ? -1 : pids.front())) {
      pids.push_back(worker);
    }
    if (pids.size() > workers) {
      return pids;
    }
  }
}

TEST(Pool, ManyJobsAtOnceGetTheirOwnAnswers) {
  jail::Pool pool = open_pool(kHostile, 4);
  std::map<std::uint64_t, std::string> items;
  for (int i = 0; i < 40; ++i) {
    const std::string item = std::to_string(i);
    items.emplace(*pool.start("echo", *jail::Sealed::copy_of(item), modest()), item);
  }

  while (!items.empty()) {
    for (const jail::Done& done : pool.advance()) {
      ASSERT_TRUE(done.outcome) << told(done.outcome);
      EXPECT_EQ(as_text(done.outcome->body.map()->bytes()), items.extract(done.job).mapped());
    }
    pollfd ready{pool.fd(), POLLIN, 0};
    (void)::poll(&ready, 1, items.empty() ? 0 : -1);
  }

  EXPECT_EQ(pool.running(), 0U);
}

TEST(Pool, OneThatHangsDoesNotHoldUpTheOthers) {
  jail::Pool pool = open_pool(kHostile);
  const auto hanging = pool.start("hang", *jail::Sealed::copy_of("x"), modest());
  ASSERT_TRUE(hanging);

  EXPECT_EQ(told(run(pool, "echo")), "answered echo");
  EXPECT_EQ(pool.running(), 1U);
}

TEST(Pool, AKilledZygoteTakesItsWorkersAlongAndIsReplaced) {
  jail::Pool pool = open_pool(kHostile);
  const auto hanging = pool.start("hang", *jail::Sealed::copy_of("x"), modest());
  ASSERT_TRUE(hanging);
  const pid_t before = pool.zygote_pid();
  std::vector<Watched> workers;
  for (const pid_t pid : inside(before, 1)) {
    workers.emplace_back(pid);
  }

  ASSERT_EQ(::kill(before, SIGKILL), 0);

  EXPECT_THAT(told(wait_for(pool, *hanging)), HasSubstr("signal 9"));
  for (const Watched& worker : workers) {
    EXPECT_TRUE(worker.ends());
  }
  EXPECT_EQ(told(run(pool, "echo")), "answered echo");
  EXPECT_NE(pool.zygote_pid(), before);
}

TEST(Pool, NothingOutlivesThePool) {
  std::vector<Watched> workers;
  {
    jail::Pool pool = open_pool(kHostile, 3);
    ASSERT_TRUE(pool.start("hang", *jail::Sealed::copy_of("x"), modest()));
    for (const pid_t pid : inside(pool.zygote_pid(), 3)) {
      workers.emplace_back(pid);
    }
  }

  for (const Watched& worker : workers) {
    EXPECT_TRUE(worker.ends());
  }
}

TEST(Pool, NothingOutlivesAProcessThatIsKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    jail::Pool pool = open_pool(kHostile, 2);
    (void)pool.start("hang", *jail::Sealed::copy_of("x"), modest());
    const pid_t zygote = pool.zygote_pid();
    (void)::write(ends[1], &zygote, sizeof zygote);
    ::pause();
    ::_exit(0);
  }
  pid_t zygote = 0;
  ASSERT_EQ(::read(ends[0], &zygote, sizeof zygote), ssize_t{sizeof zygote});
  std::vector<Watched> all;
  all.emplace_back(zygote);
  for (const pid_t pid : inside(zygote, 2)) {
    all.emplace_back(pid);
  }
  ::close(ends[0]);
  ::close(ends[1]);

  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);

  for (const Watched& process : all) {
    EXPECT_TRUE(process.ends());
  }
}

TEST(Pool, AThousandJobsLeaveNoDescriptorBehind) {
  const auto open = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  jail::Pool pool = open_pool(kHostile);
  (void)run(pool, "echo");
  const auto before = open();

  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(told(run(pool, "echo")), "answered echo");
    (void)run(pool, "early");
  }

  EXPECT_EQ(open(), before);
}

TEST(Pool, AProgramThatIsNotThereIsNamed) {
  const auto pool = jail::Pool::open("/no/such/worker", jail::Kind::Worker, 1);

  ASSERT_FALSE(pool);
  EXPECT_THAT(pool.error().text(), HasSubstr("cannot start the worker '/no/such/worker'"));
}

TEST(Pool, AProgramThatIsNoWorkerIsNamed) {
  const auto pool = jail::Pool::open("/bin/true", jail::Kind::Worker, 1);

  ASSERT_FALSE(pool);
  EXPECT_THAT(pool.error().text(), HasSubstr("it ended at once"));
}

}  // namespace
}  // namespace sekisho::testing
