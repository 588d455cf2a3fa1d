// SPDX-License-Identifier: GPL-3.0-or-later
// Each thing that mail programs are known to read in different ways: held, with what and where.
#include "tried.hpp"

namespace sekisho::sanitize::mail {
namespace {

struct Case {
  std::string_view name;
  std::string message;  ///< as it is
  std::string_view says;
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

class Ambiguous : public testing::TestWithParam<Case> {};
TEST_P(Ambiguous, IsHeld) {
  const Tried result = tried(GetParam().message);

  EXPECT_EQ(result.refused().substr(0, 11), "ambiguous: ") << result.message();
  EXPECT_NE(result.refused().find(GetParam().says), std::string::npos) << result.refused();
}

constexpr auto name_of_case = [](const auto& info) { return std::string{info.param.name}; };

/// A header with these lines, a body of one line.
std::string head(std::string_view lines) {
  return crlf("From: a@x.jp\nTo: b@x.jp\n" + std::string{lines} + "\nx\n");
}
std::string text(std::string_view encoding, std::string_view body) {
  return crlf(
      "From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
      "Content-Transfer-Encoding: " +
      std::string{encoding} + "\n\n" + std::string{body});
}
std::string typed(std::string_view type) {
  return head("MIME-Version: 1.0\nContent-Type: " + std::string{type} + "\n");
}
std::string file(std::string_view disposition) {
  return head(
      "MIME-Version: 1.0\nContent-Type: application/pdf\nContent-Disposition: attachment; " +
      std::string{disposition} + "\n");
}
std::string parts(std::string_view boundary, std::string_view body) {
  return crlf(
      "From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=" +
      std::string{boundary} + "\n\n" + std::string{body});
}

TEST(Ambiguity, TheCasesAreOtherwiseHarmless) {
  EXPECT_EQ(tried(head("Subject: x\n")).refused(), "");
  EXPECT_EQ(tried(text("base64", "YQ==\n")).refused(), "");
  EXPECT_EQ(tried(text("quoted-printable", "=41\n")).refused(), "");
  EXPECT_EQ(tried(typed("text/plain; charset=utf-8;")).refused(), "");
  EXPECT_EQ(tried(file("filename*0*=utf-8''a; filename*1=b")).refused(), "");
  EXPECT_EQ(tried(parts("b", "--b\n\nx\n--b--\n")).refused(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Lines, Ambiguous,
    testing::Values(
        Case{"BareCr", "From: a@x.jp\r\nTo: b@x.jp\r\nSubject: a\rb\r\n\r\nx\r\n",
             "a lone CR or LF"},
        Case{"BareLf", "From: a@x.jp\r\nTo: b@x.jp\r\nSubject: a\nBcc: c@x.jp\r\n\r\nx\r\n",
             "a lone CR or LF"},
        Case{"BareLfEndsTheHeader", "From: a@x.jp\r\nTo: b@x.jp\n\nx\r\n", "a lone CR or LF"},
        Case{"Nul", head(std::string{"Subject: a"} + '\0' + "b\n"), "a control character"},
        Case{"NulInBody", std::string{"From: a@x.jp\r\nTo: b@x.jp\r\n\r\nx\0y\r\n", 33}, "a NUL"},
        Case{"BlankBeforeColon", head("Subject : x\n"), "a blank in a field's name"},
        Case{"ControlInName", head("Sub\x01ject: x\n"), "a control character"},
        Case{"FoldedBlankLine", head("Subject: x\n \n y\n"), "a folded line of blanks"},
        Case{"FoldedFirstLine", crlf(" x\nFrom: a@x.jp\nTo: b@x.jp\n\nx\n"),
             "the first line is folded"},
        Case{"NoColon", head("junk\n"), "a line without a field's name"},
        Case{"NoName", head(": x\n"), "a line without a field's name"},
        Case{"LongLine", head("Subject: " + std::string(991, 'x') + "\n"), "longer than 998"},
        Case{"EightBits", head("Subject: \x82\xa0\n"), "bytes beyond ASCII"},
        Case{"RawUtf8", head("Subject: あ\n"), "bytes beyond ASCII"},
        Case{"RawIso2022Jp", head("Subject: \x1b$B$\"\x1b(B\n"), "a control character"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(Twice, Ambiguous, testing::ValuesIn([] {
                           static const std::vector<std::string> kNames{"Sender",
                                                                        "Subject",
                                                                        "Date",
                                                                        "Message-ID",
                                                                        "MIME-Version",
                                                                        "Content-Type",
                                                                        "Content-Transfer-Encoding",
                                                                        "Content-Disposition",
                                                                        "Content-ID",
                                                                        "From",
                                                                        "To"};
                           std::vector<Case> cases;
                           static const std::vector<std::string> kTitles{
                               "Sender",      "Subject",     "Date",     "MessageId",
                               "MimeVersion", "ContentType", "Encoding", "Disposition",
                               "ContentId",   "From",        "To"};
                           for (std::size_t i = 0; i < kNames.size(); ++i) {
                             cases.push_back({kTitles[i],
                                              head(kNames[i] + ": 1.0\n" + kNames[i] + ": 2.0\n"),
                                              "a second field of a name that stands once"});
                           }
                           return cases;
                         }()),
                         name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Parameters, Ambiguous,
    testing::Values(
        Case{"Twice", typed("text/plain; charset=utf-8; charset=us-ascii"), "stands twice"},
        Case{"TwiceInOtherCase", typed("text/plain; charset=utf-8; CHARSET=utf-7"), "stands twice"},
        Case{"WithAndWithoutStar", file("filename=a.exe; filename*=utf-8''a.txt"), "stands twice"},
        Case{"PlainAndParts", file("filename=a; filename*0=b; filename*1=c"), "stands twice"},
        Case{"StarAndParts", file("filename*=utf-8''a; filename*0*=utf-8''b"), "stands twice"},
        Case{"PartsApart", file("filename*0=a; x=y; filename*1=b"), "parts of a parameter"},
        Case{"MissingPart", file("filename*0=a; filename*2=b"), "parts of a parameter"},
        Case{"DoubledPart", file("filename*0=a; filename*0=b"), "parts of a parameter"},
        Case{"PartsOutOfOrder", file("filename*1=b; filename*0=a"), "parts of a parameter"},
        Case{"LeadingZero", file("filename*00=a; filename*01=b"), "no proper number"},
        Case{"NoNumber", file("filename*x=a"), "no proper number"},
        Case{"LaterCharset", file("filename*0*=utf-8''a; filename*1*=utf-8''b"),
             "a charset in a later part"},
        Case{"LaterEncoded", file("filename*0=a; filename*1*=%41"), "a later part"},
        Case{"NoCharset", file("filename*=a"), "without charset"},
        Case{"UnknownCharset", file("filename*=utf-7''a"), "not in its charset"},
        Case{"WrongPercents", file("filename*=utf-8''%4"), "wrong percent signs"},
        Case{"NotInCharset", file("filename*=utf-8''%ff"), "not in its charset"},
        Case{"WordAmongText", file("filename=\"a =?utf-8?B?YQ==?=\""),
             "an encoded word in a parameter"},
        Case{"WordInCharset", typed("text/plain; charset=\"=?utf-8?Q?utf-8?=\""),
             "an encoded word in a parameter"},
        Case{"WordAfterStar", file("filename*=utf-8''%3D%3Futf-8%3FB%3FYQ%3D%3D%3F%3D"),
             "an encoded word in a parameter"},
        Case{"BoundaryWithStar", typed("multipart/mixed; boundary*=utf-8''b"), "no file name"},
        Case{"Comment", typed("text/plain (x); charset=utf-8"), "a comment, a second value"},
        Case{"CommentInType", typed("text/(x)plain"), "without a proper value"},
        Case{"TwoValues", typed("text/plain, text/html"), "a comment, a second value"},
        Case{"NoSubtype", typed("text"), "without a proper value"},
        Case{"NoType", typed("/plain"), "without a proper value"},
        Case{"EmptyType", head("MIME-Version: 1.0\nContent-Type:\n"), "without a proper value"},
        Case{"BlankAroundEquals", typed("text/plain; charset = utf-8"), "no parameter"},
        Case{"NoValue", typed("text/plain; charset="), "no parameter"},
        Case{"OpenQuote", typed("text/plain; charset=\"utf-8"), "no parameter"},
        Case{"TwoSemicolons", typed("text/plain;; charset=utf-8"), "no parameter"},
        Case{"TwoNames",
             head("MIME-Version: 1.0\nContent-Type: application/pdf; name=a.pdf\n"
                  "Content-Disposition: attachment; filename=a.exe\n"),
             "two different file names"},
        Case{"Version", head("MIME-Version: 2.0\n"), "an unknown MIME-Version"},
        Case{"VersionComment", head("MIME-Version: 1.0 (x)\n"), "an unknown MIME-Version"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Boundaries, Ambiguous,
    testing::Values(
        Case{"Empty", parts("\"\"", "--\n\nx\n----\n"), "a boundary that is missing or not proper"},
        Case{"Missing", typed("multipart/mixed"), "a boundary that is missing or not proper"},
        Case{"Long", parts(std::string(71, 'b'), "x\n"),
             "a boundary that is missing or not proper"},
        Case{"TrailingBlank", parts("\"b \"", "--b \n\nx\n--b --\n"), "not proper"},
        Case{"LeadingBlank", parts("\" b\"", "-- b\n\nx\n-- b--\n"), "not proper"},
        Case{"Quote", parts("\"b\\\"c\"", "--b\"c\n\nx\n--b\"c--\n"), "not proper"},
        Case{"Apostrophe", parts("\"b'c\"", "--b'c\n\nx\n--b'c--\n"), "not proper"},
        Case{"Semicolon", parts("\"b;c\"", "--b;c\n\nx\n--b;c--\n"), "not proper"},
        Case{"Comma", parts("\"b,c\"", "--b,c\n\nx\n--b,c--\n"), "not proper"},
        Case{"CommentInIt", parts("b(x)", "--b\n\nx\n--b--\n"), "a comment, a second value"},
        Case{"PrefixOfAnother",
             parts("foo",
                   "--foo\nContent-Type: multipart/mixed; boundary=foobar\n\n"
                   "--foobar\n\nx\n--foobar--\n--foo--\n"),
             "no line of its own"},
        Case{"WithinAnother",
             parts("outer",
                   "--outer\nContent-Type: multipart/mixed; boundary=xouterx\n\n"
                   "--xouterx\n\nx\n--xouterx--\n--outer--\n"),
             "a boundary that is part of another"},
        Case{"SameAsParent",
             parts("b",
                   "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b--\n"),
             "behind or before"},
        Case{"SameAsSibling",
             parts("o",
                   "--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n"
                   "--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n--o--\n"),
             "a boundary that is part of another"},
        Case{"MidLine", parts("b1", "--b1\n\nx --b1 y\n--b1--\n"), "no line of its own"},
        Case{"NoLineEndBefore", parts("b1", "--b1\n\nx--b1--\n"), "no line of its own"},
        Case{"BareLfBefore",
             "From: a@x.jp\r\nTo: b@x.jp\r\nMIME-Version: 1.0\r\n"
             "Content-Type: multipart/mixed; "
             "boundary=b1\r\n\r\n--b1\r\n\r\nx\n--b1\r\n\r\ny\r\n--b1--\r\n",
             "no line of its own"},
        Case{"BareLfBehind",
             "From: a@x.jp\r\nTo: b@x.jp\r\nMIME-Version: 1.0\r\n"
             "Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\n\r\nx\r\n--b1--\r\n",
             "no line of its own"},
        Case{"BlankBehind", parts("b1", "--b1 \n\nx\n--b1--\n"), "no line of its own"},
        Case{"MoreBehind", parts("b1", "--b1x\n\nx\n--b1--\n"), "no line of its own"},
        Case{"CloseWithMore", parts("b1", "--b1\n\nx\n--b1--x\n"), "no line of its own"},
        Case{"CloseFirst", parts("b1", "--b1--\n--b1\n\nx\n--b1--\n"), "before its time"},
        Case{"BehindClose", parts("b1", "--b1\n\nx\n--b1--\n--b1\n\ny\n--b1--\n"),
             "behind or before"},
        Case{"NoClose", parts("b1", "--b1\n\nx\n"), "not closed"},
        Case{"NoPart", parts("b1", "x\n"), "not closed"},
        Case{"EmptyPart", parts("b1", "--b1\n--b1--\n"), "without a line end"},
        Case{"CutsHeader", parts("b1", "--b1\nContent-Type: text/html\n--b1\n\nx\n--b1--\n"),
             "cuts a header"},
        Case{"DigestWithoutType",
             crlf("From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: multipart/digest; "
                  "boundary=b\n\n"
                  "--b\n\nx\n--b--\n"),
             "a part of a digest"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Encodings, Ambiguous,
    testing::Values(
        Case{"Unknown", text("x-uuencode", "x\n"), "an unknown Content-Transfer-Encoding"},
        Case{"Comment", text("base64 (x)", "YQ==\n"), "an unknown Content-Transfer-Encoding"},
        Case{"Empty", text("", "x\n"), "an unknown Content-Transfer-Encoding"},
        Case{"OnMultipart",
             head("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
                  "Content-Transfer-Encoding: base64\n"),
             "a multipart in a transfer encoding"},
        Case{"OnMessage",
             head("MIME-Version: 1.0\nContent-Type: message/rfc822\n"
                  "Content-Transfer-Encoding: base64\n"),
             "a message in a transfer encoding"},
        Case{"Base64Junk", text("base64", "YQ=!\n"), "not of it"},
        Case{"Base64Blank", text("base64", "YW Jj\n"), "not of it"},
        Case{"Base64UrlSafe", text("base64", "_-8=\n"), "not of it"},
        Case{"Base64EarlyPadding", text("base64", "Y===\n"), "padded where it must not be"},
        Case{"Base64PaddingInTheMiddle", text("base64", "YQ==YQ==\n"),
             "goes on behind its padding"},
        Case{"Base64PaddingThenLine", text("base64", "YQ==\nYQ==\n"), "goes on behind its padding"},
        Case{"Base64NoPadding", text("base64", "YWI\n"), "lacks padding"},
        Case{"Base64MorePadding", text("base64", "YWJj=\n"), "padded where it must not be"},
        Case{"Base64HiddenBits", text("base64", "YR==\n"), "bits behind its end"},
        Case{"Base64LongLine", text("base64", std::string(80, 'Y') + "\n"), "longer than 76"},
        Case{"QuotedBadHex", text("quoted-printable", "=4G\n"), "wrong hexadecimal"},
        Case{"QuotedLowerHex", text("quoted-printable", "=e3=81=82\n"), "wrong hexadecimal"},
        Case{"QuotedSoftBreakWithBlank", text("quoted-printable", "a= \nb\n"),
             "a blank behind a soft line break"},
        Case{"QuotedEndsInSoftBreak", text("quoted-printable", "a="), "ends in a soft line break"},
        Case{"QuotedEightBits", text("quoted-printable", "あ\n"), "had to be encoded"},
        Case{"CharsetMismatch", text("8bit", "\x82\xa0\n"), "of a text is not utf-8"},
        Case{"CharsetUnknown", typed("text/plain; charset=utf-7"),
             "charset 'utf-7' is not read here"},
        Case{"NoCharsetButBytes", crlf("From: a@x.jp\nTo: b@x.jp\n\nあ\n"),
             "of a text is not us-ascii"},
        Case{"NoCharsetButEscapes", crlf("From: a@x.jp\nTo: b@x.jp\n\n\x1b$B$\"\x1b(B\n"),
             "does not say so"},
        Case{"UnbalancedEscapes",
             crlf("From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: text/plain; "
                  "charset=iso-2022-jp\n\n"
                  "\x1b$B$\"\n$\"\x1b(B\n"),
             "of a text is not iso-2022-jp"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Fields, Ambiguous,
    testing::Values(
        Case{"WordTouchesText", head("Subject: Re:=?utf-8?B?YQ==?=\n"), "touches other text"},
        Case{"WordWithBlanks", head("Subject: =?utf-8?Q?a b?=\n"), "touches other text"},
        Case{"WordInUnknownCharset", head("Subject: =?utf-7?Q?a?=\n"),
             "a charset that is not read here"},
        Case{"WordInUnknownEncoding", head("Subject: =?utf-8?X?a?=\n"), "an unknown encoding"},
        Case{"WordWithBadBase64", head("Subject: =?utf-8?B?YQ=?=\n"), "base64"},
        Case{"WordCutWithinACharacter", head("Subject: =?utf-8?B?44E=?= =?utf-8?B?gg==?=\n"),
             "not in its charset"},
        Case{"WordInQuotes", crlf("From: \"=?utf-8?B?YQ==?=\" <a@x.jp>\nTo: b@x.jp\n\nx\n"),
             "an encoded word in quotes"},
        Case{"Route", crlf("From: <@y.jp:a@x.jp>\nTo: b@x.jp\n\nx\n"), "no proper address"},
        Case{"TwoAts", crlf("From: a@x.jp@y.jp\nTo: b@x.jp\n\nx\n"), "no comma"},
        Case{"NoAddress", crlf("From: nobody\nTo: b@x.jp\n\nx\n"), "no proper address"},
        Case{"EmptyMember", crlf("From: a@x.jp,,b@x.jp\nTo: b@x.jp\n\nx\n"), "no proper address"},
        Case{"OpenComment", crlf("From: a@x.jp (x\nTo: b@x.jp\n\nx\n"), "does not end"},
        Case{"BlankInAddress", crlf("From: a @x.jp\nTo: b@x.jp\n\nx\n"), "no proper address"}),
    name_of_case);

TEST(Bounds, PartsDepthAndLinesAreCounted) {
  std::string deep = "x\n";
  for (int i = 0; i < 16; ++i) {
    const std::string boundary = "b" + std::to_string(100 + i);
    deep = "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n" +
           (i == 0 ? "\n" : "") + deep + "\n--" + boundary + "--\n";
  }
  EXPECT_EQ(tried(crlf("From: a@x.jp\nTo: b@x.jp\n" + deep)).refused(),
            "nested_too_deep: more than 16 levels of parts");
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "--b\n\nx\n";
  }
  EXPECT_EQ(tried(parts("b", many + "--b--\n")).refused(),
            "too_many_entries: more than 1000 parts");
  std::string lines;
  for (int i = 0; i < 5'001; ++i) {
    lines += "X: y\n";
  }
  EXPECT_EQ(tried(head(lines)).refused(), "too_many_entries: more than 5000 header lines");
}

TEST(Bounds, HostileShapesTakeTimeInProportion) {
  std::string boundaries =
      "From: a@x.jp\r\nTo: b@x.jp\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n";
  for (int i = 0; i < 100'000; ++i) {
    boundaries += "\r\n--b";
  }
  EXPECT_FALSE(tried(boundaries).outcome);
  std::string comment = "From: ";
  for (int i = 0; i < 5'000; ++i) {
    comment += "((((((((((\r\n ";
  }
  EXPECT_FALSE(tried(comment + "\r\nTo: b@x.jp\r\n\r\nx\r\n").outcome);
  std::string text = "From: a@x.jp\r\nTo: b@x.jp\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) {
    text += "begin 644 a\r\n";
  }
  EXPECT_TRUE(tried(text).refused().empty() || !tried(text).outcome);
}

}  // namespace
}  // namespace sekisho::sanitize::mail
