// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sekisho {
namespace {

TEST(Ceiling, IsTheTableOfTheInterface) {
  using enum ZoneClass;

  EXPECT_EQ(ceiling(MyNumber, MyNumber), Ceiling::Flow);
  EXPECT_EQ(ceiling(MyNumber, Lgwan), Ceiling::SpecificFlow);
  EXPECT_EQ(ceiling(Lgwan, MyNumber), Ceiling::SpecificFlow);
  for (const ZoneClass outside : {Internet, SecurityCloud}) {
    EXPECT_EQ(ceiling(MyNumber, outside), Ceiling::Never);
    EXPECT_EQ(ceiling(outside, MyNumber), Ceiling::Never);
    EXPECT_EQ(ceiling(Lgwan, outside), Ceiling::Exchange);
    EXPECT_EQ(ceiling(outside, Lgwan), Ceiling::Exchange);
    EXPECT_EQ(ceiling(Internet, outside), Ceiling::Flow);
    EXPECT_EQ(ceiling(outside, SecurityCloud), Ceiling::Flow);
  }
}

TEST(Clause, NamesMyNumberFirst) {
  using enum ZoneClass;

  EXPECT_EQ(name_of(clause_between(MyNumber, Internet)), "6(3)①");
  EXPECT_EQ(name_of(clause_between(std::nullopt, MyNumber)), "6(3)①");
  EXPECT_EQ(name_of(clause_between(Internet, Lgwan)), "6(3)②");
  EXPECT_EQ(name_of(clause_between(Internet, std::nullopt)), "6(3)③");
  EXPECT_EQ(name_of(clause_between(Lgwan, Lgwan)), "6(6)");
  EXPECT_EQ(name_of(clause_between(std::nullopt, std::nullopt)), "6(6)");
}

TEST(Words, AreFoundByTheirNamesAndNumbers) {
  for (const ReasonWord& word : reason_words()) {
    EXPECT_EQ(reason_named(word.name), word.reason);
    EXPECT_EQ(reason_numbered(static_cast<std::uint8_t>(word.reason)), word.reason);
    EXPECT_EQ(verdict_of(word.reason), word.verdict);
  }
  for (const ClassWord& word : class_words()) {
    EXPECT_EQ(zone_class_named(word.name), word.zone_class);
    EXPECT_EQ(name_of(word.zone_class), word.name);
  }
  EXPECT_EQ(reason_named("no_such_reason"), std::nullopt);
  EXPECT_EQ(reason_numbered(0), std::nullopt);
}

TEST(Words, GiveEveryEventItsOwnMessageId) {
  std::set<std::string_view> ids;

  for (const EventWord& word : event_words()) {
    EXPECT_EQ(&word_of(word.event), &word);
    EXPECT_EQ(word.message_id.size(), 32U);
    EXPECT_EQ(word.message_id.find_first_not_of("0123456789abcdef"), std::string_view::npos);
    ids.insert(word.message_id);
  }

  EXPECT_EQ(ids.size(), event_words().size());
}

}  // namespace
}  // namespace sekisho
