// SPDX-License-Identifier: GPL-3.0-or-later
// What a message carries: removed with a notice, or sanitized; opened where it hides.
#include "sanitize/mail/transfer.hpp"
#include "tried.hpp"

namespace sekisho::sanitize::mail {
namespace {

const Profile kFiles = [] {
  Profile profile;
  profile.name = "mail-files";
  return profile;
}();

struct Part {
  std::string fields;
  std::string body;
};
/// A message of type `type` with these parts.
std::string message(const std::vector<Part>& parts, std::string_view type = "multipart/mixed",
                    std::string_view boundary = "=_b") {
  std::string made = "From: a@x.jp\nTo: b@x.jp\nSubject: s\nMIME-Version: 1.0\nContent-Type: " +
                     std::string{type} + "; boundary=\"" + std::string{boundary} + "\"\n\n";
  for (const Part& part : parts) {
    made += "--" + std::string{boundary} + "\n" + part.fields + "\n" + part.body + "\n";
  }
  return crlf(made + "--" + std::string{boundary} + "--\n");
}
Part text(const std::string& body) {
  return {"Content-Type: text/plain; charset=utf-8\n", body};
}
Part file(const std::string& type, const std::string& disposition, std::string_view bytes) {
  std::string lines;
  for (const char c : base64_lines(bytes)) {
    lines += c == '\r' ? "" : std::string(1, c);
  }
  return {"Content-Type: " + type +
              "\nContent-Transfer-Encoding: base64\nContent-Disposition: " + disposition + "\n",
          lines};
}

TEST(Attachments, AreRemovedAndANoticeSaysWhichAndWhy) {
  const Tried result =
      tried(message({text("本文"), file("application/pdf", "attachment; filename=\"report.pdf\"",
                                        std::string(12'345, 'x'))}));

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(
      read.text,
      crlf(
          "本文\n\n--------------------------------------------------\n"
          "[Sekisho] 次の添付ファイルは届けられませんでした。原本は隔離領域に保管されています。\n\n"
          "名前: report.pdf\n  種類: PDF 文書 (application/pdf)\n  サイズ: 12,345 バイト\n"
          "  理由: この経路の規則で通せません\n  対応: 情報担当に、原本の確認を依頼してください\n"
          "--------------------------------------------------\n"));
  EXPECT_TRUE(read.files.empty());
  EXPECT_EQ(field(read, "X-Sekisho-Sanitized"), "DEL_ATTACH");
  EXPECT_TRUE(result.outcome->partial);
}

TEST(Attachments, NoticesAreInTheLanguageOfTheProfileAndSafeToRead) {
  Profile english = strict();
  english.language = Language::En;
  const Tried result = tried(
      message(
          {text("x"),
           file("application/octet-stream",
                "attachment; filename*=utf-8''%E2%80%AEfdp.exe%0Ahttp%3A%2F%2Fevil.example", "MZ"),
           {"Content-Type: image/png\n", "x"}}),
      english);

  const std::string read = read_back(result.message()).text;
  EXPECT_NE(read.find("[Sekisho] The following files were not delivered."), std::string::npos)
      << read;
  EXPECT_NE(read.find("name: fdp.exe hxxp://evil[.]example\r\n"), std::string::npos) << read;
  EXPECT_NE(read.find("name: (no name)\r\n  type: image/png\r\n  size: 1 bytes\r\n"),
            std::string::npos)
      << read;
}

TEST(Attachments, FileNamesComeInEverySpelling) {
  for (const std::string_view name :
       {"filename*=utf-8''%E8%B3%87%E6%96%99%E2%91%A0.txt",
        "filename*0*=iso-2022-jp''%1B%24B%3BqNA-%21%1B%28B; filename*1=\".txt\"",
        "filename*0*=shift_jis'ja'%8E%91%97%BF; filename*1*=%87%40; filename*2=.txt",
        "filename=\"=?ISO-2022-JP?B?GyRCO3FOQS0hGyhCLnR4dA==?=\"",
        "filename=\"=?utf-8?B?6LOH5paZ?= =?utf-8?Q?=E2=91=A0.txt?=\""}) {
    const Tried result =
        tried(message({text("x"), file("text/plain", "attachment; " + std::string{name}, "a\n")}),
              kFiles);
    const ReadBack read = read_back(result.message());
    ASSERT_EQ(read.files.size(), 1U) << name << ' ' << result.refused() << read.text;
    EXPECT_EQ(read.files[0].as_array()[0].as_string(), "資料①.txt") << name;
    EXPECT_FALSE(result.did(Action::ChangedName)) << name;
  }
}

TEST(Attachments, AreSanitizedAndRenamedWhereTheProfileWantsThem) {
  const Tried result =
      tried(message({text("本文"),
                     file("text/plain", "attachment; filename=\"../a.pdf.txt\"",
                          "見て http://evil.example/\n"),
                     file("text/csv", "attachment; filename=\"a.csv\"", "x,=1+1\r\n"),
                     file("text/html", "inline; filename=\"page.html\"", "<p>頁<script>x</script>"),
                     file("text/csv", "attachment; filename=\"a.csv\"", "y\r\n")}),
            kFiles);

  const ReadBack read = read_back(result.message());
  ASSERT_EQ(read.files.size(), 4U) << result.refused();
  const auto is = [&](std::size_t at, std::string_view name, std::string_view type,
                      std::string_view content) {
    const auto& one = read.files[at].as_array();
    EXPECT_EQ(one[0].as_string(), name);
    EXPECT_EQ(one[1].as_string(), type);
    EXPECT_EQ(one[2].as_string(), base64(content));
  };
  is(0, "a_pdf.txt", "text/plain", "見て hxxp://evil[.]example/\n");
  is(1, "a.csv", "text/csv", "\"x\",\"'=1+1\"\r\n");
  is(2, "page.txt", "text/plain", "頁\n");
  is(3, "a-2.csv", "text/csv", "\"y\"\r\n");
  EXPECT_EQ(read.text, "本文\r\n");
  EXPECT_FALSE(result.outcome->partial);
}

TEST(Attachments, RefusedOnesBecomeNotices) {
  const Tried result = tried(
      message({text("本文"), file("application/pdf", "attachment; filename=\"a.exe\"", "MZ\x90"),
               file("text/csv", "attachment; filename=\"ok.csv\"", "y\r\n")}),
      kFiles);

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(read.files.size(), 1U);
  EXPECT_NE(read.text.find("名前: a.exe\r\n"), std::string::npos) << read.text;
  EXPECT_TRUE(result.outcome->partial);
}

TEST(Attachments, AnUnsafeFileDoesNotLeaveUnderAnotherTypeOrName) {
  const Tried result =
      tried(message({text("x"), file("text/plain", "attachment; filename=\"a.lnk\"", "text\n"),
                     file("text/plain", "attachment; filename=\"b.scr\"", "text\n"),
                     file("text/plain", "attachment; filename=\"c.url\"", "[InternetShortcut]\n")}),
            kFiles);

  for (const auto& one : read_back(result.message()).files) {
    EXPECT_TRUE(std::string{one.as_array()[0].as_string()}.ends_with(".txt"));
  }
}

TEST(InnerMail, IsQuotedInTheTextWhereFilesGo) {
  const Tried result =
      tried(message({text("本文"),
                     {"Content-Type: message/rfc822\n",
                      "From: c@y.jp\nTo: a@x.jp\nSubject: =?utf-8?B?5YaF5YG0?=\nDate: Wed, 1 Apr "
                      "2026 10:30:00 +0900\n"
                      "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>中の文 "
                      "http://evil.example/"}}));

  EXPECT_EQ(read_back(result.message()).text,
            crlf("本文\n\n----- 添付されたメール -----\nSubject: 内側\nDate: Wed, 1 Apr 2026 "
                 "10:30:00 +0900\n\n"
                 "中の文 hxxp://evil[.]example/\n----- 添付されたメールの終わり -----\n"));
}

TEST(InnerMail, LeavesAsAMailWhereFilesAreSanitized) {
  const std::string inner =
      "From: c@y.jp\nTo: a@x.jp\nSubject: in\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
      "boundary=i\n\n"
      "--i\n\nhttp://evil.example/\n--i\nContent-Type: text/csv\nContent-Disposition: attachment; "
      "filename=a.csv\n\n"
      "=1\n--i--\n";
  const Tried result =
      tried(message({text("x"), {"Content-Type: message/rfc822\n", inner}}), kFiles);

  ASSERT_TRUE(result.outcome) << result.refused();
  EXPECT_NE(
      result.message().find("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n"),
      std::string::npos);
  EXPECT_NE(result.message().find("hxxp://evil[.]example/"), std::string::npos);
  EXPECT_EQ(result.message().find("http:"), std::string::npos);
}

TEST(InnerMail, ThatIsAmbiguousOrTooDeepIsNotDelivered) {
  const Tried ambiguous = tried(message(
      {text("x"),
       {"Content-Type: message/rfc822\n", "From: c@y.jp\nSubject: a\nSubject: b\n\nsecret"}}));
  EXPECT_EQ(read_back(ambiguous.message()).text.find("secret"), std::string::npos);
  EXPECT_TRUE(ambiguous.did(Action::RemovedAttachment));

  std::string deep = "From: c@y.jp\nTo: a@x.jp\n\nsecret";
  for (int i = 0; i < 4; ++i) {
    deep = "From: c@y.jp\nTo: a@x.jp\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + deep;
  }
  const Tried nested = tried(crlf(deep), kFiles);
  EXPECT_EQ(nested.message().find("secret"), std::string::npos);
  EXPECT_TRUE(nested.outcome->partial);
}

TEST(Parts, ThatCannotBeReadIntoAreHeld) {
  const auto held = [](std::string_view type, std::string_view body = "x") {
    return tried(crlf("From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: " +
                      std::string{type} + "\n\n" + std::string{body} + "\n"))
        .refused();
  };
  EXPECT_EQ(held("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
            "encrypted: application/pkcs7-mime");
  EXPECT_EQ(held("application/x-pkcs7-mime; smime-type=signed-data"),
            "encrypted: application/x-pkcs7-mime");
  EXPECT_EQ(held("application/octet-stream; name=smime.p7m"),
            "encrypted: application/octet-stream");
  EXPECT_EQ(held("multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"",
                 "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--"),
            "encrypted: multipart/encrypted");
  EXPECT_EQ(held("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----"),
            "encrypted: a PGP message in the text");
  EXPECT_EQ(held("message/partial; id=x; number=1; total=2"), "split: message/partial");
  EXPECT_EQ(held("message/external-body; access-type=URL"), "forbidden: message/external-body");
  EXPECT_EQ(held("text/plain", "=ybegin line=128 size=1 name=a.exe\nx\n=yend size=1"),
            "unsupported_type: yEnc in the text");
  EXPECT_EQ(held("text/plain", "(This file must be converted with BinHex 4.0)\n:x:"),
            "unsupported_type: BinHex in the text");
}

TEST(Parts, SignaturesAndResourceForksGo) {
  const Tried result = tried(message({text("署名付き"),
                                      {"Content-Type: application/pkcs7-signature; name=smime.p7s\n"
                                       "Content-Transfer-Encoding: base64\n",
                                       "YQ=="}},
                                     "multipart/signed; protocol=\"application/pkcs7-signature\""));
  EXPECT_EQ(read_back(result.message()).text, "署名付き\r\n");
  EXPECT_TRUE(result.did(Action::RemovedSignature));

  const Tried apple =
      tried(message({{"Content-Type: application/applefile; name=a.txt\n", "secret"}, text("data")},
                    "multipart/appledouble"));
  EXPECT_EQ(read_back(apple.message()).text, "data\r\n");

  EXPECT_EQ(tried(message({text("x")}, "multipart/signed")).refused(),
            "ambiguous: a signed message that has not two parts");
}

TEST(Parts, PreambleAndEpilogueGo) {
  std::string mail = message({text("本文")});
  mail.insert(mail.find("--=_b\r\n"), "secret preamble\r\n");
  mail += "secret epilogue\r\n";

  const Tried result = tried(mail);

  EXPECT_EQ(read_back(result.message()).text, "本文\r\n");
  EXPECT_TRUE(result.did(Action::RemovedHidden));
}

TEST(Parts, ReportsOfDeliveryAreReadable) {
  const Tried result = tried(message(
      {text("届きませんでした"),
       {"Content-Type: message/delivery-status\n",
        "Reporting-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; a@b.jp\nStatus: 5.1.1\n"},
       {"Content-Type: text/rfc822-headers\n", "Received: from inside\n"}},
      "multipart/report; report-type=delivery-status"));

  const std::string read = read_back(result.message()).text;
  EXPECT_NE(read.find("Final-Recipient: rfc822; a@b[.]jp\r\nStatus: 5.1.1\r\n"), std::string::npos)
      << read;
  EXPECT_EQ(read.find("inside"), std::string::npos) << read;
}

TEST(Parts, AnInvitationIsSanitizedAsACalendar) {
  const Tried result = tried(
      message(
          {text("会議"),
           {"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n",
            "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nATTACH:http://evil.example/\n"
            "SUMMARY:会議\nEND:VEVENT\nEND:VCALENDAR\n"}},
          "multipart/alternative"),
      kFiles);

  const ReadBack read = read_back(result.message());
  EXPECT_EQ(read.text, "会議\r\n");
  ASSERT_EQ(read.files.size(), 1U) << result.refused();
  EXPECT_EQ(read.files[0].as_array()[1].as_string(), "text/calendar");
  EXPECT_EQ(result.message().find("evil"), std::string::npos);
}

TEST(Parts, PicturesOfHtmlAreNoticed) {
  const Tried result =
      tried(message({{"Content-Type: text/html; charset=utf-8\n", "<p>絵 <img src=cid:1 alt=図>"},
                     file("image/png", "inline; filename=logo.png", "png")},
                    "multipart/related"));

  const std::string read = read_back(result.message()).text;
  EXPECT_TRUE(read.starts_with("絵 [画像: 図]\r\n")) << read;
  EXPECT_NE(read.find("名前: logo.png"), std::string::npos) << read;
}

TEST(Uuencode, IsTakenForAnAttachment) {
  const Tried result = tried(crlf(
      "From: a@x.jp\nTo: b@x.jp\nSubject: s\n\nbefore\nbegin 644 a.exe\n#0V%T\n`\nend\nafter\n"));

  const std::string read = read_back(result.message()).text;
  EXPECT_TRUE(read.starts_with("before\r\nafter\r\n")) << read;
  EXPECT_NE(read.find("名前: a.exe\r\n  種類: 実行形式\r\n  サイズ: 3 バイト\r\n"),
            std::string::npos)
      << read;
  const Tried files = tried(
      crlf("From: a@x.jp\nTo: b@x.jp\nSubject: s\n\nbegin 0644 a.txt\n#0V%T\n`\nend\n"), kFiles);
  EXPECT_EQ(read_back(files.message()).files[0].as_array()[2].as_string(), base64("Cat"));
  // a vertical tab becomes a line end, and the text a file
  EXPECT_TRUE(tried(crlf("From: a@x.jp\nTo: b@x.jp\n\nbegin 644 a.txt\n#0V%T\x0b"
                         "end\n"))
                  .did(Action::RemovedAttachment));
  EXPECT_TRUE(tried(crlf("From: a@x.jp\nTo: b@x.jp\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
                         "<pre>begin 644 a.txt\n#0V%T\n`\nend\n</pre>\n"))
                  .did(Action::RemovedAttachment));
  EXPECT_EQ(tried(crlf("From: a@x.jp\nTo: b@x.jp\n\nbegin 644 a.exe\n#0V%T\n")).refused(),
            "ambiguous: a uuencoded file that does not end");
  EXPECT_EQ(
      read_back(
          tried(crlf("From: a@x.jp\nTo: b@x.jp\n\nbegin 644 words\nthese are words\n")).message())
          .text,
      "begin 644 words\r\nthese are words\r\n");
}

// ---- TNEF, written by hand from MS-OXTNEF -------------------------------------------------------

std::string little(std::uint64_t value, int width) {
  std::string made;
  for (int i = 0; i < width; ++i) {
    made += static_cast<char>(value >> (8 * i) & 0xff);
  }
  return made;
}
std::string attribute(char level, std::uint16_t id, const std::string& data) {
  std::uint32_t sum = 0;
  for (const char c : data) {
    sum += static_cast<unsigned char>(c);
  }
  return level + little(id, 2) + little(0x0006, 2) + little(data.size(), 4) + data +
         little(sum & 0xffff, 2);
}
std::string property(std::uint16_t type, std::uint16_t id, const std::string& value) {
  return little(type, 2) + little(id, 2) + little(1, 4) + little(value.size(), 4) + value +
         std::string((4 - value.size() % 4) % 4, '\0');
}
std::string wide(std::u16string_view text) {
  std::string made;
  for (const char16_t c : text) {
    made += little(c, 2);
  }
  return made + little(0, 2);
}
std::string winmail(const std::string& attributes) {
  return little(0x223e9f78, 4) + little(1, 2) + attributes;
}
std::string one_file() {
  return attribute(1, 0x9007, little(932, 4) + little(0, 4)) +
         attribute(1, 0x9003,
                   little(2, 4) + little(3, 2) + little(0x0e07, 2) + little(1, 4) +
                       property(0x001e, 0x1000, std::string{"\x96\x7b\x95\xb6\0", 5})) +
         attribute(2, 0x9002, std::string(14, '\0')) + attribute(2, 0x800f, "a,=1\r\n") +
         attribute(2, 0x8010, std::string{"SHORT.CSV\0", 10}) +
         attribute(2, 0x9005, little(1, 4) + property(0x001f, 0x3707, wide(u"資料①.csv")));
}

TEST(TnefTest, IsOpenedAndItsFilesGoTheirWay) {
  const Part part =
      file("application/ms-tnef", "attachment; filename=winmail.dat", winmail(one_file()));
  const ReadBack kept = read_back(tried(message({part}), kFiles).message());
  EXPECT_EQ(kept.text, "本文\r\n");
  ASSERT_EQ(kept.files.size(), 1U);
  EXPECT_EQ(kept.files[0].as_array()[0].as_string(), "資料①.csv");
  EXPECT_EQ(kept.files[0].as_array()[2].as_string(), base64("\"a\",\"'=1\"\r\n"));

  const ReadBack removed = read_back(tried(message({text("x"), part})).message());
  EXPECT_NE(removed.text.find("名前: 資料①.csv"), std::string::npos) << removed.text;
  EXPECT_TRUE(removed.text.starts_with("x\r\n\r\n---")) << "the mail has a text of its own";
}

TEST(TnefTest, StandsAloneAsAMailThatCarriesItsFiles) {
  const std::string bytes = winmail(one_file());
  const Tried result = tried(bytes, kFiles, "winmail.dat");

  ASSERT_TRUE(result.outcome) << result.refused();
  EXPECT_EQ(result.outcome->type, Type::Tnef);
  EXPECT_EQ(result.outcome->extension, "eml");
  EXPECT_EQ(read_back(result.message()).files.size(), 1U);
}

TEST(TnefTest, ThatIsDamagedIsHeld) {
  const std::string whole = winmail(one_file());
  for (std::size_t length = 6; length < whole.size(); length += 7) {
    const Tried cut = tried(message({file("application/ms-tnef", "attachment; filename=winmail.dat",
                                          whole.substr(0, length))}));
    const bool at_an_attribute = cut.outcome.has_value();
    EXPECT_TRUE(at_an_attribute || cut.refused().starts_with("malformed: ")) << length;
  }
  std::string flipped = whole;
  flipped[whole.find("a,=1")] = 'b';
  EXPECT_EQ(
      tried(message({file("application/ms-tnef", "attachment; filename=winmail.dat", flipped)}))
          .refused(),
      "malformed: a checksum of TNEF is wrong");
  EXPECT_EQ(
      tried(message({file("application/ms-tnef", "attachment; filename=winmail.dat", "junk!!")}))
          .refused(),
      "malformed: no signature of TNEF");
  EXPECT_EQ(tried(message({file("application/ms-tnef", "attachment; filename=winmail.dat",
                                winmail(attribute(2, 0x800f, "x")))}))
                .refused(),
            "malformed: TNEF has a file's attribute before any file");
}

}  // namespace
}  // namespace sekisho::sanitize::mail
