// SPDX-License-Identifier: GPL-3.0-or-later
// Harmless mail, and what of a header leaves; read back by Python's email package.
#include "tried.hpp"

namespace sekisho::sanitize::mail {
namespace {

constexpr std::string_view kHead =
    "From: Taro <taro@city.example.jp>\nTo: somu@pref.example.jp\nSubject: test\n"
    "Date: Wed, 1 Apr 2026 10:30:00 +0900\nMessage-ID: <1.a@city.example.jp>\n";

std::string plain(std::string_view more, std::string_view body) {
  return crlf(std::string{kHead} + std::string{more} + "\n" + std::string{body});
}

TEST(Message, PlainMailComesOutComplete) {
  const Tried result =
      tried(plain("MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n",
                  "Hello,\n\n  indented  text\n> quoted\n.\n-- \nsig\n"));

  EXPECT_EQ(
      result.message(),
      crlf("From: Taro <taro@city.example.jp>\nTo: somu@pref.example.jp\nSubject: test\n"
           "Date: Wed, 1 Apr 2026 10:30:00 +0900\nMessage-ID: <1.a@city.example.jp>\n"
           "MIME-Version: 1.0\nX-Sekisho-Sanitized: NONE\nContent-Type: text/plain; charset=UTF-8\n"
           "Content-Transfer-Encoding: 7bit\n\n"
           "Hello,\n\n  indented  text\n> quoted\n.\n-- \nsig\n"));
  EXPECT_TRUE(result.report.changes().empty()) << result.report.codes();
  EXPECT_FALSE(result.outcome->partial);
}

TEST(Message, JapaneseMailOfEveryDaySurvives) {
  // ISO-2022-JP with row 13 and row 92
  const Tried good = tried(
      crlf("From: =?ISO-2022-JP?B?GyRCRDlMZxsoQiAbJEJCQE86GyhC?= <taro@city.example.jp>\n"
           "To: \"Somu, Ka\" <somu@pref.example.jp>,\n =?UTF-8?Q?=E8=8A=B1=E5=AD=90?= <h@x.jp>\n"
           "Subject: =?ISO-2022-JP?B?GyRCMnE1RC0hLWobKEI=?= =?Shift_JIS?B?mGE=?=\n"
           "MIME-Version: 1.0\nContent-Type: text/plain; charset=ISO-2022-JP\n"
           "Content-Transfer-Encoding: 7bit\n\n"
           "\x1b$B2q5D-!-j|b!A!]\x1b(B\n"));
  const ReadBack read = read_back(good.message());
  EXPECT_EQ(field(read, "From"), "長門 太郎 <taro@city.example.jp>");
  EXPECT_EQ(field(read, "To"), "\"Somu, Ka\" <somu@pref.example.jp>, 花子 <h@x.jp>");
  EXPECT_EQ(field(read, "Subject"), "会議①㈱和");
  EXPECT_EQ(read.text, "会議①㈱髙～－\r\n");
  EXPECT_EQ(good.report.codes(), "CHG_CHARSET");
}

TEST(Message, TextsInOtherEncodingsAreRead) {
  EXPECT_EQ(read_back(tried(plain("MIME-Version: 1.0\nContent-Type: text/plain; charset=Shift_JIS\n"
                                  "Content-Transfer-Encoding: base64\n",
                                  "h0CCoA==\n"))
                          .message())
                .text,
            "①あ\r\n");
  EXPECT_EQ(
      read_back(tried(plain("MIME-Version: 1.0\nContent-Type: text/plain; charset=\"EUC-JP\"\n"
                            "Content-Transfer-Encoding: quoted-printable\n",
                            "=A4=A2=\n=A4=A4 =3D\n"))
                    .message())
          .text,
      "あい =\r\n");
  EXPECT_EQ(read_back(tried(plain("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                                  "Content-Transfer-Encoding: 8bit\n",
                                  "😀 UTF-8\n"))
                          .message())
                .text,
            "😀 UTF-8\r\n");
  EXPECT_EQ(read_back(tried(plain("MIME-Version: 1.0\nContent-Type: text/plain; format=flowed\n",
                                  "one \ntwo\n from\n-- \nsig\n"))
                          .message())
                .text,
            "one two\r\nfrom\r\n-- \r\nsig\r\n");
}

TEST(Message, HtmlBecomesText) {
  const Tried result =
      tried(plain("MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n",
                  "<p>見て <a href=\"http://evil.example/x\">https://bank.example/</a>"
                  "<script>alert(1)</script><img src=\"http://evil.example/beacon.png\">\n"));

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(read.text, "見て hxxps://bank[.]example/ <hxxp://evil[.]example/x>\r\n");
  EXPECT_EQ(field(read, "X-Sekisho-Sanitized"), "CHG_TEXT REP_LINK DEL_SCRIPT DEL_EXTERNAL");
}

TEST(Message, OfAlternativesThePlainTextIsTaken) {
  const auto alternative = [](std::string_view text) {
    return plain("MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b1\n",
                 "--b1\nContent-Type: text/plain\n\n" + std::string{text} +
                     "\n--b1\nContent-Type: text/html\n\n<b>html</b>\n--b1--\n");
  };
  EXPECT_EQ(read_back(tried(alternative("plain")).message()).text, "plain\r\n");
  EXPECT_EQ(read_back(tried(alternative(" ")).message()).text, "html\r\n");
}

TEST(Message, NothingOfAHeaderLeavesThatIsNotAllowedTo) {
  const Tried result = tried(crlf(
      "Return-Path: <bounce@evil.example>\nReceived: from pc01.intra (10.0.0.5) by mx\n"
      "DKIM-Signature: v=1; a=rsa-sha256\nX-Mailer: Evil\nList-Unsubscribe: <http://evil.example>\n"
      "Disposition-Notification-To: spy@evil.example\nReturn-Receipt-To: spy@evil.example\n"
      "Bcc: secret@x.jp\nReply-To: =?utf-8?B?4oCuZXZpbA==?= <r@x.jp>\n"
      "From: a.b@x.jp (Name)\nTo: undisclosed-recipients:;\nCc: G: <m@x.jp>, n@x.jp;\n"
      "Subject: =?utf-8?Q?=E2=80=AEhttp://evil.example=1B[31m?=\n"
      "Date: Wed, 1 Apr 2026 9:05 JST (Japan)\nMessage-ID: <bad id@x>\n"
      "In-Reply-To: <a@x.jp>\nReferences: <a@x.jp>\n\t<b@y.jp> junk\n\nx\n"));

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(field(read, "From"), "Name <a.b@x.jp>");
  EXPECT_EQ(field(read, "To"), "undisclosed-recipients:;");
  EXPECT_EQ(field(read, "Cc"), "m@x.jp, n@x.jp");
  EXPECT_EQ(field(read, "Reply-To"), "evil <r@x.jp>");
  EXPECT_EQ(field(read, "Subject"), "hxxp://evil[.]example");
  EXPECT_EQ(field(read, "Date"), "Wed, 01 Apr 2026 09:05:00 +0900");
  EXPECT_EQ(field(read, "References"), "<a@x.jp> <b@y.jp>");
  for (const std::string_view gone :
       {"Return-Path", "Received", "DKIM-Signature", "X-Mailer", "List-Unsubscribe", "Bcc",
        "Disposition-Notification-To", "Return-Receipt-To", "Message-ID"}) {
    EXPECT_EQ(field(read, gone), "(none)");
  }
  EXPECT_TRUE(result.did(Action::RemovedMetadata));
  EXPECT_TRUE(result.did(Action::RemovedCharacters));
}

TEST(Message, LongAndOddHeadersFoldAndComeBack) {
  std::string subject;
  for (int i = 0; i < 60; ++i) {
    subject += "会議のお知らせ①";
  }
  std::string words;
  for (int i = 0; i < 60; ++i) {
    words += "\n =?utf-8?B?5Lya6K2w44Gu44GK55+l44KJ44Gb4pGg?=";
  }
  std::string to = "a@x.jp";
  for (int i = 0; i < 40; ++i) {
    to += ",\n \"Name, with \\\"quotes\\\" " + std::to_string(i) + "\" <b" + std::to_string(i) +
          "@x.jp>";
  }
  const Tried result =
      tried(crlf("From: \"a..b.\"@carrier.example\nTo: " + to + "\nSubject:" + words + "\n\nx\n"));

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(field(read, "Subject"), subject);
  EXPECT_NE(result.message().find("From: \"a..b.\"@carrier.example\r\n"), std::string::npos);
  EXPECT_NE(field(read, "To").find("\"Name, with \\\"quotes\\\" 39\" <b39@x.jp>"),
            std::string::npos);
  std::size_t longest = 0;
  for (std::size_t at = 0; at < result.message().size();) {
    const std::size_t end = result.message().find("\r\n", at);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  EXPECT_LE(longest, 76U);
  EXPECT_NE(
      tried(crlf("From: a..b.@carrier.example\nSubject: x\n\nx\n")).message().find("\"a..b.\"@"),
      std::string::npos);
}

TEST(Message, OnTheWayOutHostsInsideAreNotNamed) {
  Profile profile = strict();
  profile.take_out = true;
  const Tried result =
      tried(crlf("Received: from pc01.lgwan.example by mx\nFrom: a@city.example.jp\nSubject: x\n"
                 "Message-ID: <1.2@pc01.city.local>\nIn-Reply-To: <q@sender.example>\n"
                 "References: <q@sender.example> <r@exchange01>\n\nx\n"),
            profile);

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(field(read, "Message-ID"), "<1.2@city.example.jp>");
  EXPECT_EQ(field(read, "References"), "<q@sender.example>");
  EXPECT_EQ(result.message().find("pc01"), std::string::npos);
}

TEST(Message, IndividualNumbersAreFoundInSubjectAndText) {
  EXPECT_EQ(tried(crlf("From: a@x.jp\nSubject: 1234-5678-9018\n\nMy Number 123456789018\n"))
                .report.my_numbers()
                .certain,
            2U);
  Profile out = strict();
  out.take_out = true;
  out.my_numbers = Profile::MyNumbers::Quarantine;
  EXPECT_EQ(
      once(crlf("From: a@x.jp\nSubject: x\n\nMy Number 123456789018\n"), out, "item.eml").refused(),
      "my_number: ");
}

TEST(Message, AFileOnDiskWithBareLineFeedsIsReadAsTheSameMail) {
  const std::string text = "From: a@x.jp\nTo: b@x.jp\nSubject: x\n\nline\nline\n";

  EXPECT_EQ(tried(text).message(), tried(crlf(text)).message());
}

TEST(Message, WithoutMimeFieldsItIsPlainText) {
  EXPECT_EQ(read_back(tried(crlf("From: a@x.jp\nTo: b@x.jp\n\nplain\n")).message()).text,
            "plain\r\n");
  EXPECT_EQ(read_back(tried(crlf("From: a@x.jp\nTo: b@x.jp\n")).message()).text, "");
  EXPECT_EQ(
      read_back(
          tried(crlf("From: a@x.jp\nTo: b@x.jp\nContent-Type: text/plain; charset=utf-8\n\nあ\n"))
              .message())
          .text,
      "あ\r\n")
      << "no MIME-Version, but read as MIME";
}

}  // namespace
}  // namespace sekisho::sanitize::mail
