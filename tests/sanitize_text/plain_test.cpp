// SPDX-License-Identifier: GPL-3.0-or-later
#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

TEST(PlainText, HarmlessTextComesOutAsItCame) {
  constexpr std::string_view kText =
      "件名: 会議のお知らせ\r\n\r\n日時　令和8年4月1日(水) 10:30～11:00\r\n場所\t3階 第1会議室\n"
      "〜－①㈱髙 ﾊﾝｶｸ café naïve 100% A&B <注> C:\\temp 3.14 No.5\n";

  const Tried result = tried(Type::Text, kText);

  EXPECT_EQ(result.text(), kText);
  EXPECT_TRUE(result.report.changes().empty()) << result.report.codes();
}

TEST(PlainText, LosesControlAndBidirectionalCharacters) {
  const std::string text = std::string{"a"} + '\0' +
                           "b\x07"
                           "c\x7f"
                           "d\xc2\x9b"
                           "e\u202egpj.exe\u202c \u2066x\u2069\u200f\u061cf\n";

  const Tried result = tried(Type::Text, text);

  EXPECT_EQ(result.text(), "abcdegpj.exe xf\n");
  EXPECT_TRUE(result.did(Action::RemovedCharacters));
}

TEST(PlainText, LosesTerminalSequencesWhole) {
  EXPECT_EQ(tried(Type::Text, "\x1b[1;31mred\x1b[0m \x1b]0;title\x07 \x1b(0 end\n").text(),
            "red ]0;title (0 end\n");
}

TEST(PlainText, KeepsAndReportsWhatCannotBeSeen) {
  const Tried result = tried(Type::Text, "a\u200bb \ue000\n");

  EXPECT_EQ(result.text(), "a\u200bb \ue000\n");
  ASSERT_EQ(result.report.changes().size(), 2U);
  EXPECT_EQ(result.report.changes()[0].object, "zero-width");
  EXPECT_EQ(result.report.changes()[1].object, "private use");
}

TEST(PlainText, LosesByteOrderMarksWhereverTheyStand) {
  EXPECT_EQ(tried(Type::Text, "\x01\ufeffa\ufeffb\n").text(), "ab\n");
}

TEST(PlainText, EndsLinesOneWay) {
  EXPECT_EQ(tried(Type::Text,
                  "a\rb\r\r\nc\fd\x0b"
                  "e\u0085f\u2028g\u2029h\r")
                .text(),
            "a\nb\n\r\nc\nd\ne\nf\ng\nh\n");
}

TEST(PlainText, RefusesBytesThatAreNoText) {
  EXPECT_EQ(tried(Type::Text, "\x81\xff\xfe\xfd").refused(),
            "malformed: its characters are in no charset that is read here");
  EXPECT_EQ(tried(Type::Text, "\x1b$B$\"\n$\"\x1b(B").refused(),
            "malformed: its characters are in no charset that is read here");
}

TEST(PlainText, LeavesAsUtf8AndSaysFromWhat) {
  const Tried result = tried(Type::Text, "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\r\n");

  EXPECT_EQ(result.text(), "こんにちは\r\n");
  ASSERT_EQ(result.report.changes().size(), 1U);
  EXPECT_EQ(result.report.changes()[0].object, "shift_jis");
  EXPECT_EQ(tried(Type::Text,
                  "\xef\xbb\xbf"
                  "BOM\n")
                .text(),
            "BOM\n");
}

TEST(PlainText, FindsIndividualNumbers) {
  const Tried result = tried(Type::Text, "個人番号 1234-5678-9018 でした\n");

  EXPECT_EQ(result.report.my_numbers().certain, 1U);
  EXPECT_TRUE(result.did(Action::NotedMyNumber));
}

TEST(PlainText, IsRefusedWhereItIsLargerThanAnItemMayBe) {
  Limits limits;
  limits.bytes_in = 3;
  const Profile profile;
  Job job{limits, profile, {}};

  const Outcome outcome =
      format_of(Type::Text).sanitize(Type::Text, Item{as_bytes("abcd"), "", ""}, job);

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().why, Refusal::TooLarge);
  EXPECT_EQ(outcome.error().type, Type::Text);
}

}  // namespace
}  // namespace sekisho::sanitize::text
