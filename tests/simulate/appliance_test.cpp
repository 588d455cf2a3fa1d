// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/city.hpp"

#include <gtest/gtest.h>

namespace sekisho::simulate::test {
namespace {

class Self : public ::testing::TestWithParam<net::Family> {
 protected:
  [[nodiscard]] bool v4() const { return GetParam() == net::Family::V4; }
  [[nodiscard]] Packet ssh() const {
    return {.in = "mgmt0",
            .route = Route::Local,
            .src = host(GetParam(), 99, 5),
            .dst = host(GetParam(), 99, 1),
            .dport = 22};
  }
  /// NTP by the appliance to a server in the cloud.
  [[nodiscard]] Packet ntp() const {
    return {.out = "sc0",
            .src = address(v4() ? "203.0.113.2" : "2001:db8:c::2"),
            .dst = server().address(),
            .protocol = net::protocol::kUdp,
            .dport = 123,
            .source_is_local = true};
  }
  [[nodiscard]] net::Prefix server() const {
    return prefix(v4() ? "198.51.100.123" : "2001:db8:9::123");
  }
  [[nodiscard]] policy::End at_server() const {
    policy::End end = end_at(kCloud);
    end.hosts = {server()};
    return end;
  }
};

std::string family_name(const ::testing::TestParamInfo<net::Family>& family) {
  return family.param == net::Family::V4 ? "IPv4" : "IPv6";
}
INSTANTIATE_TEST_SUITE_P(Families, Self, ::testing::ValuesIn(net::kFamilies), family_name);

TEST_P(Self, ManagementReachesTheAppliance) {
  Packet ping = ssh();
  ping.protocol = v4() ? net::protocol::kIcmp : net::protocol::kIcmp6;
  ping.icmp_type = v4() ? 8 : 128;

  const Decision decision = decide_now(city(), ssh());

  EXPECT_EQ(decision.verdict, Verdict::Permit);
  EXPECT_EQ(line(decision), "management - - - 6(6)");
  EXPECT_EQ(decide_now(city(), ping).reason, Reason::Management);
}

TEST_P(Self, NothingElseComesInByManagement) {
  Packet other_port = ssh();
  other_port.dport = 23;
  Packet other_source = ssh();
  other_source.src = host(GetParam(), 20, 5);
  Packet other_address = ssh();
  other_address.dst_on_in = false;
  Packet broken = ssh();
  broken.state = CtState::Invalid;

  for (const Packet& packet : {other_port, other_source, other_address}) {
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::UnknownZone);
  }
  EXPECT_EQ(decide_now(city(), broken).reason, Reason::Invalid);
}

TEST_P(Self, ManagementByAZonesWireIsDenied) {
  Packet packet = ssh();
  packet.in = "lg0";
  EXPECT_EQ(decide_now(city(), packet).reason, Reason::SpoofedSource);

  packet.src = host(GetParam(), 20, 5);
  EXPECT_EQ(decide_now(city(), packet).reason, Reason::SelfProtected);
}

TEST_P(Self, WithoutManagementNobodyReachesTheAppliance) {
  auto parts = city();
  parts.management.reset();

  EXPECT_EQ(decide_now(parts, ssh()).reason, Reason::UnknownZone);
}

TEST_P(Self, OpensOnlyWhatASelfFlowSays) {
  const auto parts = city({self_flow("ntp", at_server(), {"udp/123"})});

  EXPECT_EQ(line(decide_now(parts, ntp())), "self_flow ntp - cloud 6(3)③");
  EXPECT_EQ(line(decide_now(city(), ntp())), "self_protected - - cloud 6(3)③");
  Packet other_port = ntp();
  other_port.dport = 53;
  Packet other_host = ntp();
  other_host.dst = address(v4() ? "198.51.100.124" : "2001:db8:9::124");
  Packet other_wire = ntp();
  other_wire.out = "in0";
  for (const Packet& packet : {other_port, other_host, other_wire}) {
    EXPECT_EQ(decide_now(parts, packet).reason, Reason::SelfProtected);
  }
}

TEST_P(Self, AnEndedSelfFlowProtectsAgain) {
  policy::Permit ended = self_flow("ntp", at_server(), {"udp/123"});
  ended.valid_until = kNow;

  EXPECT_EQ(decide_now(city({ended}), ntp()).reason, Reason::SelfProtected);
}

TEST_P(Self, TheExactSelfFlowIsNamed) {
  const auto zone = self_flow("zone", end_at(kCloud), {"udp/123"});
  const auto ports = self_flow("ports", at_server(), {"udp/100-200"});
  const auto exact = self_flow("exact", at_server(), {"udp/123"});

  EXPECT_EQ(decide_now(city({zone, ports, exact}), ntp()).permit, "exact");
  EXPECT_EQ(decide_now(city({zone, ports}), ntp()).permit, "ports");
  EXPECT_EQ(decide_now(city({zone}), ntp()).permit, "zone");
}

TEST_P(Self, AFlowOfAZoneIsNoSelfFlow) {
  const auto parts = city({flow("office", end_at(kOffice), end_at(kCloud), {"udp/123"})});

  EXPECT_EQ(decide_now(parts, ntp()).reason, Reason::SelfProtected);
}

TEST_P(Self, ASelfFlowWithoutZoneLeadsToManagement) {
  Packet packet = ntp();
  packet.out = "mgmt0";
  packet.dst = host(GetParam(), 99, 7);
  const auto whole = self_flow("all", {}, {"udp/123"});
  auto one = self_flow("one", {}, {"udp/123"});
  one.to.hosts = {net::Prefix{host(GetParam(), 99, 7), v4() ? 32U : 128U}};

  EXPECT_EQ(decide_now(city({whole, one}), packet).permit, "one");
  EXPECT_EQ(decide_now(city({whole}), packet).permit, "all");
  packet.out = "sc0";
  EXPECT_EQ(decide_now(city({whole, one}), packet).reason, Reason::SelfProtected);
  packet.out = "mgmt0";
  packet.dst = host(GetParam(), 20, 7);
  EXPECT_EQ(decide_now(city({whole, one}), packet).reason, Reason::SelfProtected);
}

TEST_P(Self, TalksToItselfWithoutADecision) {
  const net::Address own = address(v4() ? "127.0.0.1" : "::1");
  const Packet leaving{.out = "lo", .route = Route::Local, .src = own, .dst = own};
  const Packet arriving{.in = "lo", .route = Route::Local, .src = own, .dst = own};

  for (const Packet& packet : {leaving, arriving}) {
    EXPECT_EQ(decide_now(city(), packet).verdict, Verdict::Permit);
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::None);
  }
}

Packet neighbour_solicitation() {
  return {.in = "lg0",
          .route = Route::Multicast,
          .src = address("fe80::5"),
          .dst = address("ff02::1:ff00:1"),
          .protocol = net::protocol::kIcmp6,
          .icmp_type = 135,
          .hop_limit = 255,
          .state = CtState::Untracked};
}

TEST(NeighbourDiscovery, PassesWithoutADecision) {
  Packet advertisement = neighbour_solicitation();
  advertisement.icmp_type = 136;
  advertisement.route = Route::Local;
  advertisement.dst = address("fe80::1");
  Packet management = neighbour_solicitation();
  management.in = "mgmt0";
  Packet own = neighbour_solicitation();
  own.out = std::exchange(own.in, "");

  for (const Packet& packet : {neighbour_solicitation(), advertisement, management, own}) {
    EXPECT_EQ(line(decide_now(city(), packet)).substr(0, 8), "permit -");
  }
}

TEST(NeighbourDiscovery, FromAfarForwardedOrWithHeadersIsInvalid) {
  Packet routed = neighbour_solicitation();
  routed.hop_limit = 254;
  Packet forwarded = neighbour_solicitation();
  forwarded.route = Route::Forward;
  forwarded.dst = host(net::Family::V6, 10, 7);
  Packet options = neighbour_solicitation();
  options.has_options = true;

  for (const Packet& packet : {routed, forwarded, options}) {
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::Invalid);
  }
}

TEST(NeighbourDiscovery, OfAWireOfNoZoneIsNotAnswered) {
  Packet foreign = neighbour_solicitation();
  foreign.in = "foreign0";
  Packet own = neighbour_solicitation();
  own.in.clear();
  own.out = "foreign0";

  EXPECT_EQ(decide_now(city(), foreign).reason, Reason::UnknownZone);
  EXPECT_EQ(decide_now(city(), own).reason, Reason::SelfProtected);
}

TEST(RouterMessages, AreKeptFromTheAppliance) {
  Packet advertisement = neighbour_solicitation();
  advertisement.icmp_type = 134;
  Packet redirect = neighbour_solicitation();
  redirect.icmp_type = 137;
  redirect.route = Route::Local;
  redirect.state = CtState::Invalid;

  for (Packet packet : {advertisement, redirect}) {
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::SelfProtected);
    packet.src = host(net::Family::V6, 10, 7);
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::SpoofedSource);
    packet.in = "foreign0";
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::UnknownZone);
    packet.has_options = true;
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::Invalid);
  }
  EXPECT_EQ(line(decide_now(city(), advertisement)), "self_protected - office - 6(6)");
}

/// As hosts send it, with its router alert.
Packet listener_report() {
  Packet report = neighbour_solicitation();
  report.dst = address("ff02::16");
  report.icmp_type = 143;
  report.hop_limit = 1;
  report.has_options = true;
  return report;
}

TEST(GroupMembership, IsChatterWithItsRouterAlert) {
  Packet solicitation = neighbour_solicitation();
  solicitation.dst = address("ff02::2");
  solicitation.icmp_type = 133;
  Packet query = listener_report();
  query.src = address("10.20.0.5");
  query.dst = address("224.0.0.1");
  query.protocol = 2;
  query.state = CtState::New;

  for (const Packet& packet : {solicitation, listener_report(), query}) {
    EXPECT_EQ(line(decide_now(city(), packet)), "chatter - office - 6(6)");
  }
}

TEST(GroupMembership, OfAnotherZonesAddressOrNoZoneIsNoChatter) {
  Packet spoofed = listener_report();
  spoofed.src = host(net::Family::V6, 10, 7);
  Packet foreign = listener_report();
  foreign.in = "foreign0";
  Packet management = listener_report();
  management.in = "mgmt0";
  Packet solicitation = listener_report();
  solicitation.icmp_type = 133;

  EXPECT_EQ(decide_now(city(), spoofed).reason, Reason::SpoofedSource);
  EXPECT_EQ(decide_now(city(), foreign).reason, Reason::UnknownZone);
  EXPECT_EQ(decide_now(city(), management).reason, Reason::UnknownZone);
  EXPECT_EQ(decide_now(city(), solicitation).reason, Reason::Invalid);
}

TEST(ExtensionHeaders, AreInvalidAsProtocolsToo) {
  Packet packet = inet_to_cloud(net::Family::V6);
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{0, 43, 44, 51, 60, 135, 139, 140}) {
    packet.protocol = protocol;
    EXPECT_EQ(decide_now(city(), packet).reason, Reason::Invalid) << int{protocol};
  }
  packet = inet_to_cloud(net::Family::V4);
  packet.protocol = 51;

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::CrossZone);
}

TEST(Management, ItsNetworksAreInNoZone) {
  Packet to = inet_to_cloud(net::Family::V4);
  to.dst = host(net::Family::V4, 99, 7);
  Packet from = inet_to_cloud(net::Family::V4);
  from.in = "sc0";
  from.src = host(net::Family::V4, 99, 7);

  EXPECT_EQ(line(decide_now(city(), to)), "unknown_zone - inet - 6(3)③");
  EXPECT_EQ(decide_now(city(), from).reason, Reason::SpoofedSource);
}

TEST_P(Self, OpensNothingThatConntrackDoesNotTrack) {
  const auto parts = city({self_flow("ntp", at_server(), {"udp/123"})});
  Packet invalid = ntp();
  invalid.state = CtState::Invalid;

  EXPECT_EQ(decide_now(parts, invalid).reason, Reason::SelfProtected);
}

TEST(IcmpSix, InsideIpv4IsNoNeighbourDiscovery) {
  Packet packet = neighbour_solicitation();
  packet.src = address("10.20.0.5");
  packet.dst = address("224.0.0.1");

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::Invalid);
}

}  // namespace
}  // namespace sekisho::simulate::test
