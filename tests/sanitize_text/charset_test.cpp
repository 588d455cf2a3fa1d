// SPDX-License-Identifier: GPL-3.0-or-later
// The C library's converters are the second opinion: another direction of another code.
#include "sanitize/text/charset.hpp"

#include <gtest/gtest.h>
#include <iconv.h>

#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

/// UTF-8 in another charset, by the C library; empty where it cannot be.
std::string encoded(std::string_view text, const char* charset) {
  const iconv_t handle = iconv_open(charset, "UTF-8");
  std::string in{text};
  std::string out(in.size() * 4 + 16, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  const std::size_t failed = iconv(handle, &from, &left, &to, &room);
  iconv(handle, nullptr, nullptr, &to, &room);
  iconv_close(handle);
  out.resize(out.size() - room);
  return failed == 0 ? out : std::string{};
}

constexpr std::string_view kSentence =
    "長門市役所 総務課です。ﾃｽﾄ、カタカナ、ひらがな\r\nABC123 表示\r\n";
/// Dash and wave as Windows has them, NEC row 13, IBM's rows.
constexpr std::string_view kVendor = "～－∥￠①⑳Ⅷ㈱㎡髙﨑纊ⅷ";

TEST(Decoding, EveryCharacterOfCp932ComesBackToItsBytes) {
  std::size_t characters = 0;
  for (unsigned lead = 0x81; lead <= 0xfc; ++lead) {
    for (unsigned trail = 0x40; trail <= 0xfc; ++trail) {
      const std::string bytes{static_cast<char>(lead), static_cast<char>(trail)};
      const auto text = decoded(bytes, Charset::Cp932);
      if ((lead >= 0xa0 && lead <= 0xdf) || !text) {
        continue;
      }
      ++characters;
      const std::string back = encoded(*text, "CP932");
      // 398 characters stand in two or three places and come back to one of them
      EXPECT_EQ(decoded(back, Charset::Cp932), *text) << lead << ' ' << trail;
    }
  }
  EXPECT_EQ(characters, 7724U + 1880U);  // Windows-31J's table, and private use
}

TEST(Decoding, VendorsCharactersSurviveInEveryJapaneseCharset) {
  EXPECT_EQ(decoded(encoded(kVendor, "CP932"), Charset::Cp932), kVendor);
  // without NEC's and IBM's duplicates that the C library writes outside of 94 rows
  constexpr std::string_view kInRows = "～－∥￠①⑳Ⅷ㈱㎡";
  EXPECT_EQ(decoded(encoded(kInRows, "EUC-JP-MS"), Charset::EucJp), kInRows);
  // ISO-2022-JP as CP50221: row 13 for ①㈱, row 92 for 髙
  EXPECT_EQ(decoded("\x1b$B!A!]-!-jyl\x1b(B", Charset::Iso2022Jp).value().substr(0, 12), "～－①㈱");
  EXPECT_EQ(decoded("\x1b$B|b\x1b(B", Charset::Iso2022Jp), "髙");
}

TEST(Decoding, ReadsWhatTheCLibraryWrites) {
  EXPECT_EQ(decoded(encoded(kSentence, "CP932"), Charset::Cp932), kSentence);
  EXPECT_EQ(decoded(encoded(kSentence, "EUC-JP"), Charset::EucJp), kSentence);
  constexpr std::string_view kFullWidth = "長門市役所 総務課です。\r\nABC 表示\r\n";
  EXPECT_EQ(decoded(encoded(kFullWidth, "ISO-2022-JP"), Charset::Iso2022Jp), kFullWidth);
  EXPECT_EQ(decoded(encoded("\u4e02\u4e04", "EUC-JP"), Charset::EucJp),
            "\u4e02\u4e04");  // JIS X 0212
  EXPECT_EQ(decoded("\x1b$(D0!\x1b(B", Charset::Iso2022Jp), "\u4e02");
  EXPECT_EQ(decoded(encoded("髙😀", "UTF-16"), Charset::Utf16), "髙😀");
  EXPECT_EQ(decoded(std::string_view{"\xfe\xff\x00\x41\xd8\x3d\xde\x00", 8}, Charset::Utf16), "A😀");
}

TEST(Decoding, SaysWhereBytesAreNotOfTheCharset) {
  EXPECT_EQ(decoded("ab\x80", Charset::Ascii).error(), 2U);
  EXPECT_EQ(decoded("a\xc0\xaf", Charset::Utf8).error(), 1U);         // overlong
  EXPECT_EQ(decoded("\xed\xa0\x80", Charset::Utf8).error(), 0U);      // surrogate
  EXPECT_EQ(decoded("\xf4\x90\x80\x80", Charset::Utf8).error(), 0U);  // beyond
  EXPECT_EQ(decoded("\x82\xa0\x82", Charset::Cp932).error(), 2U);     // half a character
  EXPECT_EQ(decoded("\x81\x20", Charset::Cp932).error(), 0U);         // no trail
  EXPECT_EQ(decoded("\xa9\xa1", Charset::EucJp).error(), 0U);         // row 9 is empty
  EXPECT_EQ(decoded(std::string_view{"\xff\xfe\x00\xd8", 4}, Charset::Utf16).error(), 2U);  // alone
  EXPECT_EQ(decoded("\xff\xfe\x41", Charset::Utf16).error(), 2U);              // half a unit
  EXPECT_EQ(decoded("\x1b$B$\"\n$\"\x1b(B", Charset::Iso2022Jp).error(), 5U);  // a line in Kanji
  EXPECT_EQ(decoded("\x1b$Z$\"", Charset::Iso2022Jp).value_or("read"), "\x1b$Z$\"") << "ASCII";
  EXPECT_EQ(decoded("a\x0e", Charset::Iso2022Jp).error(), 1U);      // shifts
  EXPECT_EQ(decoded("a\xa4\xa2", Charset::Iso2022Jp).error(), 1U);  // eight bits
}

TEST(Charsets, KnowNamesInAnyLetterCaseAndNoUtf7) {
  EXPECT_EQ(charset_called("Shift_JIS"), Charset::Cp932);
  EXPECT_EQ(charset_called("ISO-2022-JP"), Charset::Iso2022Jp);
  EXPECT_EQ(charset_called("utf-7"), std::nullopt);
  EXPECT_EQ(charset_called("x-mac-japanese"), std::nullopt);
  EXPECT_EQ(charset_called(""), std::nullopt);
  EXPECT_EQ(name_of(Charset::Windows1252), "windows-1252");
}

TEST(Detection, TellsJapaneseCharsetsApart) {
  constexpr std::string_view kShort = "表示";
  for (const std::string_view text : {kSentence, kShort, std::string_view{"こんにちは"}}) {
    EXPECT_EQ(detected(encoded(text, "CP932")), Charset::Cp932) << text;
    EXPECT_EQ(detected(encoded(text, "EUC-JP")), Charset::EucJp) << text;
    EXPECT_EQ(detected(text), Charset::Utf8);
    EXPECT_EQ(detected(encoded(text, "UTF-16")), Charset::Utf16);
  }
  EXPECT_EQ(detected("\x1b$BF|K\\\x1b(B"), Charset::Iso2022Jp);
  EXPECT_EQ(detected("\x1b[31mred\x1b[0m"), Charset::Utf8);  // a terminal's escapes
  EXPECT_EQ(detected("\x1b$B\x80\x80"), std::nullopt);
  EXPECT_EQ(detected("\x81\xff\xff"), std::nullopt);
}

}  // namespace
}  // namespace sekisho::sanitize::text
