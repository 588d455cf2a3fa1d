// SPDX-License-Identifier: GPL-3.0-or-later
// The inspection finds each thing that must not leave, without the code that takes it out.
#include "tried.hpp"

namespace sekisho::sanitize::mail {
namespace {

std::string with(std::string_view fields, std::string_view body) {
  return crlf("From: a@x.jp\nMIME-Version: 1.0\n" + std::string{fields} +
              "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 7bit\n\n" +
              std::string{body});
}
std::string mixed(std::string_view second) {
  return crlf(
      "From: a@x.jp\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
      "boundary=\"=_sekisho_0000\"\n\n"
      "--=_sekisho_0000\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
      "7bit\n\nx\n\n" +
      std::string{second} + "--=_sekisho_0000--\n");
}

TEST(MailInspection, PassesWhatIsClean) {
  EXPECT_EQ(found(with("", "text\n")), "");
  EXPECT_EQ(found(with("", "")), "");
  EXPECT_EQ(found(mixed("--=_sekisho_0000\nContent-Type: text/csv; "
                        "charset=UTF-8\nContent-Transfer-Encoding: base64\n"
                        "Content-Disposition: attachment;\n filename=\"a.csv\"\n\nImEiDQo=\n\n")),
            "");
}

TEST(MailInspection, FindsWhatMustNotLeave) {
  for (const std::string& message : {
           with("Received: x\n", "x\n"),
           with("Bcc: x@y.jp\n", "x\n"),
           with("X-Other: x\n", "x\n"),
           with("From: b@x.jp\n", "x\n"),
           with("Subject:no blank\n", "x\n"),
           with("", "http://evil.example\n"),
           with("", "WWW.evil.example\n"),
           with("", "\\\\host\\share\n"),
           with("", "a\x1b[31m\n"),
           with("", "\xe3\x81\x82\n"),
           with("", std::string(999, 'x') + "\n"),
           std::string{"From: a@x.jp\r\nContent-Type: text/plain; charset=UTF-8\r\n"},
           crlf("From: a@x.jp\nContent-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: "
                "7bit\n\nx\n"),
           crlf("From: a@x.jp\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
                "8bit\n\nx\n"),
           crlf("From: a@x.jp\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
                "base64\n\nYQ?=\n"),
           crlf("From: a@x.jp\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
                "base64\n\n"
                "aHR0cDovL2V2aWw=\n"),
           mixed("--=_sekisho_0000\nContent-Type: text/plain; "
                 "charset=UTF-8\nContent-Transfer-Encoding: 7bit\n\ny\n\n"),
           mixed("--=_sekisho_0000\nContent-Type: text/csv\nContent-Transfer-Encoding: base64\n"
                 "Content-Disposition: attachment;\n filename=\"a.csv\"\n\nPTE=\n\n"),
           mixed("--=_sekisho_0000\nContent-Type: text/csv\nContent-Transfer-Encoding: base64\n"
                 "Content-Disposition: attachment;\n filename=\"../a.csv\"\n\nImEiDQo=\n\n"),
           mixed("--=_sekisho_0000\nContent-Type: "
                 "application/octet-stream\nContent-Transfer-Encoding: base64\n"
                 "Content-Disposition: attachment;\n filename=\"a.exe\"\n\nTVo=\n\n"),
           mixed("") + "behind\r\n",
           mixed("--=_sekisho_0000x\n"),
       }) {
    EXPECT_NE(found(message), "") << message;
  }
}

}  // namespace
}  // namespace sekisho::sanitize::mail
