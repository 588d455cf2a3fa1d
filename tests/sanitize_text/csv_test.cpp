// SPDX-License-Identifier: GPL-3.0-or-later
// What a spreadsheet would see is read back by Python's csv module.
#include "sanitize/text/csv.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "support/python.hpp"
#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows read_back(const std::string& csv) {
  const std::string json = python(
      "import csv,io,json,sys\n"
      "text = sys.stdin.buffer.read().decode('utf-8-sig')\n"
      "rows = list(csv.reader(io.StringIO(text, newline=''), strict=True))\n"
      "print(json.dumps(rows))\n",
      csv);
  return boost::json::value_to<Rows>(boost::json::parse(json));
}

TEST(Csv, HarmlessCellsComeOutAsTheyCame) {
  const Tried result =
      tried(Type::Csv,
            "番号,氏名,金額,備考\r\n1,長門 太郎,\"1,234\",\"彼は\"\"はい\"\"と\r\n言った\"\r\n"
            "2,①㈱髙,-12.5,-\r\n3,,+5%,a-b\r\n\r\n4,最後");

  EXPECT_EQ(read_back(result.text()), (Rows{{"番号", "氏名", "金額", "備考"},
                                            {"1", "長門 太郎", "1,234", "彼は\"はい\"と\n言った"},
                                            {"2", "①㈱髙", "-12.5", "-"},
                                            {"3", "", "+5%", "a-b"},
                                            {""},
                                            {"4", "最後"}}));
  EXPECT_TRUE(result.report.changes().empty()) << result.report.codes();
  EXPECT_TRUE(result.text().starts_with("\xef\xbb\xbf\"番号\",")) << "so that Excel reads UTF-8";
  EXPECT_EQ(tried(Type::Csv, "a,b\n").text(), "\"a\",\"b\"\r\n");
}

class Formula : public testing::TestWithParam<std::string> {};
TEST_P(Formula, IsTextForASpreadsheet) {
  std::string quoted = GetParam();
  for (auto at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2)) {
    quoted.insert(at, 1, '"');
  }

  const Tried result = tried(Type::Csv, "x,\"" + quoted + "\",y\r\n");

  const Rows rows = read_back(result.text());
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_EQ(rows[0].size(), 3U);
  EXPECT_EQ(rows[0][1].front(), '\'') << rows[0][1];
  EXPECT_TRUE(result.did(Action::NeutralisedCell));
}
INSTANTIATE_TEST_SUITE_P(
    Csv, Formula,
    testing::Values("=1+1", "=cmd|'/C calc'!A1", "=HYPERLINK(\"http://evil\",\"x\")",
                    "=WEBSERVICE(\"http://evil\")", "=IMPORTXML(\"http://evil\",\"//a\")", "+1+1",
                    "-1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1,2)", "|calc", "%0", "\t=1", "\r\n=1",
                    "\n=1", "  =1", "\"=1\"", "\" =1", "\ufeff=1", "\u200b=1", "\u00a0=1",
                    "\u3000=1", "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", std::string{"\0=1", 3},
                    "\x01=1", "\u202e=1", "+81-90-1234", "-1E", "=", "@"));

TEST(Csv, UnquotedFormulasAreNeutralisedToo) {
  EXPECT_EQ(tried(Type::Csv, "a,=1+1, =2\n").text(), "\"a\",\"'=1+1\",\"' =2\"\r\n");
  EXPECT_EQ(tried(Type::Csv, "'=1,b\n").text(), "\"'=1\",\"b\"\r\n") << "is text already";
}

TEST(Csv, ReadsTheSeparatorThatItHas) {
  EXPECT_EQ(read_back(tried(Type::Csv, "a;b,c;\"d;e\"\n").text()), (Rows{{"a", "b,c", "d;e"}}));
  EXPECT_EQ(read_back(tried(Type::Csv, "a\tb,c\td\n").text()), (Rows{{"a", "b,c", "d"}}));
  const Tried told = tried(Type::Csv, "sep=|\r\na|=1\r\n");
  EXPECT_EQ(read_back(told.text()), (Rows{{"a", "'=1"}}));
  EXPECT_TRUE(told.did(Action::RemovedUnknown));
  EXPECT_EQ(tried(Type::Csv, "sep=;\nsep=,\na;b\n").text(), "\"a\",\"b\"\r\n");
}

TEST(Csv, IsReadInJapaneseCharsets) {
  EXPECT_EQ(read_back(tried(Type::Csv, "\x8e\x81\x96\xbc,\x87\x40\r\n").text()),
            (Rows{{"氏名", "①"}}));
  EXPECT_EQ(read_back(tried(Type::Csv, std::string{"\xff\xfe=\0,\0"
                                                   "a\0",
                                                   8})
                          .text()),
            (Rows{{"'=", "a"}}));
}

TEST(Csv, RefusesWhatIsReadInTwoWays) {
  EXPECT_EQ(tried(Type::Csv, "ID;PWXL;N;E\nC;X1;Y1;K\"x\"\n").refused(),
            "polyglot: a spreadsheet opens it as SYLK");
  EXPECT_EQ(tried(Type::Csv, "\xef\xbb\xbf ID;P\n").refused(),
            "polyglot: a spreadsheet opens it as SYLK");
  EXPECT_EQ(tried(Type::Csv, "a,\"b\"c\n").refused(),
            "ambiguous: row 1: text behind a closing quote");
  EXPECT_EQ(tried(Type::Csv, "a\n\"b\nc").refused(), "truncated: row 2: a quote is never closed");
  EXPECT_EQ(tried(Type::Csv, "a," + std::string((1 << 20) + 1, 'x')).refused(),
            "too_large: row 1: a cell has more than 1 MiB");
  EXPECT_TRUE(tried(Type::Csv, "ID,P\n").outcome) << "quoted when it leaves";
}

TEST(Csv, FindsIndividualNumbersAcrossARow) {
  EXPECT_EQ(tried(Type::Csv, "個人番号,123456789018\n").report.my_numbers().certain, 1U);
}

TEST(Csv, IsWrittenForOtherFamilies) {
  Report report;

  EXPECT_EQ(csv_of({{"a", "=1\x01"}, {"髙"}}, report), "\xef\xbb\xbf\"a\",\"'=1\"\r\n\"髙\"\r\n");
}

}  // namespace
}  // namespace sekisho::sanitize::text
