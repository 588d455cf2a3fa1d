// SPDX-License-Identifier: GPL-3.0-or-later
// From state to state: what has not changed is not proved twice, and nothing is overlooked by that.
#include "prove/step.hpp"

#include "compile/difference.hpp"
#include "prove/cases.hpp"
#include "ruleset/batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::prove::test {
namespace {

std::string config() {
  return text_of(SEKISHO_SOURCE "/tests/prove/city.toml");
}

std::string with(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

/// States that follow on each other as in the daemon: what is not touched is shared.
class Following {
 public:
  Proved next(const std::string& text, policy::Situation situation = {kNow}) {
    const auto policy = std::make_shared<const policy::Policy>(parsed(text).value());
    compile::Compiled compiled = compile::compile(*policy, situation, numbers_);
    numbers_ = compiled.numbers;
    packets_ = ruleset::applied(packets_, compile::difference(packets_, compiled.table));
    return {policy, std::move(situation), *packets_, std::move(compiled.frames)};
  }

 private:
  compile::Numbers numbers_;
  std::optional<ruleset::Table> packets_;
};

std::size_t elements_in(const ruleset::Table& table, const char* set) {
  return table.set(set)->elements->size();
}

TEST(Step, LeavesNothingWhereNothingChanges) {
  Following states;
  const Proved first = states.next(config());

  const auto left = left_to_prove(first, states.next(config()));

  ASSERT_TRUE(left);
  EXPECT_EQ(elements_in(*left, "live"), 0U);
  EXPECT_EQ(elements_in(*left, "lgwan_to_jumin_host_port4"), 0U);
}

TEST(Step, LeavesTheElementsOfTheOnePermitThatChanges) {
  Following states;
  const Proved first = states.next(config());

  const auto left = left_to_prove(first, states.next(with(config(), "tcp/1433", "tcp/1434")));

  ASSERT_TRUE(left);
  EXPECT_EQ(elements_in(*left, "live"), 2U);
  EXPECT_EQ(elements_in(*left, "lgwan_to_jumin_host_port4"), 1U);
  EXPECT_EQ(elements_in(*left, "inet_to_cloud_zone_port4"), 0U);
}

TEST(Step, LeavesTheElementsOfAPermitWhoseElementsStayAsTheyAreButIsNotInForceAnyMore) {
  Following states;
  const Proved first = states.next(config());
  Proved next = first;
  next.situation.revoked.insert("ping");

  const auto left = left_to_prove(first, next);

  ASSERT_TRUE(left);
  EXPECT_EQ(elements_in(*left, "live"), 2U);
  EXPECT_EQ(elements_in(*left, "lgwan_to_guarded_zone_icmp4"), 2U);
}

TEST(Step, LeavesEverythingWhereRulesZonesOrOtherSetsChange) {
  Following states;
  const Proved first = states.next(config());
  policy::Situation locked{kNow};
  locked.locked.insert(0);
  Proved ruled = first;
  ruled.packets.chains.front().rules.clear();
  Proved opened = first;
  for (ruleset::Set& set : opened.packets.sets) {
    if (set.shape.name == "port_zone") {
      set.elements = std::make_shared<const ruleset::Elements>();
    }
  }

  EXPECT_FALSE(left_to_prove(first, ruled));
  EXPECT_FALSE(left_to_prove(first, opened));
  EXPECT_FALSE(left_to_prove(first, states.next(with(config(), "10.20.0.0/16", "10.20.0.0/17"))));
  EXPECT_FALSE(left_to_prove(first, states.next(config(), locked)));
}

TEST(Step, EveryStateOfALongDayIsProved) {
  const std::string day = config();
  policy::Situation revoked{kNow};
  revoked.revoked = {"web", "ping"};
  policy::Situation granted{kNow};
  granted.granted = {{"standby", kNow + std::chrono::hours{2}}};
  policy::Situation locked{kNow};
  locked.locked = {1};
  Following states;
  Prover prover;

  for (const Proved& state :
       {states.next(day), states.next(day, revoked), states.next(day), states.next(day, granted),
        states.next(with(day, "tcp/2000-2999", "tcp/2000-2500"), granted),
        states.next(with(day, "\"10.20.3.9\"", "\"10.20.3.10\""), granted),
        states.next(day, locked), states.next(day), states.next(with(day, "udp/514", "udp/515")),
        states.next(with(day, "fd00:30::/48", "fd00:31::/48")), states.next(day),
        states.next(day, {kNow + std::chrono::hours{24 * 365}})}) {
    const auto found =
        prover.refute(state.policy, state.situation, state.packets, state.frames, kTolerance);
    EXPECT_FALSE(found) << text_of(*found);
  }
}

}  // namespace
}  // namespace sekisho::prove::test
