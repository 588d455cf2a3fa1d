// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/my_number.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::sanitize {
namespace {

// 123456789018: 6·1+5·2+4·3+3·4+2·5+7·6+6·7+5·8+4·9+3·0+2·1 = 212; 212 mod 11 = 3; 11 − 3 = 8
constexpr std::string_view kNumber = "123456789018";

TEST(MyNumber, HasTwelveDigitsTheLastOfThemACheckDigit) {
  EXPECT_TRUE(is_my_number(kNumber));
  EXPECT_FALSE(is_my_number("123456789012"));
  EXPECT_FALSE(is_my_number("1234567890188"));
  EXPECT_FALSE(is_my_number("12345678901x"));
  EXPECT_TRUE(is_my_number("000000000000"));
}

TEST(MyNumber, OneInTenPassesByChance) {
  unsigned passed = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    passed += is_my_number(std::to_string(100'000'000'000 + i * 7'919)) ? 1 : 0;
  }
  EXPECT_GT(passed, 900U);
  EXPECT_LT(passed, 1'200U);
}

TEST(MyNumber, TwelveDigitsAlonePossiblyAreOne) {
  EXPECT_EQ(find_my_numbers("伝票 123456789018 号"), (MyNumbers{.certain = 0, .possible = 1}));
  EXPECT_EQ(find_my_numbers("123456789012"), MyNumbers{});
}

TEST(MyNumber, GroupsOfFourOrAWordNearbyMakeItCertain) {
  for (const std::string_view text :
       {"1234-5678-9018", "1234 5678 9018", "１２３４－５６７８－９０１８",
        "１２３４　５６７８　９０１８", "個人番号：123456789018",
        "マイナンバーは１２３４５６７８９０１８です", "1234ー5678ー9018"}) {
    EXPECT_EQ(find_my_numbers(text), (MyNumbers{.certain = 1, .possible = 0})) << text;
  }
}

TEST(MyNumber, LongerNumbersAreNone) {
  for (const std::string_view text :
       {"1123456789018", "1234567890181", "1234-5678-9018-1234", "9-1234567890181"}) {
    EXPECT_EQ(find_my_numbers(text), MyNumbers{}) << text;
  }
}

TEST(MyNumber, SeveralAreCountedOneByOne) {
  EXPECT_EQ(find_my_numbers("123456789018,123456789018\n1234-5678-9018"),
            (MyNumbers{.certain = 1, .possible = 2}));
  EXPECT_EQ(find_my_numbers("番号 1234-5678-9018  1234-5678-9018"),
            (MyNumbers{.certain = 2, .possible = 0}));
}

}  // namespace
}  // namespace sekisho::sanitize
