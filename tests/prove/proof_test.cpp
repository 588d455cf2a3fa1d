// SPDX-License-Identifier: GPL-3.0-or-later
// What is compiled is proved: of every example there is, and of policies drawn at random, whatever
// the situation.
#include "prove/cases.hpp"
#include "simulate/run.hpp"
#include "support/random_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace sekisho::prove::test {
namespace {

TEST(Proof, OfEveryGoldenConfig) {
  const auto configs = golden_configs();
  ASSERT_GE(configs.size(), 20U);

  for (const auto& path : configs) {
    auto policy = parsed(text_of(path));
    ASSERT_TRUE(policy) << path;
    EXPECT_EQ(outcome(compiled(*std::move(policy))), "proved") << path;
  }
}

TEST(Proof, OfTheShippedConfigAndTheCityOfTheComparisonWithTheKernel) {
  for (const char* path :
       {SEKISHO_SOURCE "/conf/sekisho.toml", SEKISHO_SOURCE "/tests/threeway/city.toml"}) {
    auto policy = parsed(text_of(path));
    ASSERT_TRUE(policy) << path;
    EXPECT_EQ(outcome(compiled(*std::move(policy))), "proved") << path;
  }
}

TEST(Proof, WithEachZoneAndAllZonesLockedDown) {
  for (const auto& path : golden_configs()) {
    const auto policy = parsed(text_of(path)).value();
    policy::Situation all{kNow};
    for (policy::ZoneIndex zone = 0; zone < policy.zones().size(); ++zone) {
      policy::Situation one{kNow};
      one.locked.insert(zone);
      all.locked.insert(zone);
      EXPECT_EQ(outcome(compiled(policy, one)), "proved") << path << " zone " << zone;
    }
    EXPECT_EQ(outcome(compiled(policy, all)), "proved") << path;
  }
}

TEST(Proof, WithWiresClosedAndPermitsRevokedAndGranted) {
  for (const auto& path : golden_configs()) {
    const auto policy = parsed(text_of(path)).value();
    policy::Situation situation{kNow};
    situation.closed.insert(policy.zones().front().interfaces.front());
    for (const policy::Permit& permit : policy.permits()) {
      if (permit.order % 2 == 0) {
        situation.revoked.insert(permit.id);
      } else {
        situation.granted.emplace(permit.id, kNow + std::chrono::hours{2});
      }
    }
    EXPECT_EQ(outcome(compiled(policy, situation)), "proved") << path;
  }
}

TEST(Proof, OfALockedZoneWhoseConnectionsInsideHaveEnded) {
  const auto policy = parsed(text_of(SEKISHO_SOURCE "/tests/prove/city.toml")).value();
  policy::Situation locked{kNow};
  locked.locked.insert(*policy.zone_named("inet"));
  const simulate::Packet packet{.in = "in0",
                                .out = "in0",
                                .src = net::Address::parse("10.30.0.1").value(),
                                .dst = net::Address::parse("10.30.0.2").value(),
                                .state = simulate::CtState::Established};
  const auto passes = [&](const policy::Situation& situation) {
    const Case one = compiled(policy, situation);
    simulate::Packet of_a_connection = packet;
    of_a_connection.ct_mark = simulate::run(compiled(policy).packets, packet, kNow).ct_mark;
    return simulate::run(one.packets, of_a_connection, kNow).accepted;
  };

  EXPECT_TRUE(passes({kNow}));
  EXPECT_FALSE(passes(locked));
}

TEST(Proof, OfRandomPolicies) {
  std::mt19937_64 rng{20261125};
  int valid = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = testing::RandomConfig{rng}.text();
    auto policy = parsed(text);
    if (!policy) {
      continue;  // it has drawn hosts of a family that is not left, or breaks another rule
    }
    ++valid;

    const std::string said = outcome(compiled(*std::move(policy)));

    ASSERT_EQ(said, "proved") << text;
  }
  EXPECT_GT(valid, 100);
}

}  // namespace
}  // namespace sekisho::prove::test
