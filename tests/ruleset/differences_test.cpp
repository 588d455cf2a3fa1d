// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/ruleset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::ruleset {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kEnd{seconds{1'795'478'400}};

SetShape shape_of(std::string name, std::vector<Type> key, Holds holds = Holds::Keys) {
  SetShape shape;
  shape.name = std::move(name);
  shape.key = std::move(key);
  shape.holds = holds;
  return shape;
}

Element element(std::uint32_t mark, std::uint32_t value, std::optional<Instant> expires = {}) {
  Element made;
  made.key = mark_bytes(mark);
  made.value = value;
  made.expires = expires;
  return made;
}

Table table(Elements elements = {}, std::vector<Statement> rule = {Counter{}}) {
  SetShape shape = shape_of("known", {Type::Mark}, Holds::Marks);
  shape.timeout = true;
  Table made{"sekisho",
             {Set{shape, std::make_shared<const Elements>(std::move(elements))}},
             {Chain{"forward", Hook{HookPoint::Forward, 0, true}, {Rule{std::move(rule), {}}}}}};
  return made;
}

std::vector<std::string> compared(const Table& expected, const Table& found) {
  return differences(expected, found, seconds{2}, 100);
}

TEST(Differences, AreNoneBetweenEqualTables) {
  EXPECT_THAT(compared(table({element(1, 2)}), table({element(1, 2)})), IsEmpty());
}

TEST(Differences, NameTheTable) {
  Table other = table();
  other.name = "else";

  EXPECT_THAT(compared(table(), other), ElementsAre("table: expected 'sekisho', found 'else'"));
}

TEST(Differences, SayWhichElementsAreMissingExtraAndChanged) {
  const Table expected = table({element(1, 1), element(2, 2), element(3, 3)});
  const Table found = table({element(2, 2), element(3, 4), element(5, 5)});

  EXPECT_THAT(compared(expected, found),
              ElementsAre("set 'known' element 0x00000001 is missing",
                          "set 'known' element 0x00000003: expected '0x00000003 : 0x00000003', "
                          "found '0x00000003 : 0x00000004'",
                          "set 'known' element 0x00000005 is not expected"));
}

TEST(Differences, ForgiveAnEndWithinTheToleranceOnly) {
  const Table expected = table({element(1, 1, kEnd)});

  EXPECT_THAT(compared(expected, table({element(1, 1, kEnd + seconds{2})})), IsEmpty());
  EXPECT_THAT(compared(expected, table({element(1, 1, kEnd - seconds{2})})), IsEmpty());
  EXPECT_THAT(compared(expected, table({element(1, 1, kEnd + seconds{3})})),
              ElementsAre("set 'known' element 0x00000001: expected '0x00000001 : 0x00000001 until "
                          "1795478400', found '0x00000001 : 0x00000001 until 1795478403'"));
  EXPECT_THAT(compared(expected, table({element(1, 1)})), ::testing::SizeIs(1));
}

TEST(Differences, SayWhichSetsAreMissingExtraAndOfAnotherShape) {
  Table expected = table();
  Table found = table();
  found.sets[0].shape.size = 64;
  expected.sets.insert(expected.sets.begin(), Set{shape_of("bound", {Type::Mark})});
  found.sets.push_back(Set{shape_of("locked", {Type::IfName})});

  EXPECT_THAT(compared(expected, found),
              ElementsAre("set 'bound' is missing",
                          "set 'known': expected 'type mark : mark; flags timeout', found 'type "
                          "mark : mark; size 64; flags timeout'",
                          "set 'locked' is not expected"));
}

TEST(Differences, SayWhichRulesDifferByTheirNumber) {
  const Table expected = table({}, {Counter{}, Verdict{VerdictKind::Drop, {}}});
  Table found = table({}, {Verdict{VerdictKind::Accept, {}}});
  found.chains[0].rules.push_back(Rule{{Counter{}}, "new"});

  EXPECT_THAT(compared(expected, found),
              ElementsAre("chain 'forward' rule 1: expected 'counter drop', found 'accept'",
                          "chain 'forward' rule 2 is not expected: 'counter # new'"));
  EXPECT_THAT(compared(found, expected),
              ElementsAre("chain 'forward' rule 1: expected 'accept', found 'counter drop'",
                          "chain 'forward' rule 2 is missing: 'counter # new'"));
}

TEST(Differences, SayWhichChainsAreMissingExtraAndHookedElsewhere) {
  Table expected = table();
  Table found = table();
  found.chains[0].hook->policy_drop = false;
  expected.chains.push_back(Chain{"input", {}, {}});
  found.chains.push_back(Chain{"output", {}, {}});

  EXPECT_THAT(compared(expected, found),
              ElementsAre("chain 'forward': expected 'forward priority 0 policy drop', found "
                          "'forward priority 0 policy accept'",
                          "chain 'input' is missing", "chain 'output' is not expected"));
}

TEST(Differences, SayWhichDeviceABaseChainIsOf) {
  Table expected = table();
  expected.chains[0].hook = Hook{HookPoint::Egress, -500, true, "lg0"};
  Table found = expected;
  found.chains[0].hook = Hook{HookPoint::Ingress, -500, true, "in0"};

  EXPECT_THAT(compared(expected, found),
              ElementsAre("chain 'forward': expected 'egress device 'lg0' priority -500 policy "
                          "drop', found 'ingress device 'in0' priority -500 policy drop'"));
}

TEST(Differences, StopAtTheLimit) {
  const Table expected = table({element(1, 1), element(2, 2), element(3, 3)});

  EXPECT_THAT(differences(expected, table(), seconds{0}, 2), ::testing::SizeIs(2));
  EXPECT_THAT(differences(expected, table(), seconds{0}, 0), IsEmpty());
}

}  // namespace
}  // namespace sekisho::ruleset
