// SPDX-License-Identifier: GPL-3.0-or-later
#include "frames.hpp"

#include <gtest/gtest.h>

namespace sekisho::sensor {
namespace {

using Role = Sight::Role;

TEST(Frame, OfArpClaimsTheSendersAddress) {
  const auto sight = read_frame(arp("10.20.3.4", "10.20.0.1"));

  ASSERT_TRUE(sight);
  EXPECT_TRUE(sight->arp);
  EXPECT_EQ(sight->sender, mac(kHost));
  EXPECT_EQ(sight->claimed, address("10.20.3.4"));
  EXPECT_EQ(sight->headers.dst, address("10.20.0.1"));
}

TEST(Frame, OfAnArpProbeClaimsNothing) {
  EXPECT_FALSE(read_frame(arp("0.0.0.0", "10.20.0.1"))->claimed);
}

TEST(Frame, OfIpClaimsItsSource) {
  const auto four =
      read_frame(ethernet("0800", ipv4("10.20.3.4", "10.20.0.1", "11", udp(1000, 53))));
  const auto six = read_frame(ethernet("86dd", ipv6("fd00:20::7", "ff02::1", "11", udp(1000, 53))));

  ASSERT_TRUE(four && six);
  EXPECT_EQ(four->claimed, address("10.20.3.4"));
  EXPECT_EQ(four->headers.dport, 53);
  EXPECT_EQ(six->claimed, address("fd00:20::7"));
  EXPECT_EQ(six->role, Role::Any);
}

TEST(Frame, KnowsServersAndRouters) {
  const auto role = [](const Bytes& frame) { return read_frame(frame)->role; };

  EXPECT_EQ(role(ethernet("0800", ipv4("10.0.0.1", "255.255.255.255", "11", udp(67, 68)))),
            Role::DhcpServer);
  EXPECT_EQ(role(ethernet("0800", ipv4("0.0.0.0", "255.255.255.255", "11", udp(68, 67)))),
            Role::Any);
  EXPECT_EQ(role(ethernet("86dd", ipv6("fe80::1", "fe80::2", "11", udp(547, 546)))),
            Role::DhcpServer);
  EXPECT_EQ(role(ethernet("86dd", ipv6("fe80::1", "ff02::1", "3a", hex("86 00 0000 40 00 0000")))),
            Role::Router);
}

TEST(Frame, OfNeighbourDiscoveryClaimsTheTarget) {
  const auto claimed = [](const std::string& source, const std::string& type) {
    return read_frame(ethernet("86dd", ipv6(source, "ff02::1", "3a",
                                            hex(type + "00 0000 00000000") +
                                                bytes_of(address("fd00:10::5")))))
        ->claimed;
  };

  EXPECT_EQ(claimed("fe80::1", "88"), address("fd00:10::5"));     // an advertisement
  EXPECT_EQ(claimed("::", "87"), address("fd00:10::5"));          // may I have it?
  EXPECT_EQ(claimed("fd00:20::1", "87"), address("fd00:20::1"));  // who has it?
}

TEST(Frame, TagsAreReadOver) {
  const auto inner = ipv4("10.10.0.5", "10.20.0.1", "11", udp(1, 2));
  const auto once = read_frame(ethernet("8100", hex("0007 0800") + inner));
  const auto twice = read_frame(ethernet("88a8", hex("0007 8100 0008 0800") + inner));

  EXPECT_TRUE(once->tagged);
  EXPECT_EQ(once->claimed, address("10.10.0.5"));
  EXPECT_TRUE(twice->tagged);
  EXPECT_EQ(twice->claimed, address("10.10.0.5"));
  EXPECT_FALSE(read_frame(ethernet("0800", inner))->tagged);
}

TEST(Frame, ThatIsCutAnywhereIsNoHarm) {
  const std::vector<Bytes> whole{
      arp("10.20.3.4", "10.20.0.1"),
      ethernet("8100", hex("0007 0800") + ipv4("10.0.0.1", "10.0.0.2", "11", udp(67, 68))),
      ethernet("86dd", ipv6("::", "ff02::1", "3a", hex("87") + Bytes(40)))};
  for (const Bytes& frame : whole) {
    for (std::size_t length = 0; length < frame.size(); ++length) {
      const auto sight = read_frame(ByteView{frame}.first(length));

      EXPECT_EQ(sight.has_value(), length >= 14) << length;
    }
  }
}

TEST(Frame, OfAForeignTypeHasASenderOnly) {
  const auto sight = read_frame(ethernet("88b5", Bytes(46, 0xff)));

  ASSERT_TRUE(sight);
  EXPECT_EQ(sight->sender, mac(kHost));
  EXPECT_FALSE(sight->claimed);
}

}  // namespace
}  // namespace sekisho::sensor
