// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/city.hpp"

#include <gtest/gtest.h>

namespace sekisho::simulate::test {
namespace {

class Denial : public ::testing::TestWithParam<net::Family> {
 protected:
  [[nodiscard]] bool v4() const { return GetParam() == net::Family::V4; }
  [[nodiscard]] Packet crossing() const { return office_to_jumin(GetParam()); }
  /// From office's host 5 to a group or broadcast address.
  [[nodiscard]] Packet to_group(std::string_view group, Route route) const {
    Packet packet = crossing();
    packet.protocol = net::protocol::kUdp;
    packet.dst = address(group);
    packet.out.clear();
    packet.route = route;
    return packet;
  }
  [[nodiscard]] Packet to_self(int zone) const {
    Packet packet = crossing();
    packet.dst = host(GetParam(), zone, 1);
    packet.out.clear();
    packet.route = Route::Local;
    return packet;
  }
  [[nodiscard]] std::string_view all_nodes() const { return v4() ? "224.0.0.1" : "ff02::1"; }
};

std::string family_name(const ::testing::TestParamInfo<net::Family>& family) {
  return family.param == net::Family::V4 ? "IPv4" : "IPv6";
}
INSTANTIATE_TEST_SUITE_P(Families, Denial, ::testing::ValuesIn(net::kFamilies), family_name);

TEST_P(Denial, WithoutAPermitNothingCrosses) {
  const Decision decision = decide_now(city(), crossing());

  EXPECT_EQ(decision.verdict, Verdict::Deny);
  EXPECT_EQ(line(decision), "cross_zone - office jumin 6(3)①");
}

TEST_P(Denial, OptionsAndConnectionsThatAreNoneAreInvalid) {
  Packet options = crossing();
  options.has_options = true;
  Packet stray = crossing();
  stray.state = CtState::Invalid;
  Packet untracked = crossing();
  untracked.state = CtState::Untracked;

  for (const Packet& packet : {options, stray, untracked}) {
    EXPECT_EQ(line(decide_now(city(), packet)), "invalid - office jumin 6(3)①");
  }
}

TEST_P(Denial, AnIcmpTypeThatOpensNoConnectionIsInvalid) {
  Packet packet = crossing();
  packet.protocol = v4() ? net::protocol::kIcmp : net::protocol::kIcmp6;
  const auto decided = [&](int type) {
    packet.icmp_type = static_cast<std::uint8_t>(type);
    return decide_now(city(), packet).reason;
  };

  EXPECT_EQ(decided(v4() ? 3 : 1), Reason::Invalid);
  EXPECT_EQ(decided(v4() ? 0 : 129), Reason::Invalid);
  EXPECT_EQ(decided(v4() ? 8 : 128), Reason::CrossZone);
}

TEST_P(Denial, AnInterfaceOfNoZoneIsUnknown) {
  Packet packet = crossing();
  packet.in = "foreign0";

  EXPECT_EQ(line(decide_now(city(), packet)), "unknown_zone - - jumin 6(3)①");
}

TEST_P(Denial, AManagementInterfaceForwardsNothing) {
  Packet packet = crossing();
  packet.in = "mgmt0";
  packet.src = host(GetParam(), 99, 5);

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::UnknownZone);
}

TEST_P(Denial, ASourceOfAnotherZoneIsSpoofed) {
  Packet packet = crossing();
  packet.src = host(GetParam(), 10, 5);

  EXPECT_EQ(line(decide_now(city(), packet)), "spoofed_source - office jumin 6(3)①");
}

TEST_P(Denial, TheAppliancesOwnAddressAsSourceIsSpoofed) {
  Packet packet = crossing();
  packet.source_is_local = true;

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::SpoofedSource);
}

TEST_P(Denial, SpecialSourcesAreSpoofedEvenFromAZoneThatHoldsEverything) {
  const std::vector<std::string_view> sources =
      v4() ? std::vector<std::string_view>{"0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1",
                                           "255.255.255.255"}
           : std::vector<std::string_view>{"::", "::1", "fe80::1", "ff02::1", "::ffff:10.20.0.5"};
  for (const std::string_view source : sources) {
    Packet packet = crossing();
    packet.in = "sc0";
    packet.src = address(source);

    EXPECT_EQ(decide_now(city(), packet).reason, Reason::SpoofedSource) << source;
  }
}

TEST_P(Denial, ANestedNetworkIsNotItsSurroundingZone) {
  Packet packet = crossing();
  packet.in = "sc0";
  packet.src = host(GetParam(), 30, 5);

  EXPECT_EQ(line(decide_now(city(), packet)), "spoofed_source - cloud jumin 6(3)①");
}

TEST_P(Denial, TheApplianceIsProtectedFromZones) {
  EXPECT_EQ(line(decide_now(city(), to_self(20))), "self_protected - office office 6(6)");
  EXPECT_EQ(line(decide_now(city(), to_self(30))), "self_protected - office inet 6(3)②");
}

TEST_P(Denial, APermitDoesNotOpenTheAppliance) {
  const auto parts = city({flow("inside", end_at(kOffice), end_at(kOffice), {"tcp/443"})});

  EXPECT_EQ(decide_now(parts, to_self(20)).reason, Reason::SelfProtected);
}

TEST_P(Denial, GroupsOfTheLinkAreChatter) {
  EXPECT_EQ(line(decide_now(city(), to_group(all_nodes(), Route::Multicast))),
            "chatter - office - 6(6)");
}

TEST_P(Denial, ALinkLocalOrUnspecifiedSourceOfChatterIsNotSpoofed) {
  Packet packet = to_group(all_nodes(), Route::Multicast);
  for (const std::string_view source :
       v4() ? std::array{"169.254.3.3", "0.0.0.0"} : std::array{"fe80::5", "::"}) {
    packet.src = address(source);
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::Chatter) << source;
  }
  packet.src = host(GetParam(), 10, 5);
  EXPECT_EQ(decide_now(city(), packet).reason, Reason::SpoofedSource);
}

TEST_P(Denial, OtherGroupsAreInNoZone) {
  const Packet packet = to_group(v4() ? "239.1.1.1" : "ff05::2", Route::Multicast);

  EXPECT_EQ(line(decide_now(city(), packet)), "unknown_zone - office - 6(6)");
}

TEST_P(Denial, ADestinationInNoZoneIsUnknown) {
  auto parts = city();
  parts.zones.pop_back();
  Packet packet = inet_to_cloud(GetParam());
  packet.out = "in0";

  EXPECT_EQ(line(decide_now(parts, packet)), "unknown_zone - inet - 6(3)③");
  packet.route = Route::None;
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::UnknownZone);
}

TEST_P(Denial, AnotherZonesWireIsMisrouted) {
  const auto parts =
      city({specific_flow("eltax", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"})});
  Packet packet = crossing();
  ASSERT_EQ(decide_now(parts, packet).reason, Reason::SpecificFlow);

  packet.out = "in0";

  EXPECT_EQ(line(decide_now(parts, packet)), "misrouted - office jumin 6(3)①");
}

TEST_P(Denial, NoRouteToAZoneIsMisrouted) {
  Packet packet = crossing();
  packet.out.clear();
  packet.route = Route::None;

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::Misrouted);
}

TEST_P(Denial, OnlyDeclaredGatewaysLeadIntoTheCloud) {
  const auto parts = city({flow("web", end_at(kInet), end_at(kCloud), {"tcp/443"})});
  Packet packet = inet_to_cloud(GetParam());
  ASSERT_EQ(decide_now(parts, packet).reason, Reason::Flow);

  packet.next_hop = address(v4() ? "203.0.113.2" : "2001:db8:c::2");
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::Misrouted);
  packet.next_hop.reset();
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::Misrouted) << "on-link, and no gateway";
  packet.dst = address(v4() ? "203.0.113.1" : "2001:db8:c::1");
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::Flow) << "the gateway itself";
}

TEST_P(Denial, GatewaysOfOneFamilySayNothingOfTheOther) {
  auto parts = city({flow("web", end_at(kInet), end_at(kCloud), {"tcp/443"})});
  std::erase_if(parts.zones[kCloud].gateways,
                [&](const net::Address& a) { return a.family() == GetParam(); });
  Packet packet = inet_to_cloud(GetParam());
  packet.next_hop.reset();

  EXPECT_EQ(decide_now(parts, packet).reason, Reason::Flow);
}

/// Everything is wrong with it; taking away the first reason uncovers the next one, to the last.
TEST_P(Denial, TheFirstOfSeveralReasonsIsGiven) {
  auto expired = specific_flow("ended", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});
  expired.valid_until = kNow;
  auto bound = specific_flow("bound", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});
  bound.from.macs = {mac("02:00:00:00:00:99")};
  const auto both = city({expired, bound});
  Packet packet = crossing();
  packet.has_options = true;
  packet.in = "foreign0";
  packet.src = host(GetParam(), 10, 5);
  packet.route = Route::Local;

  EXPECT_EQ(decide_now(both, packet).reason, Reason::Invalid);
  packet.has_options = false;
  EXPECT_EQ(decide_now(both, packet).reason, Reason::UnknownZone);
  packet.in = "lg0";
  EXPECT_EQ(decide_now(both, packet).reason, Reason::SpoofedSource);
  packet.src = host(GetParam(), 20, 5);
  EXPECT_EQ(decide_now(both, packet).reason, Reason::SelfProtected);
  packet.route = Route::Forward;
  packet.out = "in0";
  EXPECT_EQ(decide_now(both, packet).reason, Reason::Misrouted);
  packet.out = "mn0";
  EXPECT_EQ(decide_now(both, packet).reason, Reason::MacMismatch);
  EXPECT_EQ(decide_now(city({expired}), packet).reason, Reason::Expired);
  EXPECT_EQ(decide_now(city(), packet).reason, Reason::CrossZone);
}

TEST_P(Denial, TheClauseFollowsFromTheTwoZones) {
  struct Row {
    std::string_view in;
    int from;
    std::string_view out;
    int to;
    std::string_view expected;
  };
  for (const Row& row : {Row{"mn0", 10, "in0", 30, "cross_zone - jumin inet 6(3)①"},
                         Row{"lg0", 20, "in0", 30, "cross_zone - office inet 6(3)②"},
                         Row{"in0", 30, "lg0", 20, "cross_zone - inet office 6(3)②"},
                         Row{"lg0", 20, "lg9", 21, "cross_zone - office guarded 6(6)"},
                         Row{"lg9", 21, "lg9", 21, "cross_zone - guarded guarded 6(6)"}}) {
    Packet packet = crossing();
    packet.in = row.in;
    packet.out = row.out;
    packet.src = host(GetParam(), row.from, 5);
    packet.dst = host(GetParam(), row.to, 7);

    EXPECT_EQ(line(decide_now(city(), packet)), row.expected);
  }
}

TEST(Broadcast, IsChatterWhetherLimitedOrDirected) {
  Packet packet = office_to_jumin(net::Family::V4);
  packet.out.clear();
  packet.route = Route::Broadcast;
  packet.dst = address("255.255.255.255");
  packet.src = address("0.0.0.0");

  EXPECT_EQ(line(decide_now(city(), packet)), "chatter - office - 6(6)");
  packet.dst = address("10.20.255.255");
  EXPECT_EQ(line(decide_now(city(), packet)), "chatter - office office 6(6)");
}

}  // namespace
}  // namespace sekisho::simulate::test
