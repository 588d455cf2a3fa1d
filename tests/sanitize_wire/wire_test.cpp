// SPDX-License-Identifier: GPL-3.0-or-later
// What is said comes back as it was; what could not have been said honestly does not.
#include "sanitize/wire/wire.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize {
namespace {

RebuildOrder an_order() {
  RebuildOrder order;
  order.way.profile.name = "mail-files";
  order.way.profile.links = Profile::Links::Remove;
  order.way.profile.take_out = true;
  order.way.limits.pixels = 7;
  order.way_of_mail = Way{};
  order.way_of_mail->limits.memory = 9;
  order.name = "a\0b\xFF.txt";
  order.declared_type = "text/plain";
  return order;
}

RebuildAnswer an_answer() {
  RebuildAnswer answer;
  answer.outcome = RebuildAnswer::Made{Type::Gif, true, "png"};
  answer.report.note(Action::RemovedFrames, "a\nb", 3);
  answer.report.saw_text("個人番号 1234 5678 9018");
  return answer;
}

TEST(Wire, AnOrderToRebuildArrives) {
  const RebuildOrder sent = an_order();

  const auto received = decode_order(encode(Order{sent}));

  ASSERT_TRUE(received);
  const auto& order = std::get<RebuildOrder>(*received);
  EXPECT_EQ(order.way.profile.name, "mail-files");
  EXPECT_EQ(order.way.profile.links, Profile::Links::Remove);
  EXPECT_EQ(order.way.profile.attachments, Profile::Attachments::Sanitize);
  EXPECT_TRUE(order.way.profile.take_out);
  EXPECT_EQ(order.way.limits.pixels, 7U);
  EXPECT_EQ(order.way_of_mail->limits.memory, 9U);
  EXPECT_EQ(order.name, sent.name);
  EXPECT_EQ(order.declared_type, "text/plain");
}

TEST(Wire, AnOrderToInspectArrives) {
  InspectOrder sent{"csv", {}};
  sent.limits.seconds = 5;

  const auto received = decode_order(encode(Order{sent}));

  ASSERT_TRUE(received);
  EXPECT_EQ(std::get<InspectOrder>(*received).extension, "csv");
  EXPECT_EQ(std::get<InspectOrder>(*received).limits.seconds, 5U);
}

TEST(Wire, ANameThatIsTooLongIsCut) {
  RebuildOrder order;
  order.name = std::string(10'000, 'n');

  const auto received = decode_order(encode(Order{order}));

  ASSERT_TRUE(received);
  EXPECT_EQ(std::get<RebuildOrder>(*received).name.size(), kLongestName);
}

TEST(Wire, AnAnswerArrivesWithItsReport) {
  const auto received = decode_rebuild_answer(encode(an_answer()));

  ASSERT_TRUE(received);
  ASSERT_TRUE(received->outcome && *received->outcome);
  EXPECT_EQ((*received->outcome)->type, Type::Gif);
  EXPECT_TRUE((*received->outcome)->partial);
  EXPECT_EQ((*received->outcome)->extension, "png");
  EXPECT_EQ(received->report.changes(), an_answer().report.changes());
  EXPECT_EQ(received->report.my_numbers(), an_answer().report.my_numbers());
}

TEST(Wire, ARefusalArrives) {
  RebuildAnswer answer;
  answer.outcome = tl::unexpected<Refused>{Refused{Refusal::Encrypted, Type::Zip, "entry 'a'"}};

  const auto received = decode_rebuild_answer(encode(answer));

  ASSERT_TRUE(received && received->outcome && !*received->outcome);
  EXPECT_EQ(received->outcome->error().why, Refusal::Encrypted);
  EXPECT_EQ(received->outcome->error().type, Type::Zip);
  EXPECT_EQ(received->outcome->error().detail, "entry 'a'");
}

TEST(Wire, AWishForFontsArrives) {
  const auto received = decode_rebuild_answer(encode(RebuildAnswer{}));

  ASSERT_TRUE(received);
  EXPECT_FALSE(received->outcome);
}

TEST(Wire, WhatIsCutOrLongerIsNothing) {
  for (const std::string& whole : {encode(an_answer()), encode(RebuildAnswer{})}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode_rebuild_answer(whole.substr(0, size))) << size;
    }
    EXPECT_FALSE(decode_rebuild_answer(whole + '\0'));
  }
  const std::string order = encode(Order{an_order()});
  for (std::size_t size = 0; size < order.size(); ++size) {
    EXPECT_FALSE(decode_order(order.substr(0, size))) << size;
  }
}

TEST(Wire, NumbersThatMeanNothingAreNothing) {
  // became, type, partial
  for (const std::size_t at : {0U, 1U, 2U}) {
    std::string answer = encode(an_answer());
    answer[at] = '\x7F';
    EXPECT_FALSE(decode_rebuild_answer(answer)) << at;
  }
}

TEST(Wire, ExtensionsThatCouldLeadElsewhereAreNothing) {
  for (const char* extension : {"", "../x", "a.b", "PNG", "a/b", "verylongone", "a\n"}) {
    RebuildAnswer answer;
    answer.outcome = RebuildAnswer::Made{Type::Png, false, extension};
    EXPECT_FALSE(decode_rebuild_answer(encode(answer))) << extension;
  }
}

TEST(Wire, TextThatATerminalWouldObeyIsNothing) {
  for (const char* text : {"\x1B[2J", "a\nb",
                           "\xE2\x80\xAE"
                           "gnp",
                           "\xFF"}) {
    RebuildAnswer answer;
    answer.outcome = tl::unexpected<Refused>{Refused{Refusal::Malformed, Type::Png, text}};
    EXPECT_FALSE(decode_rebuild_answer(encode(answer))) << text;
  }
}

TEST(Wire, AFindingArrivesInCleanText) {
  EXPECT_EQ(decode_finding(encode_finding("")), "");
  EXPECT_EQ(decode_finding(encode_finding("a script")), "a script");
  EXPECT_EQ(decode_finding(encode_finding("\x1B[2J")), "something with a bad name");
  EXPECT_FALSE(decode_finding(""));
}

}  // namespace
}  // namespace sekisho::sanitize
