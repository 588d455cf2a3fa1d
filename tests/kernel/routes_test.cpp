// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/routes.hpp"

#include "support/netns.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>

namespace sekisho::kernel {
namespace {

using Kind = Route::Kind;

class Routes : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
    ns_->sh(
        "ip link add in0 type veth peer name in1 && ip link add br0 type bridge && ip link set in1 master br0 && "
        "ip link set in0 up && ip link set in1 up && ip addr add 10.1.0.1/24 dev in0 && "
        "ip addr add fd00:1::1/64 dev in0 nodad && ip route add 10.2.0.0/16 via 10.1.0.254 && "
        "ip route add 10.3.0.0/16 via inet6 fd00:1::fe dev in0 && ip -6 route add fd00:2::/64 via fd00:1::fe && "
        "ip route add unreachable 10.4.0.0/16 && ip route add blackhole 10.5.0.0/16 && "
        "ip route add prohibit 10.6.0.0/16 && ip -6 route add unreachable fd00:4::/64 && "
        "ip route add 224.0.0.0/4 dev in0");
  }

  [[nodiscard]] Route to(const char* text) const {
    Route route;
    ns_->run([&] {
      const auto found = route_to(*net::Address::parse(text));
      ASSERT_TRUE(found) << found.error().text();
      route = *found;
    });
    return route;
  }

  std::optional<testing::NetNs> ns_;
};

TEST_F(Routes, KindsInterfacesAndGatewaysAreTold) {
  const auto gateway4 = net::Address::parse("10.1.0.254");
  const auto gateway6 = net::Address::parse("fd00:1::fe");

  EXPECT_EQ(to("10.1.0.7"), (Route{Kind::Unicast, "in0", std::nullopt}));
  EXPECT_EQ(to("10.2.3.4"), (Route{Kind::Unicast, "in0", gateway4}));
  EXPECT_EQ(to("10.3.0.1"), (Route{Kind::Unicast, "in0", gateway6}));
  EXPECT_EQ(to("fd00:1::9"), (Route{Kind::Unicast, "in0", std::nullopt}));
  EXPECT_EQ(to("fd00:2::9"), (Route{Kind::Unicast, "in0", gateway6}));
  EXPECT_EQ(to("10.1.0.1"), (Route{Kind::Local, "lo", std::nullopt}));
  EXPECT_EQ(to("fd00:1::1").kind, Kind::Local);
  EXPECT_EQ(to("10.1.0.255"), (Route{Kind::Broadcast, "in0", std::nullopt}));
  EXPECT_EQ(to("224.0.0.9").kind, Kind::Multicast);
  EXPECT_EQ(to("ff02::9").kind, Kind::Multicast);
}

TEST_F(Routes, WhatRefusesOrIsMissingIsUnreachable) {
  for (const char* text : {"10.4.0.1", "10.5.0.1", "10.6.0.1", "192.0.2.1", "fd00:4::1", "fd00:ffff::1"}) {
    EXPECT_EQ(to(text), Route{}) << text;
  }
}

TEST_F(Routes, LinksAreListed) {
  ns_->run([] {
    const auto found = links();

    ASSERT_TRUE(found) << found.error().text();
    const auto named = [&found](std::string_view name) {
      const auto at = std::ranges::find(*found, name, [](const Link& link) -> std::string_view { return link.name; });
      return at == found->end() ? Link{} : *at;
    };
    EXPECT_EQ(found->size(), 4U);
    EXPECT_TRUE(named("in0").up);
    EXPECT_FALSE(named("br0").up);
    EXPECT_EQ(named("in0").master, 0U);
    EXPECT_EQ(named("in1").master, named("br0").index);
  });
}

TEST_F(Routes, AddressesAreListed) {
  ns_->run([] {
    const auto found = addresses();

    ASSERT_TRUE(found) << found.error().text();
    const auto has = [&found](const char* text, unsigned prefix) {
      return std::ranges::any_of(*found, [&](const InterfaceAddress& one) {
        return one.address == *net::Address::parse(text) && one.prefix == prefix && one.index != 0;
      });
    };
    EXPECT_TRUE(has("10.1.0.1", 24));
    EXPECT_TRUE(has("fd00:1::1", 64));
    EXPECT_TRUE(has("127.0.0.1", 8));
    EXPECT_TRUE(has("::1", 128));
  });
}

TEST_F(Routes, NeighboursAreListedWithTheirHardwareAddresses) {
  ns_->sh(
      "ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev in0 && "
      "ip neigh add fd00:1::9 lladdr 02:00:00:00:06:09 dev in0");
  ns_->run([] {
    const auto found = neighbours();

    ASSERT_TRUE(found) << found.error().text();
    const std::uint32_t in0 = ::if_nametoindex("in0");
    for (const auto& [address, mac] : {std::pair{"10.1.0.9", "02:00:00:00:00:09"},
                                       std::pair{"fd00:1::9", "02:00:00:00:06:09"}}) {
      const Neighbour wanted{in0, *net::Address::parse(address), *net::Mac::parse(mac)};
      EXPECT_NE(std::ranges::find(*found, wanted), found->end()) << address;
    }
  });
}

}  // namespace
}  // namespace sekisho::kernel
