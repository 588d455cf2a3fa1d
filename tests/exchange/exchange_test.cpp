// SPDX-License-Identifier: GPL-3.0-or-later
// Mail across the split, with real clients and servers: what was rebuilt arrives, nothing else
// does, and whoever dies leaves the exchange shut and the sender with an answer that is true.
#include "post_office.hpp"

#include <csignal>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(PostOffice, CarriesWhatWasRebuiltOnBothFamilies) {
  ASSERT_TRUE(opens()) << daemon_->log() << daemon_->ctl("status").out;
  start_sink();

  for (const bool v6 : {false, true}) {
    const Sent sent = send("raw-marker", "", v6);

    EXPECT_EQ(sent.code, 0) << sent.said << daemon_->log();
    EXPECT_THAT(sent.said, HasSubstr("250 2.0.0 ok"));
  }
  EXPECT_THAT(mailbox(), HasSubstr("RAW-MARKER"));
  EXPECT_THAT(mailbox(), Not(HasSubstr("raw-marker")));
  ASSERT_TRUE(eventually([this] { return exchanged().size() == 2; }));
  const Record record = exchanged().front();
  EXPECT_EQ(record.at("SEKISHO_STATUS"), "sanitized");
  EXPECT_EQ(record.at("SEKISHO_ACTIONS"), "CHG_TEXT");
  EXPECT_EQ(record.at("SEKISHO_VERDICT"), "exchange");
  EXPECT_EQ(record.at("SEKISHO_PERMIT"), "mail-in");
  EXPECT_THAT(record.at("SEKISHO_SHA256_IN"), SizeIs(64));
  EXPECT_THAT(record.at("SEKISHO_SHA256_OUT"), SizeIs(64));
  EXPECT_NE(record.at("SEKISHO_SHA256_IN"), record.at("SEKISHO_SHA256_OUT"));
  EXPECT_THAT(record.at("MESSAGE"), HasSubstr("outside.example > lgwan.example"));
}

TEST_F(PostOffice, PutsNothingOnTheLgwanWireThatItHasNotRebuilt) {
  ASSERT_TRUE(opens());
  start_sink();
  run(server(), "tcpdump -i eth0 -U -w " + scratch_.path("wire") + " -Z root");
  ASSERT_TRUE(eventually([this] { return !file("wire").empty(); }));

  EXPECT_EQ(send("raw-marker").code, 0);

  ASSERT_TRUE(eventually([this] { return file("wire").find("RAW-MARKER") != std::string::npos; }));
  const std::string wire = file("wire");
  EXPECT_THAT(wire, HasSubstr("EHLO relay.example"));
  EXPECT_THAT(wire, Not(HasSubstr("raw-marker")));
  EXPECT_THAT(wire, Not(HasSubstr("mx.outside.example")));
}

TEST_F(PostOffice, KeepsTheOriginalWhereOnlyItsOwnUserCanReadIt) {
  ASSERT_TRUE(opens());
  start_sink();

  ASSERT_EQ(send("raw-marker").code, 0);

  const std::string contents = daemon_->directory() + "/state/quarantine/contents";
  const std::string listed = city_->appliance().output("stat -c '%a %U' " + contents + "/*");
  EXPECT_EQ(listed, "600 nobody\n") << city_->appliance().output("find " + daemon_->directory());
  EXPECT_THAT(city_->appliance().output("cat " + contents + "/*"), HasSubstr("raw-marker"));
  EXPECT_EQ(city_->appliance().output("stat -c %a " + daemon_->directory() + "/state/quarantine"),
            "700\n");
}

TEST_F(PostOffice, IsShutWhenTheReceiverHangsAndOpensAgainByItself) {
  ASSERT_TRUE(opens());
  start_sink();
  const pid_t receiver = pid_of("receiver");
  ASSERT_GT(receiver, 0);

  ASSERT_EQ(::kill(receiver, SIGSTOP), 0);

  EXPECT_TRUE(shuts());
  EXPECT_NE(send("raw-marker", "--timeout 3").code, 0);
  EXPECT_THAT(mailbox(), Not(HasSubstr("MARKER")));
  (void)::kill(receiver, SIGCONT);
  EXPECT_TRUE(opens());
  EXPECT_EQ(send("raw-marker").code, 0);
}

TEST_F(PostOffice, IsShutWhileARoleIsDeadAndOpensAgainByItself) {
  ASSERT_TRUE(opens());
  start_sink();

  for (const std::string role : {"receiver", "sender", "sanitizer"}) {
    const pid_t pid = pid_of(role);
    ASSERT_GT(pid, 0) << role;
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] { return pid_of(role) != pid && pid_of(role) > 0; })) << role;
    ASSERT_TRUE(opens()) << role << daemon_->log();
    EXPECT_EQ(send("raw-marker").code, 0) << role;
  }
}

TEST_F(PostOffice, SaysWhatTheFarServerSays) {
  ASSERT_TRUE(opens());
  start_sink("-f RCPT");  // 500

  const Sent sent = send("raw-marker");

  EXPECT_NE(sent.code, 0);
  EXPECT_THAT(sent.said, HasSubstr("<** 554"));
}

TEST_F(PostOffice, DefersWhatTheFarServerDefersAfterTheWholeMessage) {
  ASSERT_TRUE(opens());
  start_sink("-r .");  // 450

  const Sent sent = send("raw-marker");

  EXPECT_NE(sent.code, 0);
  EXPECT_THAT(sent.said, HasSubstr("<** 450"));
  ASSERT_TRUE(eventually([this] { return exchanged().size() == 1; }));
  EXPECT_EQ(exchanged().front().at("SEKISHO_VERDICT"), "deny");
}

TEST_F(PostOffice, TellsToComeAgainWhenThereIsNoServerOrItGoesAway) {
  ASSERT_TRUE(opens());
  EXPECT_THAT(send("raw-marker").said, HasSubstr("<** 421 4.4.1"));

  start_sink("-q .");  // disconnects after the end of data

  EXPECT_THAT(send("raw-marker").said, HasSubstr("<** 451 4.4.2"));
}

TEST_F(PostOffice, RefusesWhatTheSanitizerRefusesAndDefersWhatKillsIt) {
  ASSERT_TRUE(opens());
  start_sink();

  EXPECT_THAT(send("please-refuse").said, HasSubstr("<** 554 5.7.1"));
  EXPECT_THAT(send("please-fail").said, HasSubstr("<** 451 4.3.0"));
  EXPECT_EQ(send("raw-marker").code, 0);

  ASSERT_TRUE(eventually([this] { return exchanged().size() == 3; }));
  EXPECT_EQ(exchanged().at(0).at("SEKISHO_REASON"), "sanitize_refused");
  EXPECT_EQ(exchanged().at(1).at("SEKISHO_STATUS"), "error");
}

TEST_F(PostOffice, ForwardsNothingOfItAndLetsNobodyElseUseIt) {
  ASSERT_TRUE(opens());
  start_sink();

  // another source, straight to the server and to the relay's port
  EXPECT_THAT(
      client().output("swaks -4 --server 10.20.0.25 --local-interface 203.0.113.53 --timeout 2 "
                      "--to c@lgwan.example 2>&1"),
      HasSubstr("Error connecting"));
  EXPECT_THAT(client().output("swaks -4 --server 203.0.113.2:25025 --local-interface 203.0.113.25 "
                              "--timeout 2 --to c@lgwan.example 2>&1"),
              HasSubstr("Error connecting"));
  const Ran explained = daemon_->ctl(
      "explain --in sc0 --src 203.0.113.25 --dst 10.20.0.25 --proto tcp --dport 25 --json");
  EXPECT_THAT(explained.out, HasSubstr("\"verdict\":\"exchange\""));
  EXPECT_EQ(explained.exit_code, 0);
}

TEST_F(PostOffice, CarriesMailBetweenPostfixAndPostfixUnderTlsOnBothLegs) {
  make_certificate("relay.example");
  make_certificate("mx.lgwan.example");
  configure(kExchange + "tls = { near = \"required\", certificate_file = \"" +
            scratch_.path("relay.example.crt") + "\", key_file = \"" +
            scratch_.path("relay.example.key") + "\", far = \"required\", authorities_file = \"" +
            scratch_.path("mx.lgwan.example.crt") + "\", far_name = \"mx.lgwan.example\" }\n");
  start_postfix(server(), "server",
                "myhostname = mx.lgwan.example\nsmtpd_peername_lookup = "
                "no\nvirtual_mailbox_domains = lgwan.example\n"
                "virtual_mailbox_base = " +
                    scratch_.path("server/mail") +
                    "\nvirtual_mailbox_maps = inline:{ { c@lgwan.example = c } }\n"
                    "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
                    "virtual_minimum_uid = 100\nsmtpd_tls_security_level = encrypt\n"
                    "smtpd_tls_loglevel = 1\nsmtpd_tls_cert_file = " +
                    scratch_.path("mx.lgwan.example.crt") +
                    "\nsmtpd_tls_key_file = " + scratch_.path("mx.lgwan.example.key") + "\n");
  start_postfix(
      client(), "client",
      "myhostname = mx.outside.example\nsmtpd_peername_lookup = no\ninet_interfaces = 127.0.0.1\n"
      "inet_protocols = ipv4\nsmtp_bind_address = 203.0.113.25\n"
      "relayhost = [10.20.0.25]:25\nsmtp_tls_security_level = encrypt\n"
      "smtp_tls_loglevel = 1\nsmtp_host_lookup = native\n");
  const auto log = [this](const std::string& name) { return file(name + "/log"); };

  const std::string said = client().output(
      "swaks --server 127.0.0.1 --from a@outside.example --to c@lgwan.example,x@lgwan.example "
      "--body raw-marker --timeout 30 2>&1");
  ASSERT_THAT(said, HasSubstr("queued as"));

  EXPECT_TRUE(
      eventually([&] { return file("server/mail/c").find("RAW-MARKER") != std::string::npos; },
                 std::chrono::seconds{30}))
      << log("client") << log("server") << daemon_->log();
  EXPECT_THAT(file("server/mail/c"), Not(HasSubstr("raw-marker")));
  EXPECT_TRUE(
      eventually([&] { return log("client").find("to=<x@lgwan.example>") != std::string::npos; }));
  EXPECT_THAT(log("client"), HasSubstr("said: 550 5.1.1"));
  EXPECT_THAT(log("client"), HasSubstr("TLS connection established to 10.20.0.25"));
  EXPECT_THAT(log("server"), HasSubstr("TLS connection established from"));
}

TEST_F(PostOffice, SendsNothingToAServerWhoseCertificateIsWrong) {
  make_certificate("mx.lgwan.example");
  make_certificate("other.example");
  configure(kExchange + "tls = { far = \"required\", authorities_file = \"" +
            scratch_.path("mx.lgwan.example.crt") + "\", far_name = \"mx.lgwan.example\" }\n");
  start_postfix(server(), "server",
                "myhostname = mx.lgwan.example\nsmtpd_tls_security_level = may\n"
                "smtpd_tls_cert_file = " +
                    scratch_.path("other.example.crt") +
                    "\nsmtpd_tls_key_file = " + scratch_.path("other.example.key") + "\n");

  EXPECT_THAT(send("raw-marker").said, HasSubstr("<** 421 4.4.1"));
}

TEST_F(PostOffice, TakingTheExchangeAwayEndsItsSessions) {
  ASSERT_TRUE(opens());
  start_sink();
  run(client(), "socat -u TCP:10.20.0.25:25,bind=203.0.113.25 OPEN:/dev/null");
  ASSERT_TRUE(eventually([this] {
    return client().output("ss -tnH state established dport = :25").find("10.20.0.25") !=
           std::string::npos;
  }));

  EXPECT_EQ(daemon_->ctl("revoke mail-in").exit_code, 0);

  EXPECT_TRUE(shuts());
  EXPECT_NE(send("raw-marker", "--timeout 3").code, 0);
}

}  // namespace
}  // namespace sekisho::testing
