// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody else's hands on the ruleset, while the daemon runs.
#include "daemon_lab.hpp"

#include <boost/json.hpp>

namespace sekisho::testing {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kWeb = flow("web", "", "\"tcp/80\"");
/// However long a window is.
const std::string kLongWindow = [] {
  std::string zones = kZones;
  return zones.replace(zones.find("200ms"), 5, "60s");
}();

class OtherHands : public DaemonLab {
 protected:
  [[nodiscard]] bool drifted(const std::string& what) const {
    return eventually(
        [&] {
          const auto all = daemon_->recorded("drift", "MESSAGE");
          return std::ranges::any_of(
              all, [&](const std::string& one) { return one.find(what) != std::string::npos; });
        },
        seconds{1});
  }
  [[nodiscard]] std::vector<std::string> drifts() const {
    return daemon_->recorded("drift", "MESSAGE");
  }
  [[nodiscard]] bool grows_beyond(std::size_t records) const {
    return eventually([&] { return drifts().size() > records; }, seconds{1});
  }
  [[nodiscard]] std::string ours() const {
    return city_->appliance().output(
        "nft -s list table inet sekisho; nft -s list table netdev sekisho");
  }
  [[nodiscard]] bool web_opens() const {
    return Connection{city_->host("in0"),    "10.30.0.2",
                      "198.51.100.80",       80,
                      Connection::Kind::Tcp, std::chrono::milliseconds{700}}
        .open();
  }
};

TEST_F(OtherHands, ChainsThatHandlePacketsAreRecordedWithTheirAuthorAndLeftAlone) {
  begin(kLongWindow + kWeb);
  const std::string before = ours();

  for (const auto& [chain, rule] : std::initializer_list<std::pair<const char*, const char*>>{
           {"type filter hook prerouting priority 0;", "meta mark set 7"},
           {"type nat hook postrouting priority 100;", "masquerade"},
           {"type filter hook prerouting priority raw;", "notrack"},
           {"type filter hook prerouting priority mangle;", "tcp dport 1 tproxy to :2"},
           {"type filter hook prerouting priority 0;", "dup to 192.0.2.7"}}) {
    const std::size_t records = drifts().size();

    city_->appliance().sh("nft 'add table ip other; add chain ip other c { " + std::string{chain} +
                          " }; add rule ip other c " + rule + "'");

    ASSERT_TRUE(grows_beyond(records)) << rule << daemon_->log();
    EXPECT_THAT(drifts().back(), HasSubstr("other rules handle packets: boundary-1"));
    EXPECT_THAT(drifts().back(), HasSubstr("by nft (pid "));
    EXPECT_THAT(drifts().back(), HasSubstr("table ip other, chain c: "));
    EXPECT_THAT(daemon_->ctl("status").out, HasSubstr("table ip other, chain c: ")) << rule;
    EXPECT_THAT(daemon_->ctl("status --json").out, HasSubstr("degraded")) << rule;
    const auto verified = daemon_->ctl("verify");
    EXPECT_EQ(verified.exit_code, 1) << rule;
    EXPECT_THAT(verified.out, HasSubstr("table ip other, chain c: ")) << rule;
    city_->appliance().sh("nft delete table ip other");
    ASSERT_TRUE(grows_beyond(records + 1)) << rule;
    EXPECT_THAT(drifts().back(), HasSubstr("other rules handle packets no more"));
    EXPECT_EQ(daemon_->ctl("verify").exit_code, 0) << rule;
  }

  EXPECT_EQ(ours(), before);
}

TEST_F(OtherHands, OnFramesAreRecordedToo) {
  begin(kLongWindow + kWeb);

  city_->appliance().sh(
      "nft 'add table netdev other; add chain netdev other c { type filter hook ingress device mn0 "
      "priority -600; }; add rule netdev other c fwd to \"lg0\"'");

  EXPECT_TRUE(drifted("takes packets past the rules (fwd)")) << daemon_->log();
}

TEST_F(OtherHands, ThatWereThereBeforeTheDaemonAreRecordedAtItsStart) {
  city_->appliance().sh(
      "nft 'add table ip other; add chain ip other c { type nat hook postrouting priority 100; }; "
      "add rule ip other c masquerade'");

  begin(kLongWindow + kWeb);

  EXPECT_TRUE(drifted("translates addresses (masq)")) << daemon_->log();
}

TEST_F(OtherHands, ThatOnlyDropAreNotSpokenOf) {
  begin(kLongWindow + kWeb);
  city_->appliance().sh(
      "nft 'add table ip harmless; add chain ip harmless c { type filter hook forward priority -5; "
      "}; add rule ip harmless c tcp dport 9999 drop'");
  city_->appliance().sh(
      "nft 'add table ip other; add chain ip other c { type filter hook forward priority -5; }; "
      "add rule ip other c meta mark set 7'");
  ASSERT_TRUE(drifted("table ip other"));  // both have been looked at by now

  EXPECT_THAT(daemon_->recorded("drift", "MESSAGE"), Not(Contains(HasSubstr("harmless"))));
}

TEST_F(OtherHands, CannotChangeATableThatIsOwned) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kLongWindow + kWeb);
  ASSERT_TRUE(
      boost::json::parse(daemon_->ctl("status --json").out).at("kernel").at("owned").as_bool());
  const std::string before = ours();

  for (const char* command :
       {"flush ruleset", "delete table inet sekisho", "delete table netdev sekisho",
        "insert rule inet sekisho forward accept", "flush set inet sekisho live",
        "flush chain inet sekisho forward", "add element inet sekisho zone_ports { \"x0\" }"}) {
    (void)city_->appliance().output("nft '" + std::string{command} + "' 2>&1");

    EXPECT_EQ(ours(), before) << command;
    EXPECT_TRUE(web_opens()) << command;
  }
}

class Undone : public OtherHands, public ::testing::WithParamInterface<const char*> {};

TEST_P(Undone, OnATableThatIsNotOwnedWithinASecondAndNamed) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  city_->appliance().sh("nft 'add table inet sekisho; add table netdev sekisho'");
  begin(kLongWindow + kWeb);
  ASSERT_TRUE(web_opens());

  city_->appliance().sh("nft '" + std::string{GetParam()} + "'");

  ASSERT_TRUE(grows_beyond(0)) << daemon_->log();
  EXPECT_THAT(drifts().back(), HasSubstr("by nft (pid "));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0) << daemon_->ctl("verify").out;
  EXPECT_TRUE(web_opens());
}

INSTANTIATE_TEST_SUITE_P(Changes, Undone,
                         ::testing::Values("flush ruleset", "delete table inet sekisho",
                                           "delete table netdev sekisho",
                                           "insert rule inet sekisho forward accept",
                                           "flush set inet sekisho live",
                                           "flush chain inet sekisho forward"));

TEST_F(OtherHands, AssignNoHelperToConnections) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 21};
  begin(kLongWindow + flow("ftp", "", "\"tcp/21\""));
  const Connection connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 21};
  ASSERT_TRUE(connection.open());

  const std::string tracked = city_->appliance().output("conntrack -L 2>/dev/null");

  EXPECT_THAT(tracked, HasSubstr("dport=21"));
  EXPECT_THAT(tracked, Not(HasSubstr("helper=")));
  EXPECT_THAT(city_->appliance().output("conntrack -L expect 2>/dev/null"), IsEmpty());
}

}  // namespace
}  // namespace sekisho::testing
