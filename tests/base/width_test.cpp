// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/width.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Width, JapaneseLettersTakeTwoColumns) {
  EXPECT_EQ(columns_of("web"), 3U);
  EXPECT_EQ(columns_of("通信許可台帳"), 12U);
  EXPECT_EQ(columns_of("ｶﾅ"), 2U);
  EXPECT_EQ(columns_of("ＬＧ"), 4U);
  EXPECT_EQ(columns_of("か\u3099"), 2U);
  EXPECT_EQ(columns_of("𠮟る"), 4U);
  EXPECT_EQ(columns_of("é①…×"), 4U);
  EXPECT_EQ(columns_of(""), 0U);
}

TEST(Width, BrokenBytesCountAndEndNothing) {
  EXPECT_EQ(columns_of("\xff\xfe"), 2U);
  EXPECT_EQ(columns_of("\xe3\x81"), 1U);
  EXPECT_EQ(columns_of("a\x80"), 2U);
}

TEST(Width, FittedTextHasExactlyTheColumns) {
  EXPECT_EQ(fitted("web", 5), "web  ");
  EXPECT_EQ(fitted("webserver", 5), "webs…");
  EXPECT_EQ(fitted("台帳", 4), "台帳");
  EXPECT_EQ(fitted("通信許可", 6), "通信… ");
  EXPECT_EQ(fitted("通信", 2), "… ");
  EXPECT_EQ(fitted("通信", 1), "…");
  EXPECT_EQ(fitted("通信", 0), "");
  for (std::size_t columns = 0; columns < 20; ++columns) {
    EXPECT_EQ(columns_of(fitted("a通b信c許d可e", columns)), columns);
  }
}

TEST(Width, WrappedLinesFitAndLoseNothing) {
  EXPECT_THAT(wrapped("tcp/80 tcp/443 udp/443", 14), ElementsAre("tcp/80 tcp/443", "udp/443"));
  EXPECT_THAT(wrapped("市民税の申告", 5), ElementsAre("市民", "税の", "申告"));
  EXPECT_THAT(wrapped("a 市民税の申告", 8), ElementsAre("a", "市民税の", "申告"));
  EXPECT_THAT(wrapped("", 8), IsEmpty());
  EXPECT_THAT(wrapped("税", 1), ElementsAre("税"));
}

}  // namespace
}  // namespace sekisho
