// SPDX-License-Identifier: GPL-3.0-or-later
// The frame around the families: bounds, profiles, and what goes in comes out clean.
#include "sanitize/stage/stage.hpp"

#include "sanitize/stage/identify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sekisho::sanitize {
namespace {

using ::testing::HasSubstr;

class Stage : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_libraries(); }

  [[nodiscard]] Done run(const std::string& bytes, const std::string& name = "a.txt") const {
    return sanitize_item({as_bytes(bytes), name, ""}, order_);
  }
  [[nodiscard]] std::string reason_of(const std::string& bytes,
                                      const std::string& name = "a.txt") const {
    const Done done = run(bytes, name);
    return done.outcome ? "none" : std::string{word_of(done.outcome.error().why).name};
  }

  RebuildOrder order_;
};

TEST(Formats, AreThereForWhatTheWordsSayIsRebuiltAndForNothingElse) {
  for (const TypeWord& word : type_words()) {
    const bool has_one = std::ranges::find(formats(), word.type, &Format::type) != formats().end();
    EXPECT_EQ(has_one, word.mode != Mode::Refuse) << word.name;
  }
}

TEST_F(Stage, EveryFormatIsThereOnceWithBothItsEntrances) {
  std::set<Type> seen;
  for (const Format& format : formats()) {
    EXPECT_TRUE(seen.insert(format.type).second) << word_of(format.type).name;
    EXPECT_NE(word_of(format.type).mode, Mode::Refuse) << word_of(format.type).name;
    EXPECT_NE(format.sanitize, nullptr);
    EXPECT_NE(format.inspect, nullptr);
  }
}

TEST_F(Stage, WhatIsTooLargeIsRefusedBeforeItIsLookedAt) {
  order_.way.limits.bytes_in = 3;

  EXPECT_EQ(reason_of("text"), "too_large");
  EXPECT_EQ(reason_of("tex"), "none");
}

TEST_F(Stage, WhatWouldLeaveTooLargeIsRefused) {
  order_.way.limits.bytes_out = 3;

  EXPECT_EQ(reason_of("text"), "output_too_large");
}

TEST_F(Stage, ARefusalNamesTheType) {
  EXPECT_EQ(run("MZ", "a.exe").outcome.error().type, Type::Executable);
}

TEST_F(Stage, IndividualNumbersMayNotLeaveButMayComeIn) {
  const std::string text = "個人番号: 1234 5678 9018";
  order_.way.profile.my_numbers = Profile::MyNumbers::Block;

  EXPECT_EQ(reason_of(text), "none");
  order_.way.profile.take_out = true;
  EXPECT_EQ(reason_of(text), "my_number");
  EXPECT_EQ(reason_of("123456789018"), "none");  // one in ten numbers looks like that by chance
  order_.way.profile.my_numbers = Profile::MyNumbers::Log;
  EXPECT_EQ(reason_of(text), "none");
  EXPECT_TRUE(run(text).report.has(Action::NotedMyNumber));
}

TEST_F(Stage, WhatWasRebuiltPassesItsInspectionUnderItsOwnNameAlone) {
  const std::string bytes = run("text").outcome->bytes;

  EXPECT_EQ(inspect_item(as_bytes(bytes), {"txt", {}}), "");
  EXPECT_THAT(inspect_item(as_bytes(bytes), {"png", {}}), HasSubstr("type_mismatch"));
  EXPECT_THAT(inspect_item(as_bytes("MZ"), {"txt", {}}), HasSubstr("unsupported_type"));
}

TEST_F(Stage, AnInspectionIsNoCopyOfTheRebuilding) {
  // what nobody here would have made is found
  EXPECT_NE(inspect_item(as_bytes("a\x1B[2Jb"), {"txt", {}}), "");
}

}  // namespace
}  // namespace sekisho::sanitize
