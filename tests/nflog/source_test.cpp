// SPDX-License-Identifier: GPL-3.0-or-later
// The source itself: bounds, losses, privileges.
#include "nflog/wires.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sekisho::nflog {
namespace {

class LogSource : public KernelLog {};

using ::testing::Contains;
using ::testing::Field;

/// Of this thread alone: the system call, not the library's function, which changes every thread.
void become_nobody() {
  constexpr int kNobody = 65534;
  ASSERT_EQ(::syscall(SYS_setresuid, kNobody, kNobody, kNobody), 0);
}

TEST_F(LogSource, ARecordWithoutAMarkIsCountedAndNotSeen) {
  std::size_t seen = 0;
  fw_->run([] { send_udp(9997, 3); });

  const auto read = source_->read([&](const Drop&) { ++seen; }, 100);

  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, 3U);
  EXPECT_EQ(seen, 0U);
}

TEST_F(LogSource, WithoutRecordsThereIsNothingToReadAndNoFailure) {
  const auto read = source_->read([](const Drop&) { FAIL(); }, 100);

  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, 0U);
}

TEST_F(LogSource, ReadingEndsWhenEnoughWereRead) {
  fw_->run([] { send_udp(9999, 10); });  // a datagram each

  EXPECT_EQ(source_->read([](const Drop&) {}, 4).value_or(0), 4U);
  EXPECT_EQ(source_->read([](const Drop&) {}, 0).value_or(1), 0U);
  EXPECT_EQ(source_->read([](const Drop&) {}, 100).value_or(0), 6U);
}

TEST_F(LogSource, NothingStaysBehindWherePollDoesNotSeeIt) {
  source_.reset();
  fw_->run([this] {
    auto opened = Source::open(6);
    ASSERT_TRUE(opened) << opened.error().text();
    source_.emplace(*std::move(opened));
    send_udp(9998, 20);  // one datagram of twenty records
  });
  pollfd waiting{source_->fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, kPatience), 1);

  const auto read = source_->read([](const Drop&) {}, 1);

  const std::size_t left = source_->read([](const Drop&) {}, 100).value_or(100);
  EXPECT_EQ(read.value_or(0) + left, 20U);
  EXPECT_GT(read.value_or(0), 1U);
}

TEST_F(LogSource, RecordsThatDoNotFitAreLostAndNoFailure) {
  const int least = 1;
  ASSERT_EQ(::setsockopt(source_->fd(), SOL_SOCKET, SO_RCVBUFFORCE, &least, sizeof least), 0);
  fw_->run([] { send_udp(9999, 500); });

  const auto flood = source_->read([](const Drop&) {}, 10'000);

  ASSERT_TRUE(flood) << flood.error().text();
  EXPECT_GT(*flood, 0U);
  EXPECT_LT(*flood, 500U);
  fw_->run([] { send_udp(9999, 1); });
  EXPECT_EQ(next(0x00000999).dport, 9999);
}

TEST_F(LogSource, TheReceiveBufferTakesAFlood) {
  fw_->run([] { send_udp(9999, 10'000); });

  EXPECT_EQ(wait(10'000).size(), 10'000U);
}

TEST_F(LogSource, TheSocketIsClosedOnExec) {
  EXPECT_NE(::fcntl(source_->fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(LogSource, ASecondReaderIsToldThatThereIsOne) {
  fw_->run([] {
    const auto second = Source::open(kGroup);

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().text(), "group 5 is read by another process already");
  });

  source_.reset();  // and when the first has gone, the group is free
  fw_->run([] { EXPECT_TRUE(Source::open(kGroup)); });
}

TEST_F(LogSource, WithoutThePrivilegeItCannotBeOpened) {
  source_.reset();
  fw_->run([] {
    become_nobody();

    const auto opened = Source::open(kGroup);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(), "group 5 cannot be read without CAP_NET_ADMIN");
  });
}

TEST_F(LogSource, ASourceGoesOnReadingWithoutThePrivilegeItWasOpenedWith) {
  fw_->run([this] {
    become_nobody();
    ASSERT_FALSE(Source::open(6));
    send_udp(9999, 3);

    EXPECT_THAT(wait(3), Contains(Field(&Drop::dport, 9999)).Times(3));
  });
}

}  // namespace
}  // namespace sekisho::nflog
