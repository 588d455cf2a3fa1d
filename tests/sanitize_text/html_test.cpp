// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/html.hpp"

#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

std::string text_of(std::string_view html) {
  return tried(Type::Html, html).text();
}

TEST(Html, ReadsAsAPersonReadsIt) {
  EXPECT_EQ(
      text_of("<!DOCTYPE html><html><head><title>t</title><style>p{}</style></head><body>"
              "<h1>お知らせ</h1><p>長門市  の\n <b>①㈱髙</b>です。<p>二段落<br>改行<br><br>空行"
              "<ul><li>一<li>二<ol><li>イ</li><li>ロ</li></ol></ul><hr>"
              "<blockquote>引用<br>二行</blockquote><pre> a\n  "
              "b</pre><div>終&amp;り</div></body></html>"),
      "お知らせ\n\n長門市 の ①㈱髙です。\n\n二段落\n改行\n\n空行\n\n・一\n・二\n  1. イ\n  2. "
      "ロ\n\n"
      "----------\n\n> 引用\n> 二行\n\n a\n  b\n\n終&り\n");
}

TEST(Html, TablesAreReadable) {
  EXPECT_EQ(text_of("<table><tr><th>品名<th>数<tr><td><p>紙</p></td><td>2</td></tr>"
                    "<tr><td></td><td>計 2</td></tr></table>後"),
            "品名\t数\n紙\t2\n\t計 2\n後\n");
}

TEST(Html, LinksShowWhereTheyReallyGo) {
  EXPECT_EQ(text_of("<a href='http://evil.com/x y'>https://bank.jp/</a>"),
            "hxxps://bank[.]jp/ <hxxp://evil[.]com/x+y>\n");
  EXPECT_EQ(text_of("<a href=\"https://www.example.jp/\">www.example.jp</a> <a href=#top>上</a>"),
            "www[.]example[.]jp 上\n");
  EXPECT_EQ(text_of("<a href='ja&#x0A;va&Tab;script&colon;alert(1)'>押す</a>"),
            "押す <javascript[:]alert(1)>\n");
  EXPECT_EQ(text_of("<a href='mailto:a@b.jp'>a@b.jp</a> <a href=data:text/html,x>d</a>"),
            "a@b[.]jp d <data[:]text/html,x>\n");
  EXPECT_EQ(text_of("<a href=http://evil.com><img src=http://evil.com/i.png alt=画像></a>"),
            "[画像: 画像] <hxxp://evil[.]com>\n");
  EXPECT_EQ(text_of("<map><area href='http://e.jp/' alt=地図></map>"), "地図 <hxxp://e[.]jp/>\n");
}

TEST(Html, HiddenTextIsLeftOut) {
  for (const std::string_view how :
       {"style='display:none'", "style='DISPLAY : none !important'", "style='visibility:hidden'",
        "style='font-size:0'", "style='font-size:1px'", "style='opacity:0'", "hidden",
        "style='color:#fff'", "style='color:#ABCDEF;background:#abcdef'", "style='mso-hide:all'",
        "style='color:white;background-color:rgb(255,255,255)'", "style='text-indent:-9999px'",
        "style='position:absolute;left:-5000px'", "style='height:0;overflow:hidden'",
        "style='max-height:0px'", "style='dis/**/play:none'"}) {
    const Tried result = tried(Type::Html, "前<div " + std::string{how} + ">秘密<b>も</b></div>後");
    EXPECT_EQ(result.text(), "前\n後\n") << how;
    EXPECT_TRUE(result.did(Action::RemovedHidden)) << how;
  }
  EXPECT_EQ(text_of("<font color=white>x</font>y"), "y\n");
}

TEST(Html, VisibleTextIsNotTakenForHidden) {
  EXPECT_EQ(text_of("<table bgcolor=#003366><tr><td><font color=white>見出し</font></table>"),
            "見出し\n");
  EXPECT_EQ(text_of("<a class=button style='color:#ffffff'>申込</a>"), "申込\n");
  EXPECT_EQ(text_of("<p style='display:none'>x<p>見える"), "見える\n");
  EXPECT_EQ(text_of("<head><style>x</style><p>head が閉じない"), "head が閉じない\n");
  EXPECT_EQ(text_of("<div style='font-size:10.5pt;color:#000'>普通</div>"), "普通\n");
  EXPECT_EQ(text_of("a <b c"), "a\n") << "a tag that never ends is shown nowhere";
  EXPECT_EQ(text_of("1 < 2 & 3 > 2 &unknown; &amp;lt;"), "1 < 2 & 3 > 2 &unknown; &lt;\n");
}

TEST(Html, NothingThatActsOrLoadsIsLeft) {
  const Tried result = tried(
      Type::Html,
      "<base href=http://evil.com/><meta http-equiv=Refresh content='0;url=http://evil.com'>"
      "<script>alert(1)</script><SCRIPT SRC=http://evil.com/x.js></script ><img src=x "
      "onerror=alert(2)>"
      "<iframe src=http://evil.com></iframe><object data=http://evil.com>obj</object><embed src=e>"
      "<form action=http://evil.com><input value=v><textarea>t</textarea></form>"
      "<svg onload=alert(3)><a href=x>s</a></svg><math>m</math><template>tpl</template>"
      "<noscript>ns</noscript><video src=http://evil.com>v</video><link rel=x href=http://evil.com>"
      "<div style=\"background:url(http://evil.com)\">残る</div><xmp><b></xmp>"
      "<!--[if mso]>mso<![endif]--><![if !mso]>可視<![endif]><?php echo 1?>"
      "<img src='data:image/png;base64,AAAA' alt=''><plaintext>");

  EXPECT_EQ(result.text(), "t\n残る\n<b>可視\n");
  for (const Action action :
       {Action::ChangedToText, Action::RemovedScript, Action::RemovedAction,
        Action::RemovedExternal, Action::RemovedEmbedded, Action::RemovedHidden}) {
    EXPECT_TRUE(result.did(action)) << word_of(action).code;
  }
}

TEST(Html, ReferencesThatSpellLinksAreSeenThrough) {
  EXPECT_EQ(text_of("h&#116;tp&colon;&sol;&sol;evil&period;com &#x200b;www&#46;e&#x200B;vil.jp"),
            "hxxp://evil[.]com www[.]evil[.]jp\n");
  EXPECT_EQ(text_of("&#0;&#xD800;&#x110000;&#x80;"), "\ufffd\ufffd\ufffd€\n");
  EXPECT_EQ(text_of("a&#x202e;b&#27;[31mc"), "abc\n");
}

TEST(Html, CharsetIsTheOneThatItTells) {
  EXPECT_EQ(text_of("<meta charset=shift_jis>\x87\x40"), "①\n");
  EXPECT_EQ(
      text_of(
          "<meta http-equiv=content-type content='text/html; charset=iso-2022-jp'>\x1b$B$\"\x1b(B"),
      "あ\n");
  EXPECT_EQ(text_of("<meta charset=euc-jp>\xa4\xa2"), "あ\n");
  EXPECT_EQ(tried(Type::Html, "<meta charset=utf-7>+ADw-script+AD4-").refused(),
            "malformed: charset 'utf-7' is not read here");
  EXPECT_EQ(tried(Type::Html, "<meta charset=utf-8>\x82\xa0").refused(),
            "malformed: byte 20 is not utf-8");
}

TEST(Html, DepthAndSizeTakeTimeInProportion) {
  for (const std::string_view piece :
       {"<div>", "<b><i>", "<p>", "<li>", "<table><tr><td>", "<a href=x>", "<!--", "<", "</",
        "<x y=", "<ol><li>", "&", "<script>", "<div style='color:red'>", "<br>", "<td>"}) {
    std::string html;
    while (html.size() < 100'000) {
      html += piece;
    }
    EXPECT_TRUE(tried(Type::Html, html).outcome) << piece;
  }
}

}  // namespace
}  // namespace sekisho::sanitize::text
