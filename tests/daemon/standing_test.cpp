// SPDX-License-Identifier: GPL-3.0-or-later
// What operators decide beside the config: emergency cuts, revocations, grants by two people.
#include "clock.hpp"
#include "daemon_lab.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kClient = "10.30.0.2";
constexpr const char* kWeb = "198.51.100.80";

class Standing : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (!IsSkipped()) {
      web_.emplace(city_->host("sc0"), kWeb, 80);
    }
  }

  [[nodiscard]] Connection connect(Connection::Kind kind = Connection::Kind::Tcp) const {
    return {city_->host("in0"), kClient, kWeb, 80, kind};
  }
  [[nodiscard]] boost::json::object status() const {
    return boost::json::parse(daemon_->ctl("status --json").out).as_object();
  }
  void restart() {
    EXPECT_EQ(daemon_->stop(), 0);
    daemon_->start();
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }

  std::optional<EchoServer> web_;
};

/// A TOML moment so many days from now.
std::string in_days(int days) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return daemon::utc_text(now + std::chrono::days{days});
}

const std::string kWebFlow = flow("web", "", "\"tcp/80\", \"udp/80\"");

TEST_F(Standing, ALockdownEndsEveryConnectionOfItsZonesUntilItIsLifted) {
  begin(kZones + kWebFlow);
  Connection stream = connect();
  Connection datagrams = connect(Connection::Kind::Udp);
  ASSERT_TRUE(stream.open() && stream.echoes() && datagrams.echoes());

  ASSERT_EQ(daemon_->ctl("lockdown security_cloud").exit_code, 0);

  EXPECT_FALSE(stream.echoes());
  EXPECT_FALSE(datagrams.echoes());
  EXPECT_EQ(status().at("state"), "lockdown");
  const Ran explained =
      daemon_->ctl("explain --in in0 --src 10.30.0.2 --dst 198.51.100.80 --proto tcp --dport 80");
  EXPECT_EQ(explained.exit_code, 1);
  EXPECT_THAT(explained.out, HasSubstr("lockdown"));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  ASSERT_EQ(daemon_->ctl("unlock").exit_code, 0);
  EXPECT_TRUE(connect().open());
  EXPECT_EQ(status().at("state"), "enforcing");
}

TEST_F(Standing, ALockdownOutlivesApplyAndRestart) {
  begin(kZones + kWebFlow);
  ASSERT_EQ(daemon_->ctl("lockdown all").exit_code, 0);

  ASSERT_EQ(daemon_->apply(kZones + kWebFlow + "# edited\n").exit_code, 0);

  EXPECT_FALSE(connect().open());
  restart();
  EXPECT_FALSE(connect().open());
  EXPECT_EQ(status().at("state"), "lockdown");
}

TEST_F(Standing, ALockdownIsCountedAndRecorded) {
  begin(kZones + kWebFlow);
  ASSERT_EQ(daemon_->ctl("lockdown inet-office").exit_code, 0);
  EXPECT_FALSE(connect().open());

  EXPECT_TRUE(eventually([&] {
    for (const Sekishod::Record& record : daemon_->records()) {
      if (record.at("SEKISHO_EVENT") == "violation" && record.at("SEKISHO_REASON") == "lockdown" &&
          record.at("SEKISHO_SRC_ZONE") == "inet-office") {
        return true;
      }
    }
    return false;
  }));
  EXPECT_THAT(daemon_->recorded("lockdown", "SEKISHO_VERDICT"), Contains("deny"));
}

TEST_F(Standing, ALockdownOfNothingIsRefused) {
  begin(kZones + kWebFlow);

  EXPECT_EQ(daemon_->ctl("lockdown moon").exit_code, 1);
  EXPECT_EQ(daemon_->ctl("unlock").exit_code, 1);
  EXPECT_EQ(daemon_->ctl("lockdown cloud").exit_code, 0);
  EXPECT_EQ(daemon_->ctl("lockdown cloud").exit_code, 1);
  EXPECT_EQ(daemon_->ctl("unlock inet-office").exit_code, 1);
}

TEST_F(Standing, ADamagedDecisionKeepsTheDaemonFromStarting) {
  begin(kZones + kWebFlow);
  ASSERT_EQ(daemon_->ctl("lockdown all").exit_code, 0);
  EXPECT_EQ(daemon_->stop(), 0);
  std::ofstream{daemon_->directory() + "/state/standing.json"} << "{";

  daemon_->start();

  EXPECT_FALSE(daemon_->ready());
  EXPECT_THAT(daemon_->log(), HasSubstr("standing.json' is damaged"));
  EXPECT_FALSE(connect().open());
}

TEST_F(Standing, ARevocationLastsThroughReloadAndRestartUntilThePermitChanges) {
  begin(kZones + kWebFlow);
  Connection stream = connect();
  ASSERT_TRUE(stream.open() && stream.echoes());

  ASSERT_EQ(daemon_->ctl("revoke web").exit_code, 0);

  EXPECT_FALSE(stream.echoes());
  EXPECT_TRUE(daemon_->reload());
  EXPECT_FALSE(connect().open());
  restart();
  EXPECT_FALSE(connect().open());
  EXPECT_EQ(daemon_->ctl("revoke web").exit_code, 1);
  ASSERT_EQ(daemon_->apply(kZones + flow("web", "", "\"tcp/80\"")).exit_code, 0);
  EXPECT_TRUE(connect().open());
}

TEST_F(Standing, EachDecisionIsARevision) {
  begin(kZones + kWebFlow);
  const auto before = status().at("revision").to_number<int>();

  ASSERT_EQ(daemon_->ctl("lockdown all").exit_code, 0);
  ASSERT_EQ(daemon_->ctl("unlock").exit_code, 0);
  ASSERT_EQ(daemon_->ctl("revoke web").exit_code, 0);

  EXPECT_EQ(status().at("revision").to_number<int>(), before + 3);
  const Ran history = daemon_->ctl("history");
  EXPECT_THAT(history.out, HasSubstr("root: lockdown 'all'"));
  EXPECT_THAT(history.out, HasSubstr("root: revoke 'web'"));
}

TEST_F(Standing, AnEndThatComesNearIsRecordedOnce) {
  begin(kZones + R"([[specific_flow]]
id = "soon-over"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/22"]
purpose = "p"
applicant = "a"
approver = "b"
valid_until = )" +
        in_days(5) + "\napproved = " + in_days(-10).substr(0, 10) + "\n");

  EXPECT_TRUE(eventually([&] {
    return daemon_->recorded("expiry", "SEKISHO_PERMIT") == std::vector<std::string>{"soon-over"};
  }));
  restart();
  EXPECT_TRUE(eventually([&] { return daemon_->recorded("start", "MESSAGE").size() == 2; }));
  EXPECT_EQ(daemon_->recorded("expiry", "SEKISHO_PERMIT").size(), 1U);
}

/// Two operators beside root, in the group that may ask the daemon.
class TwoPeople : public Standing {
 protected:
  static constexpr const char* kStandby = R"([[specific_flow]]
id = "maintenance"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/22"]
purpose = "p"
applicant = "a"
approver = "b"
approved = 2026-10-01
valid_until = 2027-03-31T23:59:59+09:00
standby = true
)";

  void SetUp() override {
    Standing::SetUp();
    if (IsSkipped()) {
      return;
    }
    ssh_.emplace(city_->host("mn0"), "10.10.1.5", 22);
    std::ofstream{daemon_->directory() + "/group"} << "root:x:0:\nsekisho:x:7777:\n";
    std::filesystem::permissions(daemon_->directory(), std::filesystem::perms{0755});
    std::filesystem::copy_file(SEKISHO_BIN "/sekishoctl", daemon_->directory() + "/sekishoctl");
    daemon_->write_config(kZones + kStandby);
    daemon_->start({"unshare", "-m", "sh", "-c",
                    "mount --bind " + daemon_->directory() + "/group /etc/group && exec \"$@\"",
                    "sh"});
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }

  [[nodiscard]] Ran as(int uid, const std::string& arguments) const {
    const std::string command = "setpriv --reuid " + std::to_string(uid) +
                                " --regid 7777 --clear-groups " + daemon_->directory() +
                                "/sekishoctl --runtime-dir " + daemon_->directory() + "/run " +
                                arguments + " 2>&1";
    Ran ran;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    for (std::size_t got = 1; got > 0;) {
      got = std::fread(buffer.data(), 1, buffer.size(), pipe);
      ran.out.append(buffer.data(), got);
    }
    const int status = ::pclose(pipe);
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }
  [[nodiscard]] bool connects() const {
    return Connection{city_->host("lg0"), "10.20.3.4", "10.10.1.5", 22}.open();
  }

  std::optional<EchoServer> ssh_;
};

TEST_F(TwoPeople, AGrantIsARequestUntilAnotherApprovesIt) {
  EXPECT_FALSE(connects());
  const Ran asked = as(4001, "grant --like maintenance --for 2h --json");
  ASSERT_EQ(asked.exit_code, 0) << asked.out;
  EXPECT_FALSE(connects());
  const Ran own = as(4001, "approve 1");
  EXPECT_EQ(own.exit_code, 1);
  EXPECT_THAT(own.out, HasSubstr("whoever asked cannot approve"));
  EXPECT_FALSE(connects());

  const Ran approved = as(4002, "approve 1");

  ASSERT_EQ(approved.exit_code, 0) << approved.out;
  EXPECT_TRUE(connects());
  EXPECT_THAT(as(4002, "requests").out, HasSubstr("maintenance"));
  EXPECT_EQ(as(4002, "approve 1").exit_code, 1);  // once
  EXPECT_TRUE(eventually([&] {                    // asked, refused, approved
    return daemon_->recorded("grant", "SEKISHO_PERMIT") ==
           std::vector<std::string>(3, "maintenance");
  }));
}

TEST_F(TwoPeople, AGrantOutlivesARestartAndARevocationEndsIt) {
  ASSERT_EQ(as(4001, "grant --like maintenance --for 2h").exit_code, 0);
  ASSERT_EQ(as(4002, "approve 1").exit_code, 0);
  EXPECT_EQ(daemon_->stop(), 0);
  daemon_->start();
  ASSERT_TRUE(daemon_->ready());
  EXPECT_TRUE(connects());

  ASSERT_EQ(daemon_->ctl("revoke maintenance").exit_code, 0);

  EXPECT_FALSE(connects());
}

TEST_F(TwoPeople, ARequestForNothingOrForTooLongIsRefused) {
  EXPECT_EQ(as(4001, "grant --like moon --for 2h").exit_code, 1);
  EXPECT_EQ(as(4001, "grant --like maintenance --for 32d").exit_code, 2);
  EXPECT_EQ(as(4001, "grant --like maintenance --for 5s").exit_code, 1);
  EXPECT_EQ(as(4001, "grant --like maintenance").exit_code, 2);
  EXPECT_EQ(as(4002, "approve 1").exit_code, 1);
}

TEST_F(TwoPeople, ARequestIsForThePermitAsItWas) {
  ASSERT_EQ(as(4001, "grant --like maintenance --for 2h").exit_code, 0);
  std::string changed = kStandby;
  changed.replace(changed.find("tcp/22"), 6, "tcp/23");
  ASSERT_EQ(daemon_->apply(kZones + changed).exit_code, 0);

  const Ran approved = as(4002, "approve 1");

  EXPECT_EQ(approved.exit_code, 1);
  EXPECT_THAT(approved.out, HasSubstr("not what the request was about"));
}

}  // namespace
}  // namespace sekisho::testing
