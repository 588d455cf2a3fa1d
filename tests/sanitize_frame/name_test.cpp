// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/name.hpp"

#include "base/escape.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize {
namespace {

TEST(RebuiltName, KeepsWhatIsHarmless) {
  EXPECT_EQ(rebuilt_name("報告書.docx", "docx"), "報告書.docx");
  EXPECT_EQ(rebuilt_name("2026.04.01 議事録 v1.2.pdf", "pdf"), "2026.04.01 議事録 v1.2.pdf");
  EXPECT_EQ(rebuilt_name("no extension", "txt"), "no extension.txt");
}

TEST(RebuiltName, GivesTheExtensionOfWhatItIs) {
  EXPECT_EQ(rebuilt_name("macro.xlsm", "xlsx"), "macro.xlsx");
  EXPECT_EQ(rebuilt_name("report.pdf.exe", "txt"), "report_pdf.txt");
  EXPECT_EQ(rebuilt_name("a.js.vbs.txt", "txt"), "a_js_vbs.txt");
}

TEST(RebuiltName, HasNoPath) {
  EXPECT_EQ(rebuilt_name("../../etc/passwd", "txt"), "passwd.txt");
  EXPECT_EQ(rebuilt_name("C:\\Windows\\system.ini", "txt"), "system.txt");
  EXPECT_EQ(rebuilt_name("..", "txt"), "item.txt");
  EXPECT_EQ(rebuilt_name("/", "txt"), "item.txt");
  EXPECT_EQ(rebuilt_name("file:stream.txt", "txt"), "file_stream.txt");
}

TEST(RebuiltName, HasNothingInvisible) {
  EXPECT_EQ(rebuilt_name("photo\u202egpj.exe", "png"), "photogpj.png");
  EXPECT_EQ(rebuilt_name(std::string_view{"a\0b\n.txt", 8}, "txt"), "ab.txt");
  EXPECT_EQ(rebuilt_name("a\u200bb\ufeff.txt", "txt"), "ab.txt");
}

TEST(RebuiltName, IsNoDeviceAndEndsInNoDot) {
  EXPECT_EQ(rebuilt_name("CON.txt", "txt"), "_CON.txt");
  EXPECT_EQ(rebuilt_name("com1.tar.gz", "zip"), "com1_tar.zip");
  EXPECT_EQ(rebuilt_name("com1.gz", "zip"), "_com1.zip");
  EXPECT_EQ(rebuilt_name("name. . ", ""), "name");
}

TEST(RebuiltName, IsShortAndUtf8) {
  std::string longest;
  for (int i = 0; i < 400; ++i) {
    longest += "漢";
  }
  const std::string name = rebuilt_name(longest + ".txt", "txt");

  EXPECT_LE(name.size(), 200U);
  EXPECT_TRUE(is_utf8(name));
  EXPECT_TRUE(is_utf8(rebuilt_name("\x83\x65\x83\x58\x83\x67.txt", "txt")));
}

TEST(RebuiltName, IsItsOwnRebuiltName) {
  for (const std::string& name :
       {std::string(190, 'x') + ".abcdefghij", std::string(195, '.') + "x.exe.....",
        std::string{"a.pdf.exe"}, std::string(193, 'x') + ". .x y", std::string{"con.txt"},
        std::string{"..."}}) {
    const std::string once = rebuilt_name(name, "txt");
    EXPECT_EQ(rebuilt_name(once, "txt"), once) << name;
  }
}

TEST(ExtensionOf, IsWhatStandsBehindTheLastDot) {
  EXPECT_EQ(extension_of("a/b.c/d.TXT"), "txt");
  EXPECT_EQ(extension_of(".profile"), "");
  EXPECT_EQ(extension_of("a.b/c"), "");
}

}  // namespace
}  // namespace sekisho::sanitize
