// SPDX-License-Identifier: GPL-3.0-or-later
// What the daemon does when things around it are not as they should be: never an open door.
#include "daemon_lab.hpp"

#include "nflog/source.hpp"

#include <boost/json.hpp>

#include <csignal>
#include <filesystem>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::string kWeb = flow("web", "", "\"tcp/80\"");

class Start : public DaemonLab {
 protected:
  [[nodiscard]] std::string in_appliance(const std::string& command) const {
    return city_->appliance().output(command);
  }
  [[nodiscard]] bool web_opens() const {
    return Connection{city_->host("in0"),    "10.30.0.2",
                      "198.51.100.80",       80,
                      Connection::Kind::Tcp, std::chrono::milliseconds{700}}
        .open();
  }
  [[nodiscard]] boost::json::value status() const {
    return boost::json::parse(daemon_->ctl("status --json").out);
  }
};

TEST_F(Start, WithoutRulesTheCityIsOpen) {  // guards the tests below: what they see closed is
                                            // closed by the daemon
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  city_->appliance().sh("sysctl -qw net.ipv4.ip_forward=1");

  EXPECT_TRUE(web_opens());
}

TEST_F(Start, ForwardingIsOffUntilTheFirstCommit) {
  city_->appliance().sh("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  daemon_->write_config("version = 1\n");
  daemon_->start();
  EXPECT_EQ(daemon_->wait(), 1);

  EXPECT_EQ(in_appliance("sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding"), "0\n0\n");
  begin(kZones + kWeb);
  EXPECT_EQ(in_appliance("sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding"), "1\n1\n");
}

TEST_F(Start, WithNoConfigEverythingIsDeniedAndTheDaemonEnds) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  city_->appliance().sh("sysctl -qw net.ipv4.ip_forward=1");

  daemon_->start();

  EXPECT_EQ(daemon_->wait(), 1);
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), Contains(HasSubstr("sekisho.toml")));
  EXPECT_THAT(in_appliance("nft list table inet sekisho"), HasSubstr("hook forward"));
  city_->appliance().sh(
      "sysctl -qw net.ipv4.ip_forward=1");  // somebody opens it: the rules still deny
  EXPECT_FALSE(web_opens());
}

TEST_F(Start, ClosedBeforeTheNetworkIsUpUntilTheDaemonTakesOver) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  daemon_->write_config(kZones + kWeb);
  const std::string close = SEKISHO_BIN "/sekishod --close --config " + daemon_->directory() +
                            "/sekisho.toml --state-dir " + daemon_->directory() + "/state";
  city_->appliance().sh("sysctl -qw net.ipv4.ip_forward=1");
  ASSERT_TRUE(web_opens());

  city_->appliance().sh(close);

  city_->appliance().sh("sysctl -qw net.ipv4.ip_forward=1");  // the rules deny, not the switch
  EXPECT_FALSE(web_opens());
  EXPECT_EQ(in_appliance("nft list table inet sekisho").find("timeout 1"), std::string::npos);
  begin(kZones + kWeb);
  EXPECT_TRUE(web_opens());
  city_->appliance().sh(close);  // leaves what is there
  EXPECT_TRUE(web_opens());
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

TEST_F(Start, WithABadConfigTheLastGoodRevisionIsInForce) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + kWeb);
  daemon_->stop();

  begin(kZones + flow("web", "", "\"tcp/80-20\""));

  EXPECT_TRUE(web_opens());
  EXPECT_EQ(status().at("state").as_string(), "degraded");
  EXPECT_EQ(status().at("revision").to_number<int>(), 1);
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), Contains(HasSubstr("sekisho.toml:")));
}

TEST_F(Start, TheRulesOutliveAKilledDaemonAndAreAdopted) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  const EchoServer other{city_->host("sc0"), "198.51.100.80", 443};
  begin(kZones + kWeb);
  daemon_->kill();

  EXPECT_TRUE(web_opens());
  EXPECT_FALSE((Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 443,
                           Connection::Kind::Tcp, std::chrono::milliseconds{700}})
                   .open());
  daemon_->start();
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  EXPECT_TRUE(web_opens());
  EXPECT_TRUE(status().at("kernel").at("owned").as_bool());
  EXPECT_THAT(in_appliance("nft delete table inet sekisho 2>&1"), HasSubstr("not permitted"));
}

TEST_F(Start, AForeignTableOfOurNameIsAnErrorAndNothingIsForwarded) {
  city_->appliance().sh(
      "sysctl -qw net.ipv4.ip_forward=1; "
      "nft 'add table inet sekisho; add chain inet sekisho forward { type filter hook forward "
      "priority 5; }'");
  daemon_->write_config(kZones + kWeb);

  daemon_->start();

  EXPECT_EQ(daemon_->wait(), 1);
  EXPECT_THAT(daemon_->log(), HasSubstr("base chain 'forward'"));
  EXPECT_EQ(in_appliance("sysctl -n net.ipv4.ip_forward"), "0\n");
}

TEST_F(Start, ATakenLogGroupIsADegradationThatEnds) {
  std::optional<nflog::Source> taken;
  city_->appliance().run([&taken] { taken.emplace(*nflog::Source::open(5)); });

  begin(kZones + kWeb);

  EXPECT_EQ(status().at("state").as_string(), "degraded");
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), Contains(HasSubstr("watch: ")));
  taken.reset();
  EXPECT_TRUE(eventually([this] { return status().at("state").as_string() == "enforcing"; }));
}

TEST_F(Start, AnInterfaceMayVanishAndComeBack) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + kWeb);
  ASSERT_TRUE(web_opens());

  city_->appliance().sh(
      "ip link set in0 name gone0 2>/dev/null || { ip link set in0 down && ip link set in0 name "
      "gone0; }");
  const auto missing = status();
  city_->appliance().sh(
      "ip link set gone0 down; ip link set gone0 name in0; ip link set in0 up; "
      "ip addr replace 10.30.0.1/16 dev in0");

  EXPECT_FALSE(missing.at("zones").at(2).at("interfaces").at(0).at("present").as_bool());
  EXPECT_TRUE(eventually([this] { return web_opens(); }));
}

TEST_F(Start, WhatOthersChangeInATableThatIsNotOwnedIsRepairedAndRecorded) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 443};
  city_->appliance().sh("nft add table inet sekisho");  // a plain table cannot become an owned one
  std::string zones = kZones;
  zones.replace(zones.find("200ms"), 5, "60s");
  begin(zones + kWeb);
  ASSERT_FALSE(status().at("kernel").at("owned").as_bool());

  city_->appliance().sh("nft insert rule inet sekisho forward tcp dport 443 accept");

  EXPECT_TRUE(eventually([this] { return !daemon_->recorded("drift", "MESSAGE").empty(); },
                         std::chrono::seconds{1}));  // however long a window is
  EXPECT_THAT(daemon_->recorded("drift", "MESSAGE"), Contains(HasSubstr("chain 'forward'")));
  EXPECT_THAT(daemon_->recorded("drift", "MESSAGE"), Contains(HasSubstr("by nft (pid ")));
  EXPECT_EQ(in_appliance("nft list chain inet sekisho forward").find("443"), std::string::npos);
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

TEST_F(Start, ADeletedTableIsMadeAnewAndItsCountersBeginAgain) {
  city_->appliance().sh("nft add table inet sekisho");
  begin(kZones + kWeb);
  const auto knock = [this] {
    city_->host("mn0").sh("bash -c 'echo x > /dev/udp/198.51.100.80/9999'");
  };
  const auto recorded = [this] {
    const auto ports = daemon_->recorded("violation", "SEKISHO_DPORT");
    return std::ranges::count(ports, "9999");
  };
  knock();
  ASSERT_TRUE(eventually([&] { return recorded() == 1; }));

  city_->appliance().sh("nft delete table inet sekisho");

  ASSERT_TRUE(eventually([this] { return !daemon_->recorded("drift", "MESSAGE").empty(); }))
      << daemon_->log();
  knock();
  EXPECT_TRUE(eventually([&] { return recorded() == 2; })) << daemon_->log();
}

}  // namespace
}  // namespace sekisho::testing
