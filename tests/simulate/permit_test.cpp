// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/city.hpp"

#include <gtest/gtest.h>

namespace sekisho::simulate::test {
namespace {

using policy::Permit;
using std::chrono::hours;

class Permits : public ::testing::TestWithParam<net::Family> {
 protected:
  [[nodiscard]] bool v4() const { return GetParam() == net::Family::V4; }
  [[nodiscard]] Packet crossing() const { return office_to_jumin(GetParam()); }
  [[nodiscard]] Packet web() const { return inet_to_cloud(GetParam()); }
};

std::string family_name(const ::testing::TestParamInfo<net::Family>& family) {
  return family.param == net::Family::V4 ? "IPv4" : "IPv6";
}
INSTANTIATE_TEST_SUITE_P(Families, Permits, ::testing::ValuesIn(net::kFamilies), family_name);

Permit eltax() {
  return specific_flow("eltax", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});
}

TEST_P(Permits, APermitIsNamedWithItsKindAndItsZones) {
  const Decision specific = decide_now(city({eltax()}), crossing());
  const Decision plain =
      decide_now(city({flow("web", end_at(kInet), end_at(kCloud), {"tcp/443"})}), web());

  EXPECT_EQ(specific.verdict, Verdict::Permit);
  EXPECT_EQ(line(specific), "specific_flow eltax office jumin 6(3)①");
  EXPECT_EQ(plain.verdict, Verdict::Permit);
  EXPECT_EQ(line(plain), "flow web inet cloud 6(3)③");
}

TEST_P(Permits, NothingBesideThePermitPasses) {
  const auto reason_of = [](const Packet& packet) {
    return decide_now(city({eltax()}), packet).reason;
  };
  Packet other_source = crossing();
  other_source.src = host(GetParam(), 20, 6);
  Packet other_destination = crossing();
  other_destination.dst = host(GetParam(), 10, 8);
  Packet other_port = crossing();
  other_port.dport = 444;
  Packet other_protocol = crossing();
  other_protocol.protocol = net::protocol::kUdp;

  for (const Packet& packet : {other_source, other_destination, other_port, other_protocol}) {
    EXPECT_EQ(reason_of(packet), Reason::CrossZone);
  }
}

TEST_P(Permits, APermitHasOneDirection) {
  Packet back = crossing();
  std::swap(back.in, back.out);
  std::swap(back.src, back.dst);

  EXPECT_EQ(line(decide_now(city({eltax()}), back)), "cross_zone - jumin office 6(3)①");
}

TEST_P(Permits, HostsOutsideTheirZoneAreNotPermitted) {
  policy::End wide = end_at(kOffice);
  wide.hosts = {prefix("10.0.0.0/8"), prefix("fd00::/16")};
  const auto parts = city({specific_flow("wide", wide, end_at(kJumin), {"tcp/443"})});
  Packet packet = crossing();
  ASSERT_EQ(decide_now(parts, packet).reason, Reason::SpecificFlow);

  packet.in = "lg9";
  packet.src = host(GetParam(), 21, 5);

  EXPECT_EQ(decide_now(parts, packet).reason, Reason::CrossZone);
}

TEST_P(Permits, IcmpIsMatchedByItsType) {
  const auto parts = city({specific_flow("ping", end_at(kOffice, {5}), end_at(kJumin, {7}),
                                         {v4() ? "icmp/echo-request" : "icmpv6/echo-request"})});
  Packet packet = crossing();
  packet.protocol = v4() ? net::protocol::kIcmp : net::protocol::kIcmp6;
  packet.icmp_type = v4() ? 8 : 128;

  EXPECT_EQ(line(decide_now(parts, packet)), "specific_flow ping office jumin 6(3)①");
}

TEST_P(Permits, ProtocolsWithoutPortsPassOnlyWhereNamed) {
  const auto parts = city({flow("esp", end_at(kInet), end_at(kCloud), {"proto/50"})});
  Packet packet = web();
  packet.protocol = 50;
  packet.dport = 4711;

  EXPECT_EQ(decide_now(parts, packet).reason, Reason::Flow);
  packet.protocol = 47;
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::CrossZone);
}

TEST_P(Permits, AnotherMacIsToldFromNoPermit) {
  Permit bound = eltax();
  bound.from.macs = {mac("02:00:00:14:00:05"), mac("02:00:00:14:00:06")};
  const auto parts = city({bound});
  Packet packet = crossing();
  ASSERT_EQ(decide_now(parts, packet).reason, Reason::SpecificFlow);

  packet.src_mac = mac("02:00:00:14:00:07");
  EXPECT_EQ(line(decide_now(parts, packet)), "mac_mismatch - office jumin 6(3)①");
  packet.src_mac.reset();
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::MacMismatch);
  packet.dport = 444;
  EXPECT_EQ(decide_now(parts, packet).reason, Reason::CrossZone);
}

TEST_P(Permits, AnotherPermitWithoutMacStillCovers) {
  Permit bound = eltax();
  bound.id = "bound";
  bound.from.macs = {mac("02:00:00:00:00:99")};

  EXPECT_EQ(decide_now(city({bound, eltax()}), crossing()).permit, "eltax");
}

TEST_P(Permits, OutsideItsTimeAPermitIsExpired) {
  Permit ended = eltax();
  ended.valid_until = kNow;
  Permit last_second = eltax();
  last_second.valid_until = kNow + std::chrono::seconds{1};
  Permit not_begun = eltax();
  not_begun.valid_from = kNow + std::chrono::seconds{1};
  Permit just_begun = eltax();
  just_begun.valid_from = kNow;

  EXPECT_EQ(line(decide_now(city({ended}), crossing())), "expired - office jumin 6(3)①");
  EXPECT_EQ(decide_now(city({last_second}), crossing()).reason, Reason::SpecificFlow);
  EXPECT_EQ(decide_now(city({not_begun}), crossing()).reason, Reason::Expired);
  EXPECT_EQ(decide_now(city({just_begun}), crossing()).reason, Reason::SpecificFlow);
}

TEST_P(Permits, AnEndedPermitWithAnotherMacIsExpired) {
  Permit ended = eltax();
  ended.valid_until = kNow;
  ended.from.macs = {mac("02:00:00:00:00:99")};

  EXPECT_EQ(decide_now(city({ended}), crossing()).reason, Reason::Expired);
}

TEST_P(Permits, StandbyNeedsAGrantAndRevokedOnesAreOutUntilTheyAreGranted) {
  Permit standby = eltax();
  standby.standby = true;
  const policy::Policy policy{city({standby})};
  policy::Situation situation{.now = kNow};

  EXPECT_EQ(decide(policy, situation, crossing()).reason, Reason::Expired);
  situation.granted["eltax"] = kNow + hours{2};
  EXPECT_EQ(decide(policy, situation, crossing()).reason, Reason::SpecificFlow);
  situation.granted["eltax"] = kNow;
  EXPECT_EQ(decide(policy, situation, crossing()).reason, Reason::Expired);
  situation.revoked.insert("eltax");
  EXPECT_EQ(decide(policy, situation, crossing()).reason, Reason::Expired);
  situation.granted["eltax"] = kNow + hours{2};
  EXPECT_EQ(decide(policy, situation, crossing()).reason, Reason::SpecificFlow);
}

TEST_P(Permits, AnExchangeIsDivertedWhileARelayAnswersAndNeverForwarded) {
  Permit exchange = eltax();
  exchange.kind = policy::PermitKind::Exchange;
  exchange.to = end_at(kInet, {7});
  Packet packet = crossing();
  packet.out = "in0";
  packet.dst = host(GetParam(), 30, 7);
  const policy::Policy policy{city({exchange})};
  policy::Situation situation{.now = kNow};

  EXPECT_EQ(line(decide(policy, situation, packet)), "cross_zone - office inet 6(3)②");
  situation.relay = true;
  EXPECT_EQ(line(decide(policy, situation, packet)), "exchange eltax office inet 6(3)②");
  packet.protocol = net::protocol::kUdp;
  EXPECT_EQ(line(decide(policy, situation, packet)), "cross_zone - office inet 6(3)②");
  packet.protocol = net::protocol::kTcp;
  situation.revoked.insert("eltax");
  EXPECT_EQ(line(decide(policy, situation, packet)), "expired - office inet 6(3)②");
}

TEST_P(Permits, TheExactOneIsNamedBeforeTheWideOneBeforeTheWholeZones) {
  const Permit zones = flow("zones", end_at(kOffice), end_at(kJumin), {"tcp/443"});
  const Permit wide = flow("wide", end_at(kOffice, {5}), end_at(kJumin), {"tcp/443"});
  const Permit ports = flow("ports", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/1-500"});
  const Permit exact = flow("exact", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});

  EXPECT_EQ(decide_now(city({zones, wide, ports, exact}), crossing()).permit, "exact");
  EXPECT_EQ(decide_now(city({zones, wide, ports}), crossing()).permit, "wide");
  EXPECT_EQ(decide_now(city({zones, ports, wide}), crossing()).permit, "ports");
  EXPECT_EQ(decide_now(city({zones}), crossing()).permit, "zones");
}

TEST_P(Permits, APrefixOnEitherSideIsNotExact) {
  Permit near_prefix = flow("near", end_at(kOffice), end_at(kJumin, {7}), {"tcp/443"});
  near_prefix.from.hosts = {prefix("10.20.0.4/31"), prefix("fd00:20::4/127")};
  Permit far_prefix = flow("far", end_at(kOffice, {5}), end_at(kJumin), {"tcp/443"});
  far_prefix.to.hosts = {prefix("10.10.0.6/31"), prefix("fd00:10::6/127")};
  const Permit exact = flow("exact", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});

  EXPECT_EQ(decide_now(city({near_prefix, exact}), crossing()).permit, "exact");
  EXPECT_EQ(decide_now(city({far_prefix, exact}), crossing()).permit, "exact");
}

TEST_P(Permits, ThePermitsClosestCombinationCounts) {
  Permit mixed = flow("mixed", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/1-500", "tcp/443"});
  mixed.from.hosts.insert(mixed.from.hosts.begin(),
                          {prefix("10.20.0.0/24"), prefix("fd00:20::/64")});
  Permit wide = flow("wide", end_at(kOffice, {5}), end_at(kJumin), {"tcp/443"});
  wide.valid_until.reset();
  mixed.valid_until = kNow + hours{1};

  EXPECT_EQ(decide_now(city({wide, mixed}), crossing()).permit, "mixed");
  Packet neighbour = crossing();
  neighbour.src = host(GetParam(), 20, 6);
  EXPECT_EQ(decide_now(city({wide, mixed}), neighbour).permit, "mixed");
  EXPECT_EQ(decide_now(city({wide}), neighbour).reason, Reason::CrossZone);
}

TEST_P(Permits, AmongEqualsTheOneThatEndsLastIsNamedThenTheFirst) {
  const auto ending = [](std::string id, std::optional<policy::Instant> end) {
    Permit permit = eltax();
    permit.id = std::move(id);
    permit.valid_until = end;
    return permit;
  };
  const Permit soon = ending("soon", kNow + hours{1});
  const Permit late = ending("late", kNow + hours{9});
  const Permit late_too = ending("late-too", kNow + hours{9});
  const Permit open = ending("open", std::nullopt);

  EXPECT_EQ(decide_now(city({soon, late, late_too, open}), crossing()).permit, "open");
  EXPECT_EQ(decide_now(city({soon, late, late_too}), crossing()).permit, "late");
  EXPECT_EQ(decide_now(city({soon, late_too, late}), crossing()).permit, "late-too");
}

TEST_P(Permits, AGrantCanEndBeforeThePermitDoes) {
  Permit standby = eltax();
  standby.id = "standby";
  standby.standby = true;
  standby.valid_until = kNow + hours{9};
  Permit plain = eltax();
  plain.valid_until = kNow + hours{5};
  const policy::Policy policy{city({standby, plain})};

  const policy::Situation situation{
      .now = kNow, .revoked = {}, .granted = {{"standby", kNow + hours{1}}}};

  EXPECT_EQ(decide(policy, situation, crossing()).permit, "eltax");
}

TEST_P(Permits, InsideAZoneAFlowIsNamedBeforeTheZone) {
  Packet packet = crossing();
  packet.out = "lg1";
  packet.dst = host(GetParam(), 20, 9);
  Permit print = flow("print", end_at(kOffice), end_at(kOffice), {"tcp/443"});

  EXPECT_EQ(line(decide_now(city(), packet)), "intra_zone - office office 6(6)");
  EXPECT_EQ(line(decide_now(city({print}), packet)), "flow print office office 6(6)");
  print.from.macs = {mac("02:00:00:00:00:99")};
  EXPECT_EQ(decide_now(city({print}), packet).reason, Reason::IntraZone);
}

TEST_P(Permits, AZoneThatDeniesItsInsideStillHasFlows) {
  Packet packet = crossing();
  packet.in = packet.out = "lg9";
  packet.src = host(GetParam(), 21, 5);
  packet.dst = host(GetParam(), 21, 7);
  const Permit print = flow("print", end_at(kGuarded), end_at(kGuarded), {"tcp/443"});

  EXPECT_EQ(decide_now(city(), packet).reason, Reason::CrossZone);
  EXPECT_EQ(decide_now(city({print}), packet).permit, "print");
}

}  // namespace
}  // namespace sekisho::simulate::test
