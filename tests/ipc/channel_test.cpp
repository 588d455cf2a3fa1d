// SPDX-License-Identifier: GPL-3.0-or-later
#include "ipc/channel.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>

namespace sekisho::ipc {
namespace {

TEST(Channel, CarriesSmallAndLargeMessagesAndADescriptor) {
  const auto ends = Channel::pair();
  ASSERT_TRUE(ends);
  const std::string large(1U << 20U, 'x');
  const auto memory = sealed_memory("original");
  ASSERT_TRUE(memory);

  ASSERT_TRUE(ends->first.send(7, "small"));
  ASSERT_TRUE(ends->first.send(8, large, memory->get()));
  const auto small = ends->second.receive();
  const auto big = ends->second.receive();

  ASSERT_TRUE(small && *small && big && *big);
  EXPECT_EQ((*small)->type, 7);
  EXPECT_EQ((*small)->payload, "small");
  EXPECT_EQ((*big)->type, 8);
  EXPECT_EQ((*big)->payload, large);
  EXPECT_EQ(read_sealed((*big)->fd.get(), 100).value(), "original");
}

TEST(Channel, HasNothingUntilSomethingIsSent) {
  const auto ends = Channel::pair();
  ASSERT_TRUE(ends);

  const auto nothing = ends->second.receive();

  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
}

TEST(Channel, SaysThatThePeerIsGone) {
  auto ends = Channel::pair();
  ASSERT_TRUE(ends);

  ends->first = Channel{};

  EXPECT_FALSE(ends->second.receive());
  EXPECT_FALSE(ends->second.send(1, "x"));
}

TEST(Channel, RefusesFramesThatNoChannelSends) {
  std::array<int, 2> raw{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, raw.data()), 0);
  const UniqueFd writer{raw[0]};
  const Channel reader{UniqueFd{raw[1]}};

  ASSERT_EQ(::write(writer.get(), "\x01", 1), 1);
  EXPECT_FALSE(reader.receive());
  ASSERT_EQ(::write(writer.get(), "\x00\x01\x00\x01", 4), 4);  // large, but without its memory
  EXPECT_FALSE(reader.receive());
  ASSERT_EQ(::write(writer.get(), "\x00\x01\x00\x02", 4), 4);  // unknown flag
  EXPECT_FALSE(reader.receive());
}

TEST(Channel, DoesNotWaitForEverForAPeerThatDoesNotRead) {
  const auto ends = Channel::pair();
  ASSERT_TRUE(ends);
  const std::string payload(32U << 10U, 'x');
  Result<> sent;

  for (int i = 0; i < 1000 && sent; ++i) {
    sent = ends->first.send(1, payload, -1, std::chrono::milliseconds{10});
  }

  EXPECT_FALSE(sent);
}

TEST(SealedMemory, IsTakenOnlySealedAndWithinItsLimit) {
  const auto memory = sealed_memory("12345");
  ASSERT_TRUE(memory);
  const UniqueFd loose{::memfd_create("loose", MFD_CLOEXEC)};

  EXPECT_TRUE(read_sealed(memory->get(), 5));
  EXPECT_FALSE(read_sealed(memory->get(), 4));
  EXPECT_FALSE(read_sealed(loose.get(), 100));
}

}  // namespace
}  // namespace sekisho::ipc
