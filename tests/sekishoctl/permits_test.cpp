// SPDX-License-Identifier: GPL-3.0-or-later
// The ledger of permits in its four forms, whatever stands in the config's texts.
#include "appliance.hpp"

#include "base/width.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kEltax = R"([[system]]
name = "shinkoku"
zone = "jumin"
addresses = ["10.10.1.5"]
macs = ["02:00:00:0a:01:05"]
[[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"], macs = ["02:00:00:14:03:04"] }
to = { system = "shinkoku" }
services = ["tcp/443"]
purpose = "地方税の申告"
applicant = "税務課 山田"
approver = "情報政策課長"
approved = 2026-03-20
valid_from = 2026-04-01T00:00:00+09:00
valid_until = 2027-03-31T23:59:59+09:00
)";
const std::string kMust = R"([[must_flow]]
id = "must-web"
from = { zone = "inet-office" }
to = { zone = "cloud" }
services = ["tcp/80"]
)";

class Permits : public Appliance {
 protected:
  [[nodiscard]] Spoken say(std::vector<std::string> more, const Environment& environment = {}) {
    more.insert(more.begin(), "permits");
    return ctl(words(more), environment);
  }
};

/// Every cell of an RFC 4180 text, by line.
std::vector<std::vector<std::string>> cells_of(const std::string& csv) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool inside = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    std::string& cell = lines.back().back();
    if (csv[i] == '"' && inside && i + 1 < csv.size() && csv[i + 1] == '"') {
      cell += csv[i++];
    } else if (csv[i] == '"') {
      inside = !inside;
    } else if (inside) {
      cell += csv[i];
    } else if (csv[i] == ',') {
      lines.back().emplace_back();
    } else if (csv.compare(i, 2, "\r\n") == 0) {
      lines.push_back({""});
      ++i;
    } else {
      ADD_FAILURE() << "outside of quotes: " << csv[i];
    }
  }
  lines.pop_back();
  return lines;
}

TEST_F(Permits, JsonHasEverythingThatWasAppliedForAndWhatBecameOfIt) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + flow("web", "", "\"tcp/80\"", "web") + kEltax + kMust);
  ASSERT_TRUE((Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 80}.echoes()));

  const auto ledger = ask("permits");

  ASSERT_EQ(ledger.as_array().size(), 3U);
  const auto& web = ledger.at(0);
  EXPECT_EQ(web.at("id").as_string(), "web");
  EXPECT_EQ(web.at("kind").as_string(), "flow");
  EXPECT_TRUE(web.at("in_force").as_bool());
  EXPECT_GE(web.at("packets").to_number<int>(), 3);
  EXPECT_GT(web.at("bytes").to_number<int>(), web.at("packets").to_number<int>());
  EXPECT_EQ(web.at("clause").as_string(), "6(3)③");
  EXPECT_TRUE(web.at("applicant").is_null());
  boost::json::object eltax = ledger.at(1).as_object();
  EXPECT_EQ(eltax, boost::json::value({
                       {"id", "eltax"},
                       {"kind", "specific_flow"},
                       {"from",
                        {{"zone", "lgwan-office"},
                         {"hosts", boost::json::array{"10.20.3.4"}},
                         {"macs", boost::json::array{"02:00:00:14:03:04"}},
                         {"system", nullptr}}},
                       {"to",
                        {{"zone", "jumin"},
                         {"hosts", boost::json::array{"10.10.1.5"}},
                         {"macs", boost::json::array{"02:00:00:0a:01:05"}},
                         {"system", "shinkoku"}}},
                       {"services", boost::json::array{"tcp/443"}},
                       {"purpose", "地方税の申告"},
                       {"applicant", "税務課 山田"},
                       {"approver", "情報政策課長"},
                       {"approved", "2026-03-20"},
                       {"valid_from", "2026-03-31T15:00:00Z"},
                       {"valid_until", "2027-03-31T14:59:59Z"},
                       {"review_by", nullptr},
                       {"standby", false},
                       {"in_force", true},
                       {"why_not", ""},
                       {"packets", 0},
                       {"bytes", 0},
                       {"clause", "6(3)①"},
                   }));
  const auto& must = ledger.at(2);
  EXPECT_EQ(must.at("kind").as_string(), "must_flow");
  EXPECT_TRUE(must.at("in_force").is_null());
  EXPECT_TRUE(must.at("packets").is_null());
}

TEST_F(Permits, AStateIsSaidInTheWordsOfStatus) {
  const std::string standby = kEltax + "standby = true\n";
  begin(kZones + standby);

  const auto ledger = ask("permits");
  const auto status = ask("status");

  EXPECT_FALSE(ledger.at(0).at("in_force").as_bool());
  EXPECT_EQ(ledger.at(0).at("why_not").as_string(), "standby");
  EXPECT_EQ(status.at("permits").at(0).at("why_not").as_string(), "standby");
  EXPECT_THAT(say({}).out, HasSubstr(" standby "));
  EXPECT_THAT(say({}, {{"LANG", "ja_JP.UTF-8"}}).out, HasSubstr(" 待機中 "));
}

TEST_F(Permits, WithoutTheDaemonUsageIsUnknownAndTheRestIsTheNewestRevisions) {
  begin(kZones + flow("web", "", "\"tcp/80\"") + kEltax);
  const auto before = ask("permits");
  daemon_->stop();
  daemon_->write_config(kZones);

  const auto after = ask("permits");

  ASSERT_EQ(after.as_array().size(), 2U);
  EXPECT_TRUE(after.at(1).at("packets").is_null());
  EXPECT_TRUE(after.at(1).at("bytes").is_null());
  boost::json::object same = before.at(1).as_object();
  same["packets"] = nullptr;
  same["bytes"] = nullptr;
  EXPECT_EQ(after.at(1), boost::json::value(same));
}

TEST_F(Permits, WhatOperatorsDecidedIsKnownWithoutTheDaemonToo) {
  begin(kZones + flow("web", "", "\"tcp/80\"") + kEltax);
  ASSERT_EQ(daemon_->ctl("revoke web").exit_code, 0);
  ASSERT_EQ(daemon_->ctl("lockdown jumin").exit_code, 0);
  const auto before = ask("permits");
  daemon_->stop();

  const auto after = ask("permits");

  for (const auto& ledger : {before, after}) {
    EXPECT_FALSE(ledger.at(0).at("in_force").as_bool());
    EXPECT_EQ(ledger.at(0).at("why_not").as_string(), "revoked");
    EXPECT_FALSE(ledger.at(1).at("in_force").as_bool());
    EXPECT_EQ(ledger.at(1).at("why_not").as_string(), "lockdown");
  }
}

TEST_F(Permits, AnEmptyLedgerIsEmptyInEveryForm) {
  begin(kZones);

  EXPECT_EQ(ask("permits"), boost::json::array{});
  EXPECT_EQ(cells_of(say({"--csv"}).out.substr(3)).size(), 1U);
  EXPECT_THAT(say({"--html"}).out, HasSubstr("<tbody>\n</tbody>"));
  EXPECT_THAT(say({}).out, StartsWith("  id  kind"));
}

TEST(PermitsAlone, NoDaemonAndNoRevisionIsExitThree) {
  const Scratch scratch;

  const Spoken text = ctl(scratch.nowhere({"permits"}));
  const Spoken json = ctl(scratch.nowhere({"permits", "--json"}));

  EXPECT_EQ(text.exit_code, 3);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, HasSubstr("no daemon answers"));
  EXPECT_EQ(json.exit_code, 3);
  EXPECT_FALSE(json.json().at("ok").as_bool());
}

TEST(PermitsAlone, TwoFormsAtOnceAreRefused) {
  const Scratch scratch;

  EXPECT_EQ(ctl(scratch.nowhere({"permits", "--csv", "--html"})).exit_code, 2);
  EXPECT_EQ(ctl(scratch.nowhere({"permits", "--csv", "--json"})).exit_code, 2);
}

TEST_F(Permits, TheTableFitsATerminalWithJapaneseLetters) {
  begin(kZones +
        flow("web", "", "\"tcp/80\", \"tcp/443\", \"udp/443\"",
             "市民向けの手続と職員の調べ物のために外の頁を見る。"
             "長い目的もあって、一行には収まらないことがある") +
        kEltax);

  const Spoken table = say({}, {{"LANG", "ja_JP.UTF-8"}, {"TZ", "Asia/Tokyo"}});

  std::istringstream lines{table.out};
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(columns_of(line), 80U) << line;
    rows.push_back(line);
  }
  ASSERT_GE(rows.size(), 5U);
  EXPECT_THAT(rows[0], HasSubstr("識別子"));
  const auto column = [&](const std::string& row, const std::string& word) {
    return columns_of(row.substr(0, row.find(word)));
  };
  const auto eltax =
      std::ranges::find_if(rows, [](const std::string& row) { return row.starts_with("  eltax"); });
  ASSERT_NE(eltax, rows.end());
  EXPECT_EQ(column(rows[0], "種別"), column(*eltax, "特定通信"));
  EXPECT_EQ(column(rows[0], "終了"), column(*eltax, "2027-03-31 23:59:59"));
  EXPECT_THAT(table.out, HasSubstr("申請者: 税務課"));
}

/// What a hostile applicant might write where a purpose is asked for.
const std::string kHostilePurpose =
    R"(=cmd|' /C calc'!A0 <script>alert(1)</script> & 'x', \"y\" <img src=http://192.0.2.1/>)";

TEST_F(Permits, NoCellOfTheCsvIsAFormulaOrTwoCells) {
  begin(kZones + flow("a", "", "\"tcp/80\"", R"(=1+1,\"x\")") +
        flow("b", "", "\"tcp/81\"", "+81-3-1234") + flow("c", "", "\"tcp/82\"", "-2") +
        flow("d", "", "\"tcp/83\"", "@SUM(A1)") + flow("e", "", "\"tcp/84\"", "＝1+1") +
        flow("f", "", "\"tcp/85\"", "  =1") + flow("g", "", "\"tcp/86\"", "a=b; -"));

  const Spoken csv = say({"--csv"});

  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  ASSERT_THAT(csv.out, StartsWith("\xef\xbb\xbf\"id\",\"kind\","));
  EXPECT_THAT(csv.out, EndsWith("\"\r\n"));
  const auto lines = cells_of(csv.out.substr(3));
  ASSERT_EQ(lines.size(), 8U);
  const auto purpose =
      static_cast<std::size_t>(std::ranges::find(lines[0], "purpose") - lines[0].begin());
  std::vector<std::string> purposes;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i].size(), lines[0].size());
    purposes.push_back(lines[i][purpose]);
  }
  EXPECT_THAT(purposes, ElementsAre("'=1+1,\"x\"", "'+81-3-1234", "'-2", "'@SUM(A1)", "'＝1+1",
                                    "'  =1", "a=b; -"));
}

TEST_F(Permits, TheCsvIsInTheAppliancesLanguage) {
  std::string ja = kZones;
  ja.replace(ja.find("\"en\""), 4, "\"ja\"");
  begin(ja + kEltax);

  const auto lines = cells_of(say({"--csv"}).out.substr(3));

  EXPECT_EQ(lines[0][0], "識別子");
  EXPECT_EQ(lines[1][1], "特定通信");
}

TEST_F(Permits, TheHtmlIsOnePageThatFetchesAndRunsNothing) {
  std::string ja = kZones;
  ja.replace(ja.find("\"en\""), 4, "\"ja\"\npolicy = \"令和8年4月1日 <b>\"");
  begin(ja + flow("web", "", "\"tcp/80\"", kHostilePurpose) + kEltax);

  const Spoken page = say({"--html"}, {{"TZ", "Asia/Tokyo"}});

  EXPECT_EQ(page.exit_code, 0) << page.err;
  for (const char* text :
       {"<html lang=\"ja\">", "<title>通信許可台帳 - boundary-1</title>", "<h1>通信許可台帳</h1>",
        "取扱注意", "令和8年4月1日 &lt;b&gt;", "<dd>1 (", "A4 landscape", "地方税の申告",
        "2027-03-31 23:59:59", "6(3)①", "&lt;script&gt;", "&#39;", "&amp;", "&quot;y"}) {
    EXPECT_THAT(page.out, HasSubstr(text));
  }
  for (const char* text : {"<script", "<img", "<a ", "href", "@import", "url("}) {
    EXPECT_THAT(page.out, Not(HasSubstr(text)));
  }
}

TEST_F(Permits, ThePageHoldsTogetherAsXml) {
  begin(kZones + flow("web", "", "\"tcp/80\"", kHostilePurpose) + kEltax);

  std::string page = say({"--html"}).out;
  for (const char* open : {"<meta charset=\"utf-8\"", "style-src 'unsafe-inline'\"", "<br"}) {
    for (std::size_t at = 0; (at = page.find(open, at)) != std::string::npos;) {
      at += std::string{open}.size();
      page.insert(at, "/");
    }
  }
  const Scratch scratch;
  const std::string file = scratch.write("page.xml", page.substr(page.find('\n') + 1));

  EXPECT_EQ(std::system(("/usr/bin/python3 -c 'import sys, xml.dom.minidom; "
                         "xml.dom.minidom.parse(sys.argv[1])' " +
                         file)
                            .c_str()),
            0)
      << page;
}

TEST_F(Permits, TextsThatWouldMisleadATerminalNeverBecomeAPolicy) {
  begin(kZones);
  for (const char* purpose : {"a\\u001b[2Jb", "a\\u202eb", "a\\u2066b", "a\\nb", "a\\u009bb"}) {
    const Ran refused = daemon_->apply(kZones + flow("web", "", "\"tcp/80\"", purpose));
    EXPECT_EQ(refused.exit_code, 1) << purpose;
  }

  EXPECT_EQ(ask("permits"), boost::json::array{});
}

}  // namespace
}  // namespace sekisho::testing
