// SPDX-License-Identifier: GPL-3.0-or-later
// Servers, honest and hostile, against the sending engine.
#include "dialogue.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace sekisho::testing {

std::ostream& operator<<(std::ostream& out, const Dialogue& dialogue);

namespace {

const std::string kReady = "S: 220 mx\nC: EHLO relay.example\nS: 250 mx\nQ: ready\n";
const std::string kMail =
    kReady + "O: mail a@b.jp\nC: MAIL FROM:<a@b.jp>\nS: 250 ok\nQ: answer 250 2.0.0\n";
const std::string kRcpt =
    kMail + "O: rcpt c@d.jp\nC: RCPT TO:<c@d.jp>\nS: 250 2.1.5 ok\nQ: answer 250 2.1.5\n";
const std::string kData = kRcpt + "O: data\nC: DATA\nS: 354 go\nQ: answer 354 3.0.0\n";
const std::string kTlsAsked =
    "S: 220 mx\nC: EHLO relay.example\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\n";

Dialogue says(std::string name, std::string script) {
  return {std::move(name), std::move(script)};
}
Dialogue greeting(std::string name, const std::string& bytes, const std::string& why) {
  return {std::move(name), "s: " + bytes + "\nQ: failed " + why + "\n"};
}
Dialogue content(std::string name, const std::string& written, const std::string& lines) {
  return {std::move(name), kData + "O: content " + written + "\nO: end\n" + lines +
                               "C: .\nS: 250 2.0.0 kept\nQ: answer 250 2.0.0\n"};
}

const std::vector<Dialogue> kServers{
    says("a_whole_session",
         kData +
             "O: content Subject: x\\r\\n\\r\\nhello\\r\\n\nO: end\nC: Subject: x\nC: \nC: hello\n"
             "C: .\nS: 250 kept\nQ: answer 250 2.0.0\nO: quit\nC: QUIT\nS: 221 bye\n"
             "Q: answer 221 2.0.0\nQ: failed quit\n"),
    says("what_it_offers",
         "S: 220 mx\nC: EHLO relay.example\nS: 250-mx\nS: 250-SMTPUTF8\nS: 250-dsn\n"
         "S: 250-8BITMIME\nS: 250-SIZE 5000\nS: 250 CHUNKING\nQ: ready SMTPUTF8 DSN 8BITMIME SIZE "
         "5000\n"),
    says("a_size_that_is_none",
         "S: 220 mx\nC: EHLO relay.example\nS: 250-mx\nS: 250 SIZE x\nQ: ready SIZE 0\n"),
    says("helo_where_ehlo_is_unknown",
         "S: 220 mx\nC: EHLO relay.example\nS: 500 what\nC: HELO relay.example\nS: 250 mx\nQ: "
         "ready\n"),
    says("neither_ehlo_nor_helo",
         "S: 220 mx\nC: EHLO relay.example\nS: 500 what\nC: HELO relay.example\nS: 550 no\n"
         "Q: answer 550 5.0.0\nQ: failed the server does not serve\n"),
    says("a_greeting_of_many_lines",
         "S: 220-mx\nS: 220-second\nS: 220 third\nC: EHLO relay.example\nS: 250 mx\nQ: ready\n"),
    says("not_now", "S: 421 busy\nQ: answer 421 4.0.0\nQ: failed the server does not serve\n"),
    says("not_ever", "S: 554 5.7.1 no\nQ: answer 554 5.7.1\nQ: failed the server does not serve\n"),
    says("a_user_it_does_not_know",
         kMail + "O: rcpt c@d.jp\nC: RCPT TO:<c@d.jp>\nS: 550 5.1.1 who\nQ: answer 550 5.1.1\n"),
    says("an_enhanced_code_of_another_class_is_none",
         kMail + "O: rcpt c@d.jp\nC: RCPT TO:<c@d.jp>\nS: 550 4.1.1 who\nQ: answer 550 5.0.0\n"),
    says("deferred_data", kRcpt + "O: data\nC: DATA\nS: 451 4.3.0 later\nQ: answer 451 4.3.0\n"),
    says("refused_data_and_on_with_reset",
         kRcpt + "O: data\nC: DATA\nS: 554 no\nQ: answer 554 5.0.0\nO: reset\nC: RSET\nS: 250 ok\n"
                 "Q: answer 250 2.0.0\n"),
    says("421_within_a_transaction",
         kMail + "O: rcpt c@d.jp\nC: RCPT TO:<c@d.jp>\nS: 421 4.3.2 bye\nQ: answer 421 4.3.2\n"
                 "Q: failed the server does not serve\n"),
    says("421_that_nothing_asked_for",
         kMail + "S: 421 bye\nQ: failed the server closes the session\n"),
    says("refused_before_it_was_whole",
         kData + "O: content x\\r\\n\nC: x\nS: 552 5.3.4 enough\nQ: answer 552 5.3.4\n"
                 "Q: failed a reply that nothing asked for\n"),
    says("a_reply_that_nothing_asked_for",
         kMail + "S: 250 ok\nQ: failed a reply that nothing asked for\n"),
    says("a_second_reply_in_the_same_segment",
         kReady + "O: mail\nC: MAIL FROM:<>\ns: 250 ok\\r\\n250 ok\\r\\n\nQ: answer 250 2.0.0\n"
                  "Q: failed a reply that nothing asked for\n"),
    says("354_to_mail",
         kReady + "O: mail\nC: MAIL FROM:<>\nS: 354 go\nQ: failed reply 354 to another question\n"),
    says("250_to_data",
         kRcpt + "O: data\nC: DATA\nS: 250 ok\nQ: failed reply 250 to another question\n"),
    says("334_to_mail",
         kReady + "O: mail\nC: MAIL FROM:<>\nS: 334 x\nQ: failed reply 334 to another question\n"),
    greeting("another_protocol", "SSH-2.0-OpenSSH_9.2\\r\\n", "malformed reply"),
    greeting("a_code_of_one_hundred", "100 x\\r\\n", "malformed reply"),
    greeting("a_code_of_six_hundred", "620 x\\r\\n", "malformed reply"),
    greeting("a_code_of_two_digits", "22 x\\r\\n", "malformed reply"),
    greeting("a_code_of_four_digits", "2200 x\\r\\n", "malformed reply"),
    greeting("an_empty_line", "\\r\\n", "malformed reply"),
    greeting("bare_lf", "220 mx\\n", "reply line that does not end in CRLF"),
    greeting("bare_cr", "220 mx\\rx\\r\\n", "reply line that does not end in CRLF"),
    greeting("nul", "220 m\\0x\\r\\n", "reply line that does not end in CRLF"),
    greeting("two_codes_in_one_reply", "220-mx\\r\\n250 mx\\r\\n", "reply with two codes"),
    greeting("a_line_without_end", std::string(1100, '2'), "reply line too long"),
    greeting("binary", "\\xff\\x00\\x01\\r\\n", "reply line that does not end in CRLF"),
    greeting("250_for_a_greeting", "250 mx\\r\\n", "reply 250 to another question"),
    says("a_code_alone", "S: 220\nC: EHLO relay.example\nS: 250\nQ: ready\n"),
    content("dots_are_doubled", ".\\r\\n.x\\r\\n..\\r\\n", "C: ..\nC: ..x\nC: ...\n"),
    content("a_last_line_without_end", "x", "C: x\n"),
    content("bare_lf_becomes_crlf", "x\\n.\\ny\\r\\n", "C: x\nC: ..\nC: y\n"),
    content("bare_cr_becomes_crlf", "x\\r.\\ry\\r\\n", "C: x\nC: ..\nC: y\n"),
    content("cr_cr_lf", "x\\r\\r\\n.\\r\\n", "C: x\nC: \nC: ..\n"),
    content("nothing", "", ""),
    says("content_in_pieces_cut_within_a_line_end",
         kData + "O: content x\\r\nO: content \\n.\nO: content y\nO: end\nC: x\nC: ..y\nC: .\n"
                 "S: 451 4.3.0 later\nQ: answer 451 4.3.0\n"),
};

const std::vector<Dialogue> kTls{
    says("tls_where_it_is_offered",
         kTlsAsked + "S: 220 go\nQ: tls\nO: shaken\nC: EHLO relay.example\nS: 250-mx\n"
                     "S: 250 8BITMIME\nQ: ready 8BITMIME\n"),
    says("what_was_said_before_tls_is_forgotten",
         "S: 220 mx\nC: EHLO relay.example\nS: 250-mx\nS: 250-DSN\nS: 250 STARTTLS\nC: STARTTLS\n"
         "S: 220 go\nQ: tls\nO: shaken\nC: EHLO relay.example\nS: 250 mx\nQ: ready\n"),
    says("never_tls",
         "O: tls never\nS: 220 mx\nC: EHLO relay.example\nS: 250-mx\nS: 250 STARTTLS\nQ: ready\n"),
    says("required_and_not_offered",
         "O: tls required\nS: 220 mx\nC: EHLO relay.example\nS: 250 mx\n"
         "Q: failed the server offers no STARTTLS\n"),
    says("required_and_refused", "O: tls required\n" + kTlsAsked +
                                     "S: 454 4.7.0 later\nQ: failed the server refuses STARTTLS\n"),
    says("opportunistic_and_refused", kTlsAsked + "S: 454 4.7.0 later\nQ: ready\n"),
    says("a_reply_injected_before_tls",
         kTlsAsked + "s: 220 go\\r\\n250 ok\\r\\n\nQ: failed bytes between STARTTLS and TLS\n"),
    says("half_a_reply_injected_before_tls",
         kTlsAsked + "s: 220 go\\r\\n2\nQ: failed bytes between STARTTLS and TLS\n"),
    says("a_reply_while_tls_begins",
         kTlsAsked + "S: 220 go\nQ: tls\nS: 250 ok\nQ: failed bytes between STARTTLS and TLS\n"),
    says("starttls_answered_with_250",
         kTlsAsked + "S: 250 ok\nQ: failed reply 250 to another question\n"),
};

class Servers : public ::testing::TestWithParam<Dialogue> {};

TEST_P(Servers, AreUnderstoodAsWrittenLineByLineAndByteByByte) {
  EXPECT_EQ(play_server(GetParam(), 0), "");
  EXPECT_EQ(play_server(GetParam(), 1), "");
}

std::string name_of(const ::testing::TestParamInfo<Dialogue>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sessions, Servers, ::testing::ValuesIn(kServers), name_of);
INSTANTIATE_TEST_SUITE_P(Tls, Servers, ::testing::ValuesIn(kTls), name_of);

}  // namespace
}  // namespace sekisho::testing
