// SPDX-License-Identifier: GPL-3.0-or-later
// Clients, honest and hostile, against the receiving engine.
#include "dialogue.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace sekisho::testing {

std::ostream& operator<<(std::ostream& out, const Dialogue& dialogue) {
  return out << dialogue.name;
}

namespace {

const std::string kGreeted = "S: 220\nC: EHLO mx.example\nS: 250 8BITMIME\n";
const std::string kPlain = "S: 220\nC: HELO mx.example\nS: 250 relay.example\n";
const std::string kMail = kGreeted + "C: MAIL FROM:<a@b.jp>\nS: 250 2.1.0\n";
const std::string kRcpt = kMail + "C: RCPT TO:<c@d.jp>\nS: 250 2.1.5\n";
const std::string kData = kRcpt + "C: DATA\nS: 354\n";

Dialogue says(std::string name, std::string script) {
  return {std::move(name), std::move(script)};
}
Dialogue greeted(std::string name, const std::string& rest) {
  return {std::move(name), kGreeted + rest};
}
Dialogue in_mail(std::string name, const std::string& rest) {
  return {std::move(name), kMail + rest};
}
Dialogue in_rcpt(std::string name, const std::string& rest) {
  return {std::move(name), kRcpt + rest};
}
Dialogue in_data(std::string name, const std::string& rest) {
  return {std::move(name), kData + rest};
}
/// Mail data that must be read as one message with exactly this content.
Dialogue data_is(std::string name, const std::string& sent, const std::string& content) {
  return in_data(std::move(name), "c: " + sent + "\nS: 250 2.0.0\nQ: hello mx.example\nQ: mail " +
                                      "<a@b.jp>\nQ: rcpt <c@d.jp>\nQ: data\nQ: end " + content +
                                      "\n");
}
/// Mail data that could end in two places: refused at the one true end, nothing behind it is read.
Dialogue smuggled(std::string name, const std::string& ending) {
  return in_data(
      std::move(name),
      "c: Subject: x\\r\\n\\r\\nhello" + ending +
          "MAIL FROM:<evil@b.jp>\\r\\nRCPT TO:<victim@d.jp>\\r\\nDATA\\r\\nfake\\r\\n.\\r\\n"
          "\nS: 550 5.5.2\nclosed\n");
}
Dialogue refused(std::string name, const std::string& line, const std::string& status) {
  return greeted(std::move(name), "C: " + line + "\nS: " + status + "\n");
}
Dialogue refused_rcpt(std::string name, const std::string& line, const std::string& status) {
  return in_mail(std::move(name), "C: " + line + "\nS: " + status + "\n");
}
Dialogue accepted(std::string name, const std::string& line, const std::string& as) {
  return greeted(std::move(name),
                 "C: " + line + "\nS: 250 2.1.0\nQ: hello mx.example\nQ: mail " + as + "\n");
}
std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

const std::vector<Dialogue> kSessions{
    says("a_whole_session",
         kData +
             "c: Subject: x\\r\\n\\r\\nhello\\r\\n.\\r\\n\nS: 250 2.0.0\nC: QUIT\nS: 221\nclosed"),
    says("helo_is_enough", kPlain + "C: MAIL FROM:<a@b.jp>\nS: 250\nC: RCPT TO:<c@d.jp>\nS: 250\n"
                                    "C: DATA\nS: 354\nc: x\\r\\n.\\r\\n\nS: 250\n"),
    says("two_messages_in_one_session",
         kData + "c: x\\r\\n.\\r\\n\nS: 250\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<c@d.jp>\nS: 250\n"
                 "C: DATA\nS: 354\nc: y\\r\\n.\\r\\n\nS: 250\n"),
    says("offers_what_it_can",
         kGreeted + "S+ PIPELINING\nS+ SIZE 1000\nS+ ENHANCEDSTATUSCODES\nS+ 8BITMIME\n"),
    says("never_offers_these",
         kGreeted + "S- CHUNKING\nS- BINARYMIME\nS- AUTH\nS- VRFY\nS- ETRN\nS- STARTTLS\nS- DSN\n"
                    "S- SMTPUTF8\nS- XCLIENT\nS- HELP\n"),
    says("offers_what_the_far_side_has",
         "O: far SMTPUTF8 DSN\nS: 220\nC: EHLO mx.example\nS: 250\nS+ SMTPUTF8\nS+ DSN\n"),
    says("closes_when_there_is_no_far_side",
         "O: hello 421 4.4.1\nS: 220\nC: EHLO mx.example\nS: 421 4.4.1\nclosed"),
    says("a_refusal_at_hello_leaves_the_session",
         "O: hello 450 4.4.1\nS: 220\nC: EHLO mx.example\nS: 450 4.4.1\nC: QUIT\nS: 221\nclosed"),
    says("mail_before_hello", "S: 220\nC: MAIL FROM:<a@b.jp>\nS: 503 5.5.1\n"),
    greeted("rcpt_before_mail", "C: RCPT TO:<c@d.jp>\nS: 503 5.5.1\n"),
    greeted("data_before_mail", "C: DATA\nS: 503 5.5.1\n"),
    in_mail("data_before_rcpt", "C: DATA\nS: 554 5.5.1\n"),
    in_mail("mail_within_a_transaction", "C: MAIL FROM:<x@b.jp>\nS: 503 5.5.1\n"),
    in_rcpt("reset_forgets",
            "C: RSET\nS: 250\nC: DATA\nS: 503 5.5.1\nQ: hello mx.example\n"
            "Q: mail <a@b.jp>\nQ: rcpt <c@d.jp>\nQ: reset\n"),
    in_rcpt("another_ehlo_forgets", "C: EHLO mx.example\nS: 250\nC: DATA\nS: 503 5.5.1\n"),
    greeted("reset_without_transaction", "C: RSET\nS: 250 2.0.0\nQ: hello mx.example\n"),
    greeted("noop_with_an_argument", "C: NOOP hello\nS: 250 2.0.0\n"),
    in_rcpt("quit_within_a_transaction", "C: QUIT\nS: 221 2.0.0\nclosed"),
    says("the_far_side_refuses_the_sender",
         kGreeted + "O: mail 550 5.7.1\nC: MAIL FROM:<a@b.jp>\nS: 550 5.7.1\nC: RCPT TO:<c@d.jp>\n"
                    "S: 503 5.5.1\n"),
    says("the_far_side_knows_no_such_user",
         kMail + "O: rcpt 550 5.1.1\nC: RCPT TO:<c@d.jp>\nS: 550 5.1.1\nC: DATA\nS: 554 5.5.1\n"),
    says("one_recipient_of_two_is_good",
         kMail + "O: rcpt 550 5.1.1\nC: RCPT TO:<x@d.jp>\nS: 550 5.1.1\nO: rcpt 250 2.1.5\n"
                 "C: RCPT TO:<c@d.jp>\nS: 250 2.1.5\nC: DATA\nS: 354\n"),
    says("no_place_for_the_original", kRcpt + "O: data 452 4.3.1\nC: DATA\nS: 452 4.3.1\n"
                                              "C: MAIL FROM:<a@b.jp>\nS: 250\n"),
    says("the_far_side_defers_the_message",
         kData + "O: end 451 4.3.0\nc: x\\r\\n.\\r\\n\nS: 451 4.3.0\n"),
    says("the_far_side_refuses_the_message",
         kData + "O: end 554 5.6.0\nc: x\\r\\n.\\r\\n\nS: 554 5.6.0\nC: QUIT\nS: 221\nclosed"),
    says("421_to_the_message_ends_the_session",
         kData + "O: end 421 4.3.2\nc: x\\r\\n.\\r\\n\nS: 421 4.3.2\nclosed"),
    in_mail("too_many_recipients", times(3, "C: RCPT TO:<c@d.jp>\nS: 250\n") +
                                       "C: RCPT TO:<c@d.jp>\nS: 452 4.5.3\nC: DATA\nS: 354\n"),
    greeted("too_many_errors",
            times(3, "C: WHAT\nS: 500 5.5.1\n") + "C: WHAT\nS: 421 4.7.0\nclosed"),
    greeted("too_many_commands", times(39, "C: NOOP\nS: 250\n") + "C: NOOP\nS: 421 4.7.0\nclosed"),
};

const std::vector<Dialogue> kCommands{
    refused("vrfy", "VRFY a@b.jp", "502 5.5.1"),
    refused("expn", "EXPN list", "502 5.5.1"),
    refused("etrn", "ETRN b.jp", "502 5.5.1"),
    refused("turn", "TURN", "502 5.5.1"),
    refused("auth", "AUTH PLAIN AGEAYg==", "502 5.5.1"),
    refused("xclient", "XCLIENT ADDR=10.0.0.1", "502 5.5.1"),
    refused("xforward", "XFORWARD NAME=x", "502 5.5.1"),
    refused("help", "HELP", "502 5.5.1"),
    refused("starttls_that_is_not_offered", "STARTTLS", "502 5.5.1"),
    refused("an_unknown_verb", "FROB x", "500 5.5.1"),
    refused("an_empty_line", "", "500 5.5.1"),
    refused("a_binary_verb", "\\xff\\xfe\\x01", "500 5.5.1"),
    refused("http", "GET / HTTP/1.1", "500 5.5.1"),
    refused("data_with_an_argument", "DATA x", "501 5.5.4"),
    refused("reset_with_an_argument", "RSET x", "501 5.5.4"),
    refused("quit_with_an_argument", "QUIT x", "501 5.5.4"),
    refused("a_blank_behind_a_verb_is_tolerated", "DATA ", "503 5.5.1"),
    in_rcpt("bdat_is_not_implemented_and_its_data_no_commands",
            "c: BDAT 86 LAST\\r\\nMAIL FROM:<evil@b.jp>\\r\\n\nS: 502 5.5.1\nS: 503 5.5.1\n"),
    says("ehlo_without_a_name", "S: 220\nC: EHLO\nS: 501 5.5.4\n"),
    says("ehlo_with_two_names", "S: 220\nC: EHLO a b\nS: 501 5.5.4\n"),
    says("ehlo_with_control_characters", "S: 220\nC: EHLO a\\x07b\nS: 501 5.5.4\n"),
    says("ehlo_with_an_address_literal", "S: 220\nC: EHLO [192.0.2.1]\nS: 250\n"),
    says("ehlo_with_an_ipv6_literal", "S: 220\nC: EHLO [IPv6:2001:db8::1]\nS: 250\n"),
    says("lower_case_is_as_good",
         "S: 220\nC: ehlo mx.example\nS: 250\nC: mail from:<a@b.jp>\nS: 250\nC: rcpt to:<c@d.jp>\n"
         "S: 250\nC: data\nS: 354\n"),

    accepted("null_reverse_path", "MAIL FROM:<>", "<>"),
    accepted("quoted_local_part_is_written_anew", "MAIL FROM:<\"a\"@b.jp>", "<a@b.jp>"),
    accepted("quoted_local_part_with_a_blank", "MAIL FROM:<\"a b\"@b.jp>", "<\"a b\"@b.jp>"),
    accepted("source_route_is_dropped", "MAIL FROM:<@x.jp,@y.jp:a@b.jp>", "<a@b.jp>"),
    accepted("size_is_passed_on", "MAIL FROM:<a@b.jp> SIZE=500", "<a@b.jp> SIZE=500"),
    accepted("body_8bit", "MAIL FROM:<a@b.jp> BODY=8BITMIME", "<a@b.jp> BODY=8BITMIME"),
    accepted("body_7bit", "MAIL FROM:<a@b.jp> body=7bit", "<a@b.jp>"),
    refused("path_without_brackets", "MAIL FROM:a@b.jp", "501 5.5.2"),
    refused("blank_before_the_path", "MAIL FROM: <a@b.jp>", "501 5.5.2"),
    refused("blank_before_the_colon", "MAIL FROM :<a@b.jp>", "501 5.5.4"),
    refused("path_without_end", "MAIL FROM:<a@b.jp", "501 5.5.2"),
    refused("two_paths", "MAIL FROM:<a@b.jp><c@d.jp>", "501 5.5.2"),
    refused("two_blanks_before_a_parameter", "MAIL FROM:<a@b.jp>  SIZE=1", "501 5.5.4"),
    refused("blank_behind_the_path", "MAIL FROM:<a@b.jp> ", "501 5.5.4"),
    refused("parameter_twice", "MAIL FROM:<a@b.jp> SIZE=1 size=2", "501 5.5.4"),
    refused("unknown_parameter", "MAIL FROM:<a@b.jp> FOO=1", "555 5.5.4"),
    refused("auth_parameter", "MAIL FROM:<a@b.jp> AUTH=<>", "555 5.5.4"),
    refused("binarymime", "MAIL FROM:<a@b.jp> BODY=BINARYMIME", "501 5.5.4"),
    refused("size_that_is_none", "MAIL FROM:<a@b.jp> SIZE=-1", "501 5.5.4"),
    refused("size_beyond_numbers", "MAIL FROM:<a@b.jp> SIZE=99999999999999999999", "501 5.5.4"),
    refused("size_too_large", "MAIL FROM:<a@b.jp> SIZE=1001", "552 5.3.4"),
    refused("smtputf8_that_is_not_offered", "MAIL FROM:<a@b.jp> SMTPUTF8", "555 5.5.4"),
    refused("dsn_that_is_not_offered", "MAIL FROM:<a@b.jp> RET=HDRS", "555 5.5.4"),
    refused("address_beyond_ascii", "MAIL FROM:<\\xe5\\xb1\\xb1@b.jp>", "553 5.1.7"),
    refused("address_literal", "MAIL FROM:<a@[192.0.2.1]>", "553 5.1.7"),
    refused("no_domain", "MAIL FROM:<a>", "553 5.1.7"),
    refused("two_ats", "MAIL FROM:<a@b@c.jp>", "553 5.1.7"),
    refused("two_dots_in_the_local_part", "MAIL FROM:<a..b@c.jp>", "553 5.1.7"),
    refused("a_dot_at_the_end_of_the_local_part", "MAIL FROM:<a.@c.jp>", "553 5.1.7"),
    refused("label_with_a_hyphen_at_its_end", "MAIL FROM:<a@b-.jp>", "553 5.1.7"),
    refused("empty_label", "MAIL FROM:<a@b..jp>", "553 5.1.7"),
    refused("low_line_in_the_domain", "MAIL FROM:<a@b_c.jp>", "553 5.1.7"),
    refused("local_part_too_long", "MAIL FROM:<" + std::string(65, 'a') + "@b.jp>", "553 5.1.7"),
    refused("label_too_long", "MAIL FROM:<a@" + std::string(64, 'b') + ".jp>", "553 5.1.7"),
    refused("angle_bracket_in_quotes", "MAIL FROM:<\"a>b\"@b.jp>", "553 5.1.7"),
    refused("at_in_quotes", "MAIL FROM:<\"a@evil.jp\"@b.jp>", "553 5.1.7"),
    refused("quote_without_end", "MAIL FROM:<\"a@b.jp>", "501 5.5.2"),
    refused("route_without_mailbox", "MAIL FROM:<@x.jp>", "553 5.1.7"),
    refused("tab_for_a_blank", "MAIL\\tFROM:<a@b.jp>", "500 5.5.1"),
    refused_rcpt("empty_forward_path", "RCPT TO:<>", "553 5.1.3"),
    refused_rcpt("recipient_without_domain", "RCPT TO:<c>", "553 5.1.3"),
    refused_rcpt("recipient_with_a_percent_route_is_one_address", "RCPT TO:<c%d.jp@[10.0.0.1]>",
                 "553 5.1.3"),
    refused_rcpt("notify_that_is_not_offered", "RCPT TO:<c@d.jp> NOTIFY=NEVER", "555 5.5.4"),
    refused_rcpt("size_of_a_recipient", "RCPT TO:<c@d.jp> SIZE=1", "555 5.5.4"),
    in_mail("postmaster_needs_no_domain",
            "C: RCPT TO:<PostMaster>\nS: 250\nQ: hello mx.example\nQ: mail <a@b.jp>\n"
            "Q: rcpt <postmaster>\n"),
    says("dsn_where_the_far_side_has_it",
         "O: far DSN\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<a@b.jp> RET=HDRS ENVID=QQ+2B1\nS: 250\n"
         "C: RCPT TO:<c@d.jp> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c@d.jp\nS: 250\n"
         "Q: hello mx.example\nQ: mail <a@b.jp> RET=HDRS ENVID=QQ+2B1\n"
         "Q: rcpt <c@d.jp> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c@d.jp\n"),
    says("dsn_never_with_another",
         "O: far DSN\nS: 220\nC: EHLO mx.example\nS: 250\nC: MAIL FROM:<a@b.jp>\nS: 250\n"
         "C: RCPT TO:<c@d.jp> NOTIFY=NEVER,DELAY\nS: 501 5.5.4\n"),
    says("envid_that_is_no_xtext",
         "O: far DSN\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<a@b.jp> ENVID=a+b\nS: 501 5.5.4\n"),
    says("utf8_where_the_far_side_has_it",
         "O: far SMTPUTF8\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<\\xe5\\xb1\\xb1@\\xe6\\x9c\\xa8.jp> SMTPUTF8\nS: 250\n"
         "Q: hello mx.example\nQ: mail <\\xe5\\xb1\\xb1@\\xe6\\x9c\\xa8.jp> SMTPUTF8\n"),
    says("utf8_address_without_the_parameter",
         "O: far SMTPUTF8\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<\\xe5\\xb1\\xb1@b.jp>\nS: 553 5.1.7\n"),
    says("utf8_that_is_none",
         "O: far SMTPUTF8\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<\\xc0\\xaf@b.jp> SMTPUTF8\nS: 553 5.1.7\n"),
    says("bidirectional_override_in_an_address",
         "O: far SMTPUTF8\nS: 220\nC: EHLO mx.example\nS: 250\n"
         "C: MAIL FROM:<a\\xe2\\x80\\xaeb@b.jp> SMTPUTF8\nS: 553 5.1.7\n"),
};

const std::vector<Dialogue> kLineEnds{
    greeted("bare_lf_ends_no_command", "c: NOOP\\n\nS: 500 5.5.2\nclosed"),
    greeted("bare_cr_ends_no_command", "c: NOOP\\rQUIT\\r\\n\nS: 500 5.5.2\nclosed"),
    greeted("nul_in_a_command", "c: NO\\0OP\\r\\n\nS: 500 5.5.2\nclosed"),
    greeted("cr_cr_lf", "c: NOOP\\r\\r\\n\nS: 500 5.5.2\nclosed"),
    greeted("lf_in_a_path", "c: MAIL FROM:<a\\nb@c.jp>\\r\\n\nS: 500 5.5.2\nclosed"),
    greeted("a_line_as_long_as_may_be", "C: NOOP " + std::string(505, 'x') + "\nS: 250\n"),
    greeted("a_line_too_long", "C: NOOP " + std::string(506, 'x') + "\nS: 500 5.5.2\nclosed"),
    greeted("a_line_without_end", "c: " + std::string(600, 'x') + "\nS: 500 5.5.2\nclosed"),
    says("no_crlf_at_all", "S: 220\nc: EHLO mx.example\n"),

    data_is("empty_message", ".\\r\\n", ""),
    data_is("dot_is_taken_away", "..\\r\\n..x\\r\\n.y\\r\\n.\\r\\n", ".\\r\\n.x\\r\\ny\\r\\n"),
    data_is("dot_within_a_line_stays", "a.\\r\\nb . c\\r\\n.\\r\\n", "a.\\r\\nb . c\\r\\n"),
    data_is("eight_bit_data", "\\xe5\\xb1\\xb1\\r\\n.\\r\\n", "\\xe5\\xb1\\xb1\\r\\n"),
    data_is("a_text_line_as_long_as_may_be", std::string(200, 'x') + "\\r\\n.\\r\\n",
            std::string(200, 'x') + "\\r\\n"),
    data_is("as_large_as_may_be",
            times(9, std::string(98, 'x') + "\\r\\n") + std::string(98, 'y') + "\\r\\n.\\r\\n",
            times(9, std::string(98, 'x') + "\\r\\n") + std::string(98, 'y') + "\\r\\n"),
    in_data("a_text_line_too_long",
            "c: " + std::string(201, 'x') +
                "\\r\\n.\\r\\n\nS: 500 5.6.0\nC: NOOP\nS: 250\n"
                "Q: hello mx.example\nQ: mail <a@b.jp>\nQ: rcpt <c@d.jp>\nQ: data\n"
                "Q: reset line too long\n"),
    in_data("too_large", "c: " + times(11, std::string(98, 'x') + "\\r\\n") +
                             ".\\r\\n\nS: 552 5.3.4\nC: NOOP\nS: 250\n"),
    in_data("large_without_end",
            "c: " + times(40, std::string(98, 'x') + "\\r\\n") + "\nS: 552 5.3.4\nclosed"),
    in_data("nul_in_mail_data", "c: a\\0b\\r\\n.\\r\\n\nS: 550 5.5.2\nclosed"),
    in_data("bare_lf_in_mail_data", "c: a\\nb\\r\\n.\\r\\n\nS: 550 5.5.2\nclosed"),
    in_data("bare_cr_in_mail_data", "c: a\\rb\\r\\n.\\r\\n\nS: 550 5.5.2\nclosed"),
    in_data("cr_at_the_start_of_a_line", "c: \\r\\r\\n.\\r\\n\nS: 550 5.5.2\nclosed"),
    // every ending in print, and its kin
    smuggled("lf_dot_lf", "\\n.\\n"),
    smuggled("lf_dot_crlf", "\\n.\\r\\n"),
    smuggled("crlf_dot_lf", "\\r\\n.\\n"),
    smuggled("crlf_dot_cr", "\\r\\n.\\r"),
    smuggled("cr_dot_cr", "\\r.\\r"),
    smuggled("cr_dot_lf", "\\r.\\n"),
    smuggled("cr_dot_crlf", "\\r.\\r\\n"),
    smuggled("lf_dot_cr", "\\n.\\r"),
    smuggled("crlf_dot_cr_cr_lf", "\\r\\n.\\r\\r\\n"),
    smuggled("crlf_nul_dot_crlf", "\\r\\n\\0.\\r\\n"),
    smuggled("crlf_dot_nul_crlf", "\\r\\n.\\0\\r\\n"),
    smuggled("cr_cr_lf_dot_crlf", "\\r\\r\\n.\\r\\r\\n"),
    smuggled("lf_lf_dot_lf_lf", "\\n\\n.\\n\\n"),
    smuggled("lf_cr_dot_lf_cr", "\\n\\r.\\n\\r"),
    in_data("a_dot_with_a_blank_ends_nothing",
            "c: x\\r\\n. \\r\\nMAIL FROM:<evil@b.jp>\\r\\n.\\r\\n\nS: 250 2.0.0\n"
            "Q: hello mx.example\nQ: mail <a@b.jp>\nQ: rcpt <c@d.jp>\nQ: data\n"
            "Q: end x\\r\\n \\r\\nMAIL FROM:<evil@b.jp>\\r\\n\n"),
};

const std::vector<Dialogue> kAhead{
    says("a_group_of_commands",
         kGreeted + "c: MAIL FROM:<a@b.jp>\\r\\nRCPT TO:<c@d.jp>\\r\\nDATA\\r\\n\nS: 250 2.1.0\n"
                    "S: 250 2.1.5\nS: 354\nc: x\\r\\n.\\r\\nQUIT\\r\\n\nS: 250\nS: 221\nclosed"),
    in_data(
        "the_next_transaction_behind_the_data",
        "c: x\\r\\n.\\r\\nMAIL FROM:<e@b.jp>\\r\\nRCPT TO:<c@d.jp>\\r\\nDATA\\r\\n\nS: 250 2.0.0\n"
        "S: 250 2.1.0\nS: 250 2.1.5\nS: 354\n"),
    in_rcpt("content_before_354", "c: DATA\\r\\nSubject: x\\r\\n\nS: 554 5.5.0\nclosed"),
    greeted("content_in_the_group",
            "c: MAIL FROM:<a@b.jp>\\r\\nRCPT TO:<c@d.jp>\\r\\nDATA\\r\\nx\\r\\n.\\r\\n\nS: 250\nS: "
            "250\n"
            "S: 554 5.5.0\nclosed"),
    says("commands_behind_ehlo",
         "S: 220\nc: EHLO mx.example\\r\\nMAIL FROM:<a@b.jp>\\r\\n\nS: 554 5.5.0\nclosed"),
    greeted("commands_behind_another_ehlo", "c: EHLO x\\r\\nNOOP\\r\\n\nS: 554 5.5.0\nclosed"),
    says("commands_behind_helo",
         "S: 220\nc: HELO mx.example\\r\\nMAIL FROM:<a@b.jp>\\r\\n\nS: 554 5.5.0\nclosed"),
    says("a_group_without_ehlo",
         kPlain + "c: MAIL FROM:<a@b.jp>\\r\\nRCPT TO:<c@d.jp>\\r\\n\nS: 554 5.5.0\nclosed"),
    says("half_a_command_behind_another_without_ehlo",
         kPlain + "c: NOOP\\r\\nNO\nS: 554 5.5.0\nclosed"),
    says("commands_behind_the_data_without_ehlo",
         kPlain + "C: MAIL FROM:<a@b.jp>\nS: 250\nC: RCPT TO:<c@d.jp>\nS: 250\nC: DATA\nS: 354\n"
                  "c: x\\r\\n.\\r\\nMAIL FROM:<e@b.jp>\\r\\n\nS: 250\nS: 554 5.5.0\nclosed"),
    greeted("commands_behind_quit_are_not_read", "c: QUIT\\r\\nNOOP\\r\\n\nS: 221\nclosed"),
};

const std::vector<Dialogue> kTls{
    says("starttls_is_offered", "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nS+ STARTTLS\n"),
    says("starttls_then_a_new_beginning",
         "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nC: STARTTLS\nS: 220 2.0.0\n"
         "C: MAIL FROM:<a@b.jp>\nS: 503 5.5.1\nC: EHLO mx.example\nS: 250\nS- STARTTLS\n"
         "C: STARTTLS\nS: 502 5.5.1\nC: MAIL FROM:<a@b.jp>\nS: 250\n"),
    says(
        "a_command_injected_before_tls",
        "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nc: STARTTLS\\r\\nMAIL FROM:<evil@b.jp>\\r\\n\n"
        "S: 554 5.5.0\nclosed"),
    says("half_a_command_injected_before_tls",
         "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nc: STARTTLS\\r\\nM\nS: 554 5.5.0\nclosed"),
    says("starttls_with_an_argument",
         "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nC: STARTTLS now\nS: 501 5.5.4\n"),
    says("starttls_within_a_transaction",
         "O: tls\nS: 220\nC: EHLO mx.example\nS: 250\nC: MAIL FROM:<a@b.jp>\nS: 250\nC: STARTTLS\n"
         "S: 503 5.5.1\n"),
    says("mail_without_the_tls_that_is_required",
         "O: tls required\nS: 220\nC: EHLO mx.example\nS: 250\nC: MAIL FROM:<a@b.jp>\n"
         "S: 530 5.7.0\nC: STARTTLS\nS: 220\nC: EHLO mx.example\nS: 250\nC: MAIL FROM:<a@b.jp>\n"
         "S: 250\n"),
};

class Clients : public ::testing::TestWithParam<Dialogue> {};

TEST_P(Clients, AreAnsweredAsWrittenLineByLineAndByteByByte) {
  EXPECT_EQ(play_client(GetParam(), 0), "");
  EXPECT_EQ(play_client(GetParam(), 1), "");
}

std::string name_of(const ::testing::TestParamInfo<Dialogue>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sessions, Clients, ::testing::ValuesIn(kSessions), name_of);
INSTANTIATE_TEST_SUITE_P(Commands, Clients, ::testing::ValuesIn(kCommands), name_of);
INSTANTIATE_TEST_SUITE_P(LineEnds, Clients, ::testing::ValuesIn(kLineEnds), name_of);
INSTANTIATE_TEST_SUITE_P(Ahead, Clients, ::testing::ValuesIn(kAhead), name_of);
INSTANTIATE_TEST_SUITE_P(Tls, Clients, ::testing::ValuesIn(kTls), name_of);

}  // namespace
}  // namespace sekisho::testing
