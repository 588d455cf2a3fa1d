// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain/explain.hpp"

#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace sekisho::explain {
namespace {

using simulate::CtState;
using simulate::Packet;
using simulate::Route;

net::Address address(const std::string& text) {
  return net::Address::parse(text).value();
}

Question question(const std::string& in, const std::string& src, const std::string& dst) {
  return {.in = in, .src = address(src), .dst = address(dst)};
}

class PacketFor : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
    ns_->sh(
        "set -e; ip link add a0 type veth peer name a1; ip link add b0 type veth peer name b1; "
        "for i in a0 a1 b0 b1; do ip link set $i up; done; "
        "ip addr add 10.1.0.1/24 dev a0; ip addr add 10.2.0.1/24 dev b0; ip addr add 10.9.0.1/32 "
        "dev a0; "
        "ip addr add 10.9.0.1/32 dev b0; ip addr add fd00:1::1/64 dev a0 nodad; ip addr add "
        "fd00:2::1/64 dev b0 nodad; "
        "ip addr add fe80::a/64 dev a0 nodad; ip route add default via 10.2.0.254; ip route add "
        "default via fd00:2::fe; "
        "ip route add unreachable 10.3.0.0/16");
  }

  [[nodiscard]] Packet ask(const Question& asked) const {
    Packet packet;
    ns_->run([&] {
      auto answer = packet_for(asked);
      ASSERT_TRUE(answer) << answer.error().text();
      packet = *std::move(answer);
    });
    return packet;
  }
  [[nodiscard]] std::string refusal_of(const Question& asked) const {
    std::string text;
    ns_->run([&] {
      const auto answer = packet_for(asked);
      text = answer ? "" : answer.error().text();
    });
    return text;
  }

  std::optional<testing::NetNs> ns_;
};

TEST_F(PacketFor, FollowsTheRouteAndItsGateway) {
  const Packet near = ask(question("a0", "10.1.0.7", "10.2.0.7"));
  const Packet far4 = ask(question("a0", "10.1.0.7", "192.0.2.7"));
  const Packet far6 = ask(question("a0", "fd00:1::7", "2001:db8::7"));

  EXPECT_EQ(near.route, Route::Forward);
  EXPECT_EQ(near.out, "b0");
  EXPECT_EQ(near.next_hop, std::nullopt);
  EXPECT_EQ(far4.out, "b0");
  EXPECT_EQ(far4.next_hop, address("10.2.0.254"));
  EXPECT_EQ(far6.next_hop, address("fd00:2::fe"));
  EXPECT_FALSE(far6.source_is_local);
}

TEST_F(PacketFor, KnowsTheAppliancesAddressesAndWhoseTheyAre) {
  for (const char* dst : {"10.1.0.1", "fd00:1::1", "fe80::a"}) {
    const std::string src = dst[0] == '1' ? "10.1.0.7" : "fd00:1::7";
    const Packet packet = ask(question("a0", src, dst));
    EXPECT_EQ(packet.route, Route::Local) << dst;
    EXPECT_EQ(packet.out, "") << dst;
    EXPECT_TRUE(packet.dst_on_in) << dst;
  }
  EXPECT_FALSE(ask(question("b0", "10.2.0.7", "10.1.0.1")).dst_on_in);
  EXPECT_FALSE(ask(question("b0", "fd00:2::7", "fd00:1::1")).dst_on_in);
  EXPECT_FALSE(ask(question("a0", "10.1.0.7", "10.9.0.1")).dst_on_in);  // on both
  EXPECT_TRUE(ask(question("a0", "10.2.0.1", "192.0.2.7")).source_is_local);
  EXPECT_TRUE(ask(question("a0", "fd00:2::1", "2001:db8::7")).source_is_local);
}

TEST_F(PacketFor, ALinkLocalDestinationIsOfItsWireAlone) {
  const Packet other = ask(question("b0", "fd00:2::7", "fe80::a"));

  EXPECT_EQ(other.route, Route::Forward);
  EXPECT_EQ(other.out, "b0");
}

TEST_F(PacketFor, TellsBroadcastsAndGroupsFromOtherDestinations) {
  const auto route = [&](const std::string& dst) {
    return ask(question("a0", dst.find(':') == std::string::npos ? "10.1.0.7" : "fd00:1::7", dst))
        .route;
  };

  EXPECT_EQ(route("255.255.255.255"), Route::Broadcast);
  EXPECT_EQ(route("10.1.0.255"), Route::Broadcast);
  EXPECT_EQ(route("10.2.0.255"), Route::Broadcast);
  EXPECT_EQ(route("10.4.0.255"), Route::Forward);
  EXPECT_EQ(route("224.0.0.251"), Route::Multicast);
  EXPECT_EQ(route("239.1.2.3"), Route::Multicast);
  EXPECT_EQ(route("ff02::1"), Route::Multicast);
  EXPECT_EQ(route("10.3.0.7"), Route::None);
  EXPECT_EQ(route("0.0.0.0"), Route::None);
}

TEST_F(PacketFor, OfTheAppliancesOwnLeavesByTheRoute) {
  const Packet away = ask(question("", "10.2.0.1", "192.0.2.7"));
  const Packet home = ask(question("", "10.2.0.1", "10.1.0.1"));
  const Packet broadcast = ask(question("", "10.2.0.1", "10.1.0.255"));

  EXPECT_EQ(away.route, Route::Forward);
  EXPECT_EQ(away.out, "b0");
  EXPECT_TRUE(away.source_is_local);
  EXPECT_EQ(home.route, Route::Local);
  EXPECT_EQ(home.out, "lo");
  EXPECT_EQ(broadcast.route, Route::Broadcast);
  EXPECT_EQ(broadcast.out, "a0");
}

TEST_F(PacketFor, KeepsWhatWasAsked) {
  Question asked = question("a0", "10.1.0.7", "10.2.0.7");
  asked.protocol = 17;
  asked.sport = 1234;
  asked.dport = 53;
  asked.mac = net::Mac::parse("02:00:00:00:00:07");

  const Packet packet = ask(asked);

  EXPECT_EQ(packet.in, "a0");
  EXPECT_EQ(packet.protocol, 17);
  EXPECT_EQ(packet.sport, 1234);
  EXPECT_EQ(packet.dport, 53);
  EXPECT_EQ(packet.icmp_type, 0);
  EXPECT_EQ(packet.src_mac, asked.mac);
  EXPECT_EQ(packet.state, CtState::New);
}

TEST_F(PacketFor, NeighbourDiscoveryComesFromTheLink) {
  Question asked = question("a0", "fd00:1::7", "fd00:1::1");
  asked.protocol = 58;
  asked.icmp_type = 135;

  EXPECT_EQ(ask(asked).hop_limit, 255);
  EXPECT_EQ(ask(asked).state, CtState::Untracked);
  asked.icmp_type = 128;
  EXPECT_EQ(ask(asked).hop_limit, 64);
}

TEST_F(PacketFor, AnInterfaceThatIsMissingHasNoAddresses) {
  const Packet packet = ask(question("eth9", "10.1.0.7", "10.1.0.1"));

  EXPECT_EQ(packet.route, Route::Local);
  EXPECT_FALSE(packet.dst_on_in);
}

TEST_F(PacketFor, RefusesWhatNoPacketCanBe) {
  EXPECT_EQ(refusal_of(question("a0", "10.1.0.7", "fd00:1::1")),
            "'10.1.0.7' and 'fd00:1::1' are of two families");
  EXPECT_EQ(refusal_of(question("a-name-that-is-too-long", "10.1.0.7", "10.2.0.7")),
            "'a-name-that-is-too-long' is too long for an interface's name");
}

TEST_F(PacketFor, UdpLiteByAWireIsInvalidAsConntrackMistakesItsChecksum) {
  Question asked = question("a0", "10.1.0.7", "10.2.0.7");
  asked.protocol = 136;

  EXPECT_EQ(ask(asked).state, CtState::Invalid);
}

TEST(StateOfFirst, IsConntracksOwn) {
  const auto v4 = [](std::uint8_t type) { return state_of_first(net::Family::V4, 1, type); };
  const auto v6 = [](std::uint8_t type) { return state_of_first(net::Family::V6, 58, type); };

  EXPECT_THAT((std::vector{v4(8), v4(13), v6(128), v6(139)}), ::testing::Each(CtState::New));
  EXPECT_THAT((std::vector{v4(0), v4(3), v4(5), v6(1), v6(129), v6(137), v6(140)}),
              ::testing::Each(CtState::Invalid));
  EXPECT_THAT((std::vector{v6(130), v6(133), v6(134), v6(135), v6(136), v6(143)}),
              ::testing::Each(CtState::Untracked));
  EXPECT_EQ(state_of_first(net::Family::V6, 1, 8), CtState::Invalid);
  EXPECT_EQ(state_of_first(net::Family::V4, 58, 128), CtState::Invalid);
  EXPECT_EQ(state_of_first(net::Family::V6, 59, 0), CtState::Invalid);
  EXPECT_EQ(state_of_first(net::Family::V4, 59, 0), CtState::New);
}

}  // namespace
}  // namespace sekisho::explain
