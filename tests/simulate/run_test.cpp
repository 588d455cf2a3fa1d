// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::simulate::test {
namespace {

using ruleset::ChangeMark;
using ruleset::Compare;
using ruleset::Field;
using ruleset::HasBits;
using ruleset::HookPoint;
using ruleset::InSet;
using ruleset::MapMark;
using ruleset::MapVerdict;
using ruleset::Mark;
using ruleset::Type;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Outcome run_now(const ruleset::Table& table, const Packet& packet = tcp()) {
  return run(table, packet, kThen);
}
std::string fault_of(const Outcome& outcome) {
  return outcome.fault.value_or("none");
}

TEST(Run, AnEmptyChainEndsInItsPolicy) {
  ruleset::Chain open = forward({});
  open.hook->policy_drop = false;

  const Outcome closed = run_now(table({forward({})}));

  EXPECT_FALSE(closed.accepted);
  EXPECT_EQ(closed.end, Ending::ByPolicy);
  EXPECT_THAT(closed.trace, ElementsAre("forward"));
  EXPECT_EQ(run_now(table({open})).end, Ending::Accepted);
}

TEST(Run, TheFirstVerdictHolds) {
  EXPECT_TRUE(run_now(table({forward({rule({kAccept}), rule({kDrop})})})).accepted);
  const Outcome dropped = run_now(table({forward({rule({kDrop}), rule({kAccept})})}));
  EXPECT_FALSE(dropped.accepted);
  EXPECT_EQ(dropped.end, Ending::Dropped);
}

TEST(Run, AComparisonThatFailsEndsItsRuleAlone) {
  const auto rules = [](bool negated) {
    return table({forward(
        {rule({meta_mark(1), Compare{Field::ThDport, negated, port(443)}, meta_mark(2), kAccept}),
         rule({kDrop})})});
  };

  EXPECT_TRUE(run_now(rules(false)).accepted);
  EXPECT_EQ(run_now(rules(true)).word, 1U);
  EXPECT_EQ(run_now(rules(true)).end, Ending::Dropped);
}

TEST(Run, AnInterfaceNameMayBeComparedByItsBeginning) {
  const std::string begin = "mn";
  const ruleset::Bytes bytes{{reinterpret_cast<const std::uint8_t*>(begin.data()), begin.size()}};
  const auto compared = [&](Field field) {
    return run_now(table({forward({rule({Compare{field, false, bytes}, kAccept})})}));
  };

  EXPECT_TRUE(compared(Field::OifName).accepted);
  EXPECT_FALSE(compared(Field::IifName).accepted);
  EXPECT_THAT(fault_of(compared(Field::MetaMark)), HasSubstr("'meta mark' compared with 2 bytes"));
}

TEST(Run, BitsMatchWhenAnyIsSet) {
  const auto rules =
      table({forward({rule({HasBits{Field::CtState, 1 | 64}, kDrop}), rule({kAccept})})});
  Packet invalid = tcp();
  invalid.state = CtState::Invalid;
  Packet untracked = tcp();
  untracked.state = CtState::Untracked;

  EXPECT_TRUE(run_now(rules).accepted);
  EXPECT_EQ(run_now(rules, invalid).end, Ending::Dropped);
  EXPECT_EQ(run_now(rules, untracked).end, Ending::Dropped);
}

TEST(Run, MarksAreSetAndChanged) {
  const Outcome outcome = run_now(
      table({forward({rule({meta_mark(0x300), ChangeMark{Mark::Meta, ~0x5U, 0x5}, ct_mark(0xf0f0)}),
                      rule({ChangeMark{Mark::Ct, 0xff, 0x1}, ruleset::Log{5, 128, 1},
                            ruleset::Counter{}, kAccept})})}));

  EXPECT_EQ(outcome.word, 0x305U);
  EXPECT_EQ(outcome.ct_mark, 0xf1U);
}

TEST(Run, TheMetaMarkStartsAtZeroAndTheConnectionsAtItsOwn) {
  Packet packet = tcp();
  packet.ct_mark = 77;
  const auto rules =
      table({forward({rule({Compare{Field::MetaMark, false, ruleset::mark_bytes(0)},
                            Compare{Field::CtMark, false, ruleset::mark_bytes(77)}, kAccept})})});

  EXPECT_TRUE(run_now(rules, packet).accepted);
  EXPECT_EQ(run_now(rules, packet).ct_mark, 77U);
}

TEST(Run, APacketOfNoConnectionHasNoMarkToReadAndIgnoresOneThatIsSet) {
  Packet packet = tcp();
  packet.state = CtState::Invalid;
  const auto rules = table({forward(
      {rule({Compare{Field::CtMark, true, ruleset::mark_bytes(9)}, kAccept}),
       rule({ChangeMark{Mark::Ct, 0, 5}, kAccept}), rule({ct_mark(5), meta_mark(3), kDrop})})});

  const Outcome outcome = run_now(rules, packet);

  EXPECT_EQ(outcome.end, Ending::Dropped);
  EXPECT_EQ(outcome.word, 3U);
  EXPECT_EQ(outcome.ct_mark, 0U);
}

TEST(Run, AJumpReturnsToTheNextRule) {
  const Outcome outcome =
      run_now(table({forward({rule({jump("a")}), rule({ChangeMark{Mark::Meta, ~0U, 0x10}, kDrop})}),
                     chain("a", {rule({meta_mark(1)}), rule({kReturn}), rule({kAccept})})}));

  EXPECT_EQ(outcome.end, Ending::Dropped);
  EXPECT_EQ(outcome.word, 0x11U);
  EXPECT_THAT(outcome.trace, ElementsAre("forward", "a"));
}

TEST(Run, AGotoDoesNotComeBack) {
  const Outcome outcome = run_now(
      table({forward({rule({go_to("a")}), rule({kAccept})}), chain("a", {rule({kReturn})})}));

  EXPECT_EQ(outcome.end, Ending::ByPolicy);
}

TEST(Run, AGotoInsideAJumpReturnsToWhereTheJumpWas) {
  const Outcome outcome = run_now(
      table({forward({rule({jump("a")}), rule({kAccept})}),
             chain("a", {rule({go_to("b")}), rule({kDrop})}), chain("b", {rule({meta_mark(4)})})}));

  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ(outcome.word, 4U);
  EXPECT_THAT(outcome.trace, ElementsAre("forward", "a", "b"));
}

TEST(Run, NestedJumpsReturnOneByOne) {
  const auto add = [](std::uint32_t bit) { return rule({ChangeMark{Mark::Meta, ~bit, bit}}); };
  const Outcome outcome =
      run_now(table({forward({rule({jump("a")}), add(1), rule({kAccept})}),
                     chain("a", {rule({jump("b")}), add(2)}), chain("b", {add(4)})}));

  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ(outcome.word, 7U);
}

TEST(Run, AReturnInABaseChainMeansItsPolicy) {
  EXPECT_EQ(run_now(table({forward({rule({kReturn}), rule({kAccept})})})).end, Ending::ByPolicy);
}

ruleset::Set port_map(decltype(ruleset::Element::value) value, ruleset::Holds holds) {
  return set_of(shape("m", {Type::InetService}, holds), {element(port(443), std::move(value))});
}

TEST(Run, AVerdictMapHitsOrLetsTheRulesGoOn) {
  const auto rules = [](ruleset::Verdict verdict) {
    return table({forward({rule({MapVerdict{{Field::ThDport}, "m"}}), rule({meta_mark(2), kDrop})}),
                  chain("a", {rule({kAccept})})},
                 {port_map(std::move(verdict), ruleset::Holds::Verdicts)});
  };
  Packet other = tcp();
  other.dport = 80;

  EXPECT_TRUE(run_now(rules(go_to("a"))).accepted);
  EXPECT_TRUE(run_now(rules(jump("a"))).accepted);
  EXPECT_TRUE(run_now(rules(kAccept)).accepted);
  EXPECT_EQ(run_now(rules(go_to("a")), other).word, 2U);
}

TEST(Run, AMarkMapThatMissesKeepsTheMarkAndEndsTheRule) {
  const auto rules =
      table({forward({rule({meta_mark(1)}),
                      rule({MapMark{Mark::Meta, {Field::ThDport}, "m"}, kAccept}), rule({kDrop})})},
            {port_map(std::uint32_t{0x200}, ruleset::Holds::Marks)});
  Packet other = tcp();
  other.dport = 80;

  EXPECT_TRUE(run_now(rules).accepted);
  EXPECT_EQ(run_now(rules).word, 0x200U);
  EXPECT_EQ(run_now(rules, other).end, Ending::Dropped);
  EXPECT_EQ(run_now(rules, other).word, 1U);
}

TEST(Run, TheConnectionsMarkCanComeFromAMap) {
  const auto rules = table({forward({rule({MapMark{Mark::Ct, {Field::ThDport}, "m"}, kAccept})})},
                           {port_map(std::uint32_t{0x8a000001}, ruleset::Holds::Marks)});

  EXPECT_EQ(run_now(rules).ct_mark, 0x8a000001U);
}

TEST(Run, SetsMatchOrWhenNegatedDoNot) {
  const auto rules = [](bool negated) {
    return table({forward({rule({InSet{{Field::ThDport}, negated, "m"}, kAccept})})},
                 {port_map({}, ruleset::Holds::Keys)});
  };
  Packet other = tcp();
  other.dport = 80;

  EXPECT_TRUE(run_now(rules(false)).accepted);
  EXPECT_FALSE(run_now(rules(true)).accepted);
  EXPECT_FALSE(run_now(rules(false), other).accepted);
  EXPECT_TRUE(run_now(rules(true), other).accepted);
}

TEST(Run, AFieldThatIsMissingMatchesNoSetEvenNegated) {
  const auto rules = table({forward({rule({InSet{{Field::CtMark}, true, "m"}, kAccept})})},
                           {set_of(shape("m", {Type::Mark}), {})});
  Packet invalid = tcp();
  invalid.state = CtState::Invalid;

  EXPECT_TRUE(run_now(rules).accepted);
  EXPECT_FALSE(run_now(rules, invalid).accepted);
}

TEST(Run, ADropInASetThatCountsIsToldFromOneBehindIt) {
  ruleset::SetShape drops = shape("drops", {Type::Mark});
  drops.counter = true;
  const auto rules = [&](std::uint32_t word) {
    return table(
        {forward({rule({meta_mark(word)}), rule({InSet{{Field::MetaMark}, false, "drops"}, kDrop}),
                  rule({ruleset::Counter{}, kDrop})})},
        {set_of(drops, {element(ruleset::mark_bytes(0x2010a))})});
  };

  const Outcome counted = run_now(rules(0x2010a));
  const Outcome forgotten = run_now(rules(0x2010b));

  EXPECT_TRUE(counted.counted);
  EXPECT_EQ(counted.word, 0x2010aU);
  EXPECT_EQ(forgotten.end, Ending::Dropped);
  EXPECT_FALSE(forgotten.counted);
}

TEST(Run, WhatAnEarlierRuleCountedIsNotTheDrops) {
  ruleset::SetShape live = shape("live", {Type::InetService});
  live.counter = true;
  const Outcome outcome = run_now(table(
      {forward({rule({InSet{{Field::ThDport}, false, "live"}, meta_mark(1)}), rule({kDrop})})},
      {set_of(live, {element(port(443))})}));

  EXPECT_EQ(outcome.word, 1U);
  EXPECT_FALSE(outcome.counted);
}

TEST(Run, ASetWithARateAlwaysMatches) {
  ruleset::SetShape sample = shape("m", {Type::InetService});
  sample.limit = ruleset::Rate{1, 1};
  const auto rules = table({forward({rule({InSet{{Field::ThDport}, false, "m"}, kAccept})})},
                           {set_of(sample, {element(port(443))})});

  EXPECT_TRUE(run_now(rules).accepted);
  EXPECT_TRUE(run_now(rules).accepted);
}

TEST(Run, BaseChainsOfAHookRunByPriorityUntilOneDrops) {
  const auto hook = [](int priority) { return ruleset::Hook{HookPoint::Forward, priority, false}; };
  const Outcome outcome =
      run_now(table({base("a-late", hook(10), {rule({ChangeMark{Mark::Meta, ~0U, 2}})}),
                     base("b-early", hook(-10), {rule({meta_mark(1), kAccept})}),
                     base("c-last", hook(20), {rule({kDrop})})}));

  EXPECT_THAT(outcome.trace, ElementsAre("b-early", "a-late", "c-last"));
  EXPECT_EQ(outcome.end, Ending::Dropped);
  EXPECT_EQ(outcome.word, 3U);
}

ruleset::Table every_hook() {
  std::vector<ruleset::Chain> chains;
  for (const auto& [name, point] :
       {std::pair{"prerouting", HookPoint::Prerouting}, std::pair{"input", HookPoint::Input},
        std::pair{"forward", HookPoint::Forward}, std::pair{"output", HookPoint::Output},
        std::pair{"postrouting", HookPoint::Postrouting}}) {
    chains.push_back(base(name, {point, 0, false}, {}));
  }
  return table(std::move(chains));
}

TEST(Run, TheRouteChoosesTheHooks) {
  const auto passed = [](Packet packet, Route route) {
    packet.route = route;
    return run_now(every_hook(), packet);
  };
  Packet own = tcp();
  own.in.clear();

  EXPECT_THAT(passed(tcp(), Route::Forward).trace,
              ElementsAre("prerouting", "forward", "postrouting"));
  for (const Route route : {Route::Local, Route::Multicast, Route::Broadcast}) {
    EXPECT_THAT(passed(tcp(), route).trace, ElementsAre("prerouting", "input"));
  }
  EXPECT_THAT(passed(own, Route::Forward).trace, ElementsAre("output", "postrouting"));
  EXPECT_THAT(passed(tcp(), Route::None).trace, ElementsAre("prerouting"));
}

TEST(Run, WithoutARouteTheKernelDrops) {
  Packet packet = tcp();
  packet.route = Route::None;

  const Outcome outcome = run_now(every_hook(), packet);

  EXPECT_FALSE(outcome.accepted);
  EXPECT_EQ(outcome.end, Ending::NoRoute);
}

TEST(RunFault, NamesTheRule) {
  EXPECT_EQ(fault_of(run_now(table({forward({rule({}), rule({jump("gone")})})}))),
            "chain 'forward' rule 2: no chain 'gone'");
}

TEST(RunFault, IsRaisedForWhatTheKernelWouldRefuse) {
  const ruleset::Set keys = port_map({}, ruleset::Holds::Keys);
  const auto of_rule = [&](ruleset::Statement statement) {
    const Outcome outcome =
        run_now(table({forward({rule({std::move(statement), kAccept})})}, {keys}));
    EXPECT_FALSE(outcome.accepted);
    return fault_of(outcome);
  };

  EXPECT_THAT(of_rule(go_to("gone")), HasSubstr("no chain 'gone'"));
  EXPECT_THAT(of_rule(jump("forward")), HasSubstr("jump to base chain 'forward'"));
  EXPECT_THAT(of_rule(InSet{{Field::ThDport}, false, "gone"}), HasSubstr("no set 'gone'"));
  EXPECT_THAT(of_rule(MapMark{Mark::Meta, {Field::ThDport}, "m"}),
              HasSubstr("set of another kind 'm'"));
  EXPECT_THAT(of_rule(MapVerdict{{Field::ThDport}, "m"}), HasSubstr("set of another kind 'm'"));
  EXPECT_THAT(of_rule(InSet{{Field::MetaMark}, false, "m"}),
              HasSubstr("set 'm': key of 4 bytes in a set of 2"));
  EXPECT_THAT(of_rule(Compare{Field::ThDport, false, ruleset::mark_bytes(443)}),
              HasSubstr("compared with 4 bytes"));
  EXPECT_THAT(of_rule(HasBits{Field::ThDport, 1}), HasSubstr("bits of 'th dport'"));
  EXPECT_THAT(of_rule(ruleset::Foreign{"queue"}), HasSubstr("foreign statement 'queue'"));
}

TEST(RunFault, IsRaisedForAMapWhoseElementHasNoValue) {
  const auto missing = [](ruleset::Statement statement, ruleset::Holds holds) {
    return fault_of(
        run_now(table({forward({rule({std::move(statement)})})}, {port_map({}, holds)})));
  };

  EXPECT_THAT(missing(MapMark{Mark::Meta, {Field::ThDport}, "m"}, ruleset::Holds::Marks),
              HasSubstr("without a mark"));
  EXPECT_THAT(missing(MapVerdict{{Field::ThDport}, "m"}, ruleset::Holds::Verdicts),
              HasSubstr("without a verdict"));
}

TEST(RunFault, IsRaisedForLoopsOfJumpsAndOfGotos) {
  EXPECT_THAT(
      fault_of(run_now(table({forward({rule({jump("a")})}), chain("a", {rule({jump("a")})})}))),
      HasSubstr("more than 16 nested jumps"));
  EXPECT_THAT(
      fault_of(run_now(table({forward({rule({go_to("a")})}), chain("a", {rule({go_to("b")})}),
                              chain("b", {rule({go_to("a")})})}))),
      HasSubstr("loop through chain"));
}

TEST(RunFault, SixteenNestedJumpsAreNoFault) {
  std::vector<ruleset::Chain> chains{forward({rule({jump("c1")})})};
  for (int i = 1; i <= 16; ++i) {
    const auto next = i < 16 ? rule({jump("c" + std::to_string(i + 1))}) : rule({kAccept});
    chains.push_back(chain("c" + std::to_string(i), {next}));
  }

  EXPECT_TRUE(run_now(table(std::move(chains))).accepted);
}

}  // namespace
}  // namespace sekisho::simulate::test
