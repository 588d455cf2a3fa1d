// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/packets.hpp"
#include "simulate/city.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sekisho::simulate::test {
namespace {

policy::PolicyParts busy_city() {
  auto ended = specific_flow("ended", end_at(kOffice, {6}), end_at(kJumin, {8}), {"tcp/80"});
  ended.valid_until = kNow;
  auto bound = specific_flow("bound", end_at(kOffice, {5}), end_at(kJumin, {7}), {"tcp/443"});
  bound.from.macs = {mac("02:00:00:14:00:05")};
  return city({ended, bound, flow("web", end_at(kInet), end_at(kCloud), {"tcp/1-1023"}),
               self_flow("log", end_at(kOffice, {9}), {"udp/514"})});
}

TEST(RandomPackets, MeetEveryDecision) {
  const policy::Policy policy{busy_city()};
  const testing::PacketSource source{policy};
  testing::Rng rng{20260401};
  std::set<Reason> met;

  for (int i = 0; i < 20'000; ++i) {
    met.insert(
        decide(policy, {.now = kNow, .revoked = {}, .granted = {}}, source.draw(rng)).reason);
  }

  for (const ReasonWord& word : reason_words()) {
    const bool later = word.reason == Reason::Lockdown || word.reason == Reason::Exchange;
    EXPECT_EQ(met.contains(word.reason), word.of_packet && !later) << word.name;
  }
  EXPECT_TRUE(met.contains(Reason::None));
}

TEST(RandomPackets, AreTheSameForTheSameSeed) {
  const policy::Policy policy{busy_city()};
  testing::Rng one{7};
  testing::Rng other{7};

  for (int i = 0; i < 100; ++i) {
    const Packet a = testing::random_packet(one, policy);
    const Packet b = testing::random_packet(other, policy);
    EXPECT_EQ(a.src, b.src);
    EXPECT_EQ(a.dst, b.dst);
    EXPECT_EQ(a.in, b.in);
    EXPECT_EQ(a.dport, b.dport);
  }
}

TEST(RandomPackets, HaveOneFamilyAndAWayThatFits) {
  const policy::Policy policy{busy_city()};
  const testing::PacketSource source{policy};
  testing::Rng rng{3};

  for (int i = 0; i < 20'000; ++i) {
    const Packet packet = source.draw(rng);
    ASSERT_EQ(packet.src.family(), packet.dst.family());
    ASSERT_EQ(is_multicast(packet.dst), packet.route == Route::Multicast) << packet.dst.str();
    ASSERT_FALSE(packet.in.empty() && packet.out.empty());
    ASSERT_FALSE(packet.route == Route::Forward && packet.out.empty());
    ASSERT_FALSE(packet.in.empty() && packet.src_mac);
  }
}

/// The ceiling, asked of the policy: whatever the packet, nothing is forwarded between My Number
/// and the Internet.
TEST(RandomPackets, NeverCrossTheCeiling) {
  const policy::Policy policy{busy_city()};
  const testing::PacketSource source{policy};
  testing::Rng rng{11};

  for (int i = 0; i < 20'000; ++i) {
    const Packet packet = source.draw(rng);
    const Decision decision = decide(policy, {.now = kNow, .revoked = {}, .granted = {}}, packet);
    const auto from = policy.zone_named(decision.src_zone);
    const auto to = policy.zone_named(decision.dst_zone);
    if (decision.verdict == Verdict::Permit && decision.reason != Reason::None && from && to) {
      const Ceiling limit =
          ceiling(policy.zones()[*from].zone_class, policy.zones()[*to].zone_class);
      ASSERT_TRUE(limit == Ceiling::Flow || limit == Ceiling::SpecificFlow) << line(decision);
    }
  }
}

}  // namespace
}  // namespace sekisho::simulate::test
