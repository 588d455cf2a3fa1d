// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/bytes.hpp"
#include "base/escape.hpp"
#include "base/sha256.hpp"

#include <gtest/gtest.h>

namespace sekisho {
namespace {

TEST(Reader, ReadsBackWhatAWriterWrote) {
  Writer writer;
  writer.u8(1);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090a0b0c0d0e0f);
  writer.text("関所");

  Reader reader{as_bytes(writer.bytes())};

  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_EQ(reader.text(100), "関所");
  EXPECT_EQ(reader.left(), 0U);
  EXPECT_FALSE(reader.failed());
}

TEST(Reader, FailsForGoodAtTheFirstShortRead) {
  Reader reader{as_bytes("abc")};

  EXPECT_EQ(reader.u32(), 0U);

  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.u8(), 0);
}

TEST(Reader, RefusesALengthAboveTheLimitOrTheInput) {
  Writer writer;
  writer.text("abcdef");
  Reader limited{as_bytes(writer.bytes())};
  Reader cut{as_bytes(writer.bytes()).first(7)};

  EXPECT_EQ(limited.text(5), "");
  EXPECT_EQ(cut.text(100), "");

  EXPECT_TRUE(limited.failed());
  EXPECT_TRUE(cut.failed());
}

TEST(Utf8, IsCheckedByTheLetterOfTheStandard) {
  EXPECT_TRUE(is_utf8("長門市 a\U0010ffff"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("\xe9\x95"));          // cut
}

TEST(Escaped, LeavesNothingThatAForgerCouldUse) {
  EXPECT_EQ(escaped("長門市"), "長門市");
  EXPECT_EQ(escaped("a\nb\x1b[0m\\"), "a\\x0ab\\x1b[0m\\\\");
  EXPECT_EQ(escaped("gnp.\xe2\x80\xae"), "gnp.\\u{202e}");
  EXPECT_EQ(escaped("\xff"), "\\xff");
}

TEST(Sha256, IsTheStandards) {
  // FIPS 180-4, "abc"
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace sekisho
