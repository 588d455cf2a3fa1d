// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/links.hpp"

#include "support/python.hpp"
#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

std::string neutralised(std::string_view text) {
  return tried(Type::Text, text).text();
}

struct Case {
  std::string_view before;
  std::string_view after;
};

class Neutralised : public testing::TestWithParam<Case> {};
TEST_P(Neutralised, IsReadableAndNoLink) {
  EXPECT_EQ(neutralised(GetParam().before), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    Schemes, Neutralised,
    testing::Values(
        Case{"http://example.com/a?b=c#d", "hxxp://example[.]com/a?b=c#d"},
        Case{"HTTPS://Example.COM", "hxxps://Example[.]COM"},
        Case{"詳細はhttp://例え.jp/道をご覧ください。",
             "詳細はhxxp://例え[.]jp/道をご覧ください。"},
        Case{"(http://a.example.jp).", "(hxxp://a[.]example[.]jp)."},
        Case{"http://192.168.0.1:8080/", "hxxp://192[.]168[.]0[.]1:8080/"},
        Case{"http://bank.jp@evil.com/x", "hxxp://bank[.]jp@evil[.]com/x"},
        Case{"http://good.jp/?u=http://evil.com/", "hxxp://good[.]jp/?u=hxxp://evil[.]com/"},
        Case{"http://good.jp/www.evil.com/a.b.c", "hxxp://good[.]jp/www[.]evil[.]com/a.b.c"},
        Case{"http:\\\\evil.com\\x", "hxxp:[\\\\]evil[.]com\\x"},
        Case{"https:/evil.com", "hxxps:/evil[.]com"}, Case{"http:evil.com", "hxxp:evil[.]com"},
        Case{"ftp://host/file", "fxp://host/file"}, Case{"see.http://x.jp", "see[.]hxxp://x[.]jp"},
        Case{"evil.com.http://x.jp", "evil[.]com[.]hxxp://x[.]jp"},
        Case{"http://javascript:alert(1)", "hxxp://javascript[:]alert(1)"},
        Case{"http://u:p@http://x.jp", "hxxp://u:p@hxxp://x[.]jp"},
        Case{"www.foo://x.jp", "www[.]foo[:]//x[.]jp"},
        Case{"http://e.-ms-word:x", "hxxp://e[.]-ms-word[:]x"},
        Case{"1http://x.jp", "1hxxp://x[.]jp"}, Case{"a.1http://x.jp", "a[.]1hxxp://x[.]jp"},
        Case{"0://x.jp", "0[:]//x[.]jp"}, Case{"xhttp://x.jp", "xhttp[:]//x[.]jp"},
        Case{"gopher://old.example/1", "gopher[:]//old[.]example/1"},
        Case{"javascript:alert(1)", "javascript[:]alert(1)"},
        Case{"JavaScript:alert(document.domain)", "JavaScript[:]alert(document[.]domain)"},
        Case{"data:text/html;base64,PHM=", "data[:]text/html;base64,PHM="},
        Case{"data:,x", "data[:],x"}, Case{"vbscript:x", "vbscript[:]x"},
        Case{"file:///C:/x", "file[:]///C:/x"}, Case{"file:\\\\host\\x", "file[:][\\\\]host\\x"},
        Case{"mailto:somu@city.example.jp", "mailto[:]somu@city[.]example[.]jp"},
        Case{"tel:+81837222111", "tel[:]+81837222111"},
        Case{"TEL:0837-22-2111", "TEL[:]0837-22-2111"}, Case{"ms-msdt:/id", "ms-msdt[:]/id"},
        Case{"search-ms:query=x", "search-ms[:]query=x"}));

INSTANTIATE_TEST_SUITE_P(
    Bare, Neutralised,
    testing::Values(Case{"www.example.com", "www[.]example[.]com"},
                    Case{"a.www.b_foo://x", "a[.]www[.]b_foo[:]//x"},
                    Case{"a.www.b1", "a[.]www[.]b1"}, Case{"_www.b1", "_www[.]b1"},
                    Case{"www.taro@x.jp", "www[.]taro@x[.]jp"},
                    Case{"www.a.1http://x", "www[.]a[.]1hxxp://x"},
                    Case{"www.報告.pdf", "www[.]報告[.]pdf"},
                    Case{"example.com/login", "example[.]com/login"},
                    Case{"詳細はexample.jpまで", "詳細はexample[.]jpまで"},
                    Case{"日本語.jp と 例え.みんな", "日本語[.]jp と 例え[.]みんな"},
                    Case{"xn--n8jaaaaai5bhf7as8fsfk3jnknefdde3fg11amb5gzdb4wi9bya3kc6lra.jp",
                         "xn--n8jaaaaai5bhf7as8fsfk3jnknefdde3fg11amb5gzdb4wi9bya3kc6lra[.]jp"},
                    Case{"evil.xn--q9jyb4c", "evil[.]xn--q9jyb4c"},
                    Case{"Taro.Yamada@City.Example.JP", "Taro.Yamada@City[.]Example[.]JP"},
                    Case{"a@evil.zip", "a@evil[.]zip"},
                    Case{"\\\\server\\share\\x.doc", "[\\\\]server\\share\\x.doc"},
                    Case{"\\\\?\\UNC\\host", "[\\\\]?\\UNC\\host"},
                    Case{"＼＼server＼share", "[\\\\]server＼share"}));

INSTANTIATE_TEST_SUITE_P(
    Disguised, Neutralised,
    testing::Values(Case{"ht\u200btp://ev\u200bil.com", "hxxp://evil[.]com"},
                    Case{"ｈｔｔｐ：／／ｅｖｉｌ．ｃｏｍ", "hxxp://evil[.]com"},
                    Case{"evil．com", "evil[.]com"}, Case{"evil\u2024com", "evil[.]com"},
                    Case{"http://evil。com/", "hxxp://evil[.]com/"},
                    Case{"ex\u00adample.com", "example[.]com"},
                    Case{"java\u200bscript:alert(1)", "javascript[:]alert(1)"},
                    Case{"hxxp://evil.com/", "hxxp://evil[.]com/"},
                    Case{"hxxp://evil[.]com/a.php", "hxxp://evil[.]com/a.php"},
                    Case{"evil[.]com", "evil[.]com"},
                    Case{"evil[.]example.com", "evil[.]example[.]com"}));

INSTANTIATE_TEST_SUITE_P(NoLinks, Neutralised,
                         testing::Values(Case{"資料.docx と 一覧.xlsx と index.html",
                                              "資料.docx と 一覧.xlsx と index.html"},
                                         Case{"10:30 開始。Ver.2.0、3.14、No.5",
                                              "10:30 開始。Ver.2.0、3.14、No.5"},
                                         Case{"TEL: 0837-22-2111", "TEL: 0837-22-2111"},
                                         Case{"data: 2026 / file: なし", "data: 2026 / file: なし"},
                                         Case{"C:\\Users\\taro", "C:\\Users\\taro"},
                                         Case{"a // comment", "a // comment"},
                                         Case{"送りました.よろしく", "送りました.よろしく"},
                                         Case{"…です。PDF。Word。", "…です。PDF。Word。"}));

TEST(Links, AreNotedWithTheirTarget) {
  const Tried result = tried(Type::Text, "見て http://evil.example/a/b.html");

  ASSERT_EQ(result.report.changes().size(), 1U);
  EXPECT_EQ(result.report.changes()[0].object, "http://evil.example/a/b.html");
}

TEST(Links, AreTakenOutWhereTheProfileWantsIt) {
  Profile profile;
  profile.links = Profile::Links::Remove;

  EXPECT_EQ(
      tried(Type::Text,
            "見て http://evil.example/a?b を。a@b.jp \\\\host\\x javascript:alert(1) end", profile)
          .text(),
      "見て [リンク削除] を。[リンク削除] [リンク削除] [リンク削除] end");
}

/// A reader's own idea of what is a link, in the manner of mail programs; it says what it finds.
std::string underlined(std::string_view text) {
  return python(
      "import re,sys\n"
      "idea = r'(https?|ftp|file|javascript|vbscript|mailto)\\s*:|\\bwww\\.[a-z0-9]|'\n"
      "idea += r'\\\\\\\\[a-z0-9]|\\b[a-z0-9-]+\\.(com|net|org|jp|zip|info)\\b'\n"
      "print(*[m.group() for m in re.finditer(idea, sys.stdin.read(), re.I)], end='')\n",
      text);
}

TEST(Links, NothingIsLeftThatAMailProgramWouldUnderline) {
  const std::string all =
      "http://a.com https://b.c.jp/x?y=http://d.net mailto:e@f.org WWW.G.JP h.zip \\\\i\\j "
      "JavaScript:k file://l/m \"n.info\" <o.com> [p.net](http://q.com) http://[2001:db8::1]/ "
      "http://r.com.s.jp@t.org:80/u.com ftp.v.jp x@y.com,z@a.jp;b@c.net";
  ASSERT_NE(underlined(all), "") << "the idea finds what it looks for";

  EXPECT_EQ(underlined(neutralised(all)), "") << neutralised(all);
}

TEST(Links, LongRunsTakeTimeInProportion) {
  for (const std::string_view piece : {"http://", "a.", "a@b.c", "\\\\a", "mailto:", "www.a/",
                                       "a.b/", "hxxp://a[.]b/", "[.]", ":", "x.y:", "＠．"}) {
    std::string text;
    while (text.size() < 100'000) {
      text += piece;
    }
    EXPECT_FALSE(tried(Type::Text, text).text().empty()) << piece;
  }
}

}  // namespace
}  // namespace sekisho::sanitize::text
