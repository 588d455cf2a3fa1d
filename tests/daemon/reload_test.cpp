// SPDX-License-Identifier: GPL-3.0-or-later
// What a change of the config does to connections that are already there.
#include "daemon_lab.hpp"

namespace sekisho::testing {
namespace {

constexpr const char* kClient = "10.30.0.2";
constexpr const char* kWeb = "198.51.100.80";
constexpr const char* kNames = "203.0.113.53";

class Reload : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (!IsSkipped()) {
      web_.emplace(city_->host("sc0"), kWeb, 80);
      secure_.emplace(city_->host("sc0"), kWeb, 443);
      names_.emplace(city_->host("sc0"), kNames, 53);
    }
  }

  [[nodiscard]] Connection connect(const std::string& address, int port,
                                   Connection::Kind kind = Connection::Kind::Tcp) const {
    return {city_->host("in0"), kClient, address, port, kind};
  }
  void apply(const std::string& permits) const {
    const Ran ran = daemon_->apply(kZones + permits);
    ASSERT_EQ(ran.exit_code, 0) << ran.out << daemon_->log();
  }

  std::optional<EchoServer> web_;
  std::optional<EchoServer> secure_;
  std::optional<EchoServer> names_;
};

TEST_F(Reload, ARevokedPermitsConnectionsEndAndOthersDoNotNotice) {
  begin(kZones + flow("web", "", "\"tcp/80\"") +
        flow("dns", "\"203.0.113.53\"", "\"tcp/53\", \"udp/53\""));
  Connection web = connect(kWeb, 80);
  Connection dns = connect(kNames, 53);
  Connection datagrams = connect(kNames, 53, Connection::Kind::Udp);
  ASSERT_TRUE(web.open() && web.echoes() && dns.open() && dns.echoes() && datagrams.echoes());

  apply(flow("dns", "\"203.0.113.53\"", "\"tcp/53\", \"udp/53\""));

  EXPECT_FALSE(web.echoes());
  EXPECT_FALSE(connect(kWeb, 80).open());
  EXPECT_TRUE(dns.echoes());
  EXPECT_TRUE(datagrams.echoes());
}

TEST_F(Reload, ConnectionsOfARevokedPermitThatAnotherCoversGoOn) {
  begin(kZones + flow("wide", "", "\"tcp/1-1024\"") +
        flow("web", "\"198.51.100.80\"", "\"tcp/80\""));
  Connection web = connect(kWeb, 80);
  ASSERT_TRUE(web.open() && web.echoes());

  apply(flow("wide", "", "\"tcp/1-1024\""));

  EXPECT_TRUE(web.echoes());
  EXPECT_TRUE(web.echoes());
}

TEST_F(Reload, APermitNarrowedByAServiceEndsThatServicesConnectionsAlone) {
  begin(kZones + flow("web", "", "\"tcp/80\", \"tcp/443\""));
  Connection plain = connect(kWeb, 80);
  Connection secure = connect(kWeb, 443);
  ASSERT_TRUE(plain.open() && plain.echoes() && secure.open() && secure.echoes());

  apply(flow("web", "", "\"tcp/443\""));

  EXPECT_FALSE(plain.echoes());
  EXPECT_TRUE(secure.echoes());
}

TEST_F(Reload, AnEditedPurposeAndAnExtendedEndEndNothing) {
  const EchoServer server{city_->host("mn0"), "10.10.1.5", 443};
  begin(kZones + eltax("2027-03-31T23:59:59+09:00", "before"));
  Connection connection{city_->host("lg0"), "10.20.3.4", "10.10.1.5", 443};
  ASSERT_TRUE(connection.open() && connection.echoes()) << daemon_->log();

  apply(eltax("2027-03-31T23:59:59+09:00", "after"));
  EXPECT_TRUE(connection.echoes());
  apply(eltax("2027-04-30T23:59:59+09:00", "after"));
  EXPECT_TRUE(connection.echoes());
}

TEST_F(Reload, ABadConfigLeavesEverythingAndSaysWhy) {
  begin(kZones + flow("web", "", "\"tcp/80\""));
  Connection web = connect(kWeb, 80);
  ASSERT_TRUE(web.open() && web.echoes());

  const Ran ran = daemon_->apply(kZones + flow("web", "", "\"tcp/80-20\""));

  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.out, ::testing::HasSubstr("error"));
  EXPECT_TRUE(web.echoes());
  EXPECT_THAT(daemon_->recorded("reload", "SEKISHO_VERDICT"), ::testing::ElementsAre("deny"));
  EXPECT_NE(daemon_->ctl("status --json").out.find("\"revision\":1,"), std::string::npos);
}

TEST_F(Reload, TheFileIsReadAgainOnHangUp) {
  begin(kZones + flow("web", "", "\"tcp/80\""));
  daemon_->write_config(kZones + flow("web", "", "\"tcp/443\""));

  ASSERT_TRUE(daemon_->reload());

  EXPECT_FALSE(connect(kWeb, 80).open());
  EXPECT_TRUE(connect(kWeb, 443).open());
  EXPECT_NE(daemon_->ctl("status --json").out.find("\"revision\":2,"), std::string::npos);
}

TEST_F(Reload, ApplyReplacesTheConfigFileAndAnotherDaemonGoesOnFromThere) {
  begin(kZones + flow("web", "", "\"tcp/80\""));
  apply(flow("web", "", "\"tcp/443\""));
  Connection secure = connect(kWeb, 443);
  ASSERT_TRUE(secure.open() && secure.echoes());

  EXPECT_EQ(daemon_->stop(), 0);
  EXPECT_TRUE(secure.echoes());  // the rules stay in force
  daemon_->start();
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();

  EXPECT_TRUE(secure.echoes());
  EXPECT_FALSE(connect(kWeb, 80).open());
  EXPECT_NE(daemon_->ctl("status --json").out.find("\"revision\":2,"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::testing
