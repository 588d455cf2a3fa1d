// SPDX-License-Identifier: GPL-3.0-or-later
// Every drop is in a record, whatever happens to the daemon meanwhile.
#include "daemon_lab.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>

namespace sekisho::testing {
namespace {

using ::testing::Contains;

class Records : public DaemonLab {
 protected:
  /// One datagram from the My Number zone to the cloud.
  void knock(int times = 1) const {
    city_->host("mn0").sh("bash -c 'for i in $(seq " + std::to_string(times) +
                          "); do echo x > /dev/udp/198.51.100.80/9999; done'");
  }

  [[nodiscard]] pid_t pid_of(std::string_view role) const {
    boost::system::error_code error;
    const auto status = boost::json::parse(daemon_->ctl("status --json").out, error);
    if (error || status.as_object().if_contains("processes") == nullptr) {
      return 0;
    }
    for (const auto& row : status.at("processes").as_array()) {
      if (row.at("role").as_string() == role) {
        return row.at("pid").to_number<pid_t>();
      }
    }
    return 0;
  }
  [[nodiscard]] bool is_replaced(std::string_view role, pid_t before) const {
    return eventually(
        [&] {
          const pid_t after = pid_of(role);
          return after > 0 && after != before;
        },
        std::chrono::seconds{40});
  }
};

TEST_F(Records, ADropIsRecordedWithItsPlaceAndReason) {
  begin(kZones);

  knock();

  ASSERT_TRUE(eventually([this] {
    const auto ports = daemon_->recorded("violation", "SEKISHO_DPORT");
    return std::ranges::find(ports, "9999") != ports.end();
  })) << daemon_->log();
  const std::map<const char*, const char*> expected{{"SEKISHO_REASON", "cross_zone"},
                                                    {"SEKISHO_CLAUSE", "6(3)①"},
                                                    {"SEKISHO_VERDICT", "deny"},
                                                    {"SEKISHO_SRC_ZONE", "jumin"},
                                                    {"SEKISHO_DST_ZONE", "cloud"},
                                                    {"SEKISHO_ORGAN", "mayor"},
                                                    {"SEKISHO_SRC", "10.10.1.5"},
                                                    {"SEKISHO_DST", "198.51.100.80"},
                                                    {"SEKISHO_PROTO", "udp"},
                                                    {"SEKISHO_DPORT", "9999"},
                                                    {"SEKISHO_IN", "mn0"},
                                                    {"SEKISHO_OUT", "sc0"},
                                                    {"SEKISHO_SRC_MAC", "02:00:00:0a:01:05"},
                                                    {"SEKISHO_COUNT", "1"},
                                                    {"PRIORITY", "4"}};
  for (const auto& [name, value] : expected) {
    EXPECT_THAT(daemon_->recorded("violation", name), Contains(value)) << name;
  }
  EXPECT_TRUE(balanced());
}

TEST_F(Records, SumsEqualTheKernelsCountersUnderAFlood) {
  begin(kZones);

  city_->host("mn0").sh(
      "python3 -c \"import socket; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
      "[s.sendto(b'x', ('198.51.100.80', 1000 + i % 5000)) for i in range(20000)]\"");

  EXPECT_TRUE(balanced()) << sums_text();
  EXPECT_GE(kernel_sums()["jumin>cloud cross_zone"], 20000U);
  EXPECT_THAT(daemon_->recorded("summary", "SEKISHO_REASON"), Contains("cross_zone"));
}

TEST_F(Records, DropsWhileTheDaemonIsAwayAreSummedWhenItIsBack) {
  begin(kZones);
  knock();
  ASSERT_TRUE(balanced());
  daemon_->kill();

  knock(7);
  daemon_->start();
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();

  EXPECT_TRUE(balanced()) << sums_text();
}

TEST_F(Records, EveryRoleMayDieAndComesBack) {
  begin(kZones);
  for (const char* role : {"watch", "recorder", "desk"}) {
    const pid_t before = pid_of(role);
    ASSERT_GT(before, 0) << role << daemon_->log();

    ::kill(before, SIGKILL);

    EXPECT_TRUE(is_replaced(role, before)) << role;
    knock();
    EXPECT_TRUE(balanced()) << role << daemon_->log();
  }
}

TEST_F(Records, RolesThatHangAreEndedAndComeBack) {
  begin(kZones);
  using Roles = std::vector<std::string>;
  for (const Roles& together : {Roles{"watch", "desk"}, Roles{"recorder"}}) {
    std::map<std::string, pid_t> before;
    for (const std::string& role : together) {
      before[role] = pid_of(role);
      ASSERT_GT(before[role], 0) << role << daemon_->log();
    }

    for (const auto& [role, pid] : before) {
      ::kill(pid, SIGSTOP);
    }

    for (const auto& [role, pid] : before) {
      EXPECT_TRUE(is_replaced(role, pid)) << role;
    }
    knock();
    EXPECT_TRUE(balanced()) << daemon_->log();
  }
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), Contains("desk: hung and was ended"));
}

TEST_F(Records, NumbersHaveNoGapsOverLives) {
  begin(kZones);
  knock();
  ASSERT_TRUE(balanced());
  daemon_->stop();
  daemon_->start();
  ASSERT_TRUE(daemon_->ready());
  daemon_->stop();

  std::uint64_t expected = 0;
  for (Sekishod::Record& record : daemon_->records()) {
    EXPECT_EQ(record["SEKISHO_SEQ"], std::to_string(++expected));
  }
  EXPECT_EQ(daemon_->recorded("stop", "SEKISHO_SEQ").size(), 2U) << daemon_->log();
}

TEST_F(Records, ATableMadeAnewBesideTheOtherCountsNothingTwice) {
  city_->appliance().sh("nft add table netdev sekisho");  // plain, so that others can delete it
  begin(kZones);
  knock(5);
  ASSERT_TRUE(balanced());

  city_->appliance().sh("nft delete table netdev sekisho");

  ASSERT_TRUE(eventually([this] { return !daemon_->recorded("drift", "MESSAGE").empty(); }));
  knock();
  EXPECT_TRUE(eventually([this] { return record_sums()["jumin>cloud cross_zone"] >= 6; }));
  EXPECT_TRUE(balanced()) << ::testing::PrintToString(record_sums());
}

TEST_F(Records, ThePacketsTableMadeAnewBesideTheFramesCountsNothingTwice) {
  city_->appliance().sh("nft add table inet sekisho");  // plain, so that others can delete it
  begin(kZones);
  const std::string frames =
      "/usr/bin/python3 -c 'from scapy.all import *; sendp([Ether(type=0x88b5)/Raw(b\"x\"*46)]*4, "
      "iface=\"eth0\", verbose=0)' 2>/dev/null";
  city_->host("mn0").sh(frames);
  knock(5);
  ASSERT_TRUE(eventually([this] {
    return record_sums()["jumin>- invalid"] == 4 && record_sums()["jumin>cloud cross_zone"] == 5;
  })) << daemon_->log();

  city_->appliance().sh("nft delete table inet sekisho");

  ASSERT_TRUE(eventually([this] { return !daemon_->recorded("drift", "MESSAGE").empty(); }));
  city_->host("mn0").sh(frames);
  knock();
  EXPECT_TRUE(eventually([this] {
    return record_sums()["jumin>- invalid"] == 8 && record_sums()["jumin>cloud cross_zone"] == 6;
  })) << ::testing::PrintToString(record_sums());
}

TEST_F(Records, AfterABootTheSumsBeginAnewWhoeverMadeTheTables) {
  std::string zones = kZones;
  zones.replace(zones.find("\"200ms\""), 7, "\"200ms\"\nmax_records = 1");
  const auto knock_at = [this](const std::string& ports) {
    city_->host("mn0").sh("bash -c 'for port in " + ports +
                          "; do echo x > /dev/udp/198.51.100.80/$port; done'");
  };
  const auto crossed = [this] { return record_sums()["jumin>cloud cross_zone"]; };
  begin(zones);
  knock_at("{1001..1020}");
  ASSERT_TRUE(eventually([&] { return crossed() == 20; }));
  daemon_->kill();
  // what a boot leaves: no tables, another number of the boot, and the rules of before the network
  city_->appliance().sh("nft delete table inet sekisho; nft delete table netdev sekisho");
  std::ofstream{daemon_->directory() + "/state/clock.json"} << R"({"seen":0,"boot":"another"})"
                                                            << '\n';
  city_->appliance().sh(SEKISHO_BIN "/sekishod --close --config " + daemon_->directory() +
                        "/sekisho.toml --state-dir " + daemon_->directory() + "/state");

  begin(zones);
  knock_at("{2001..2005}");

  EXPECT_TRUE(eventually([&] { return crossed() == 25; })) << crossed();
}

}  // namespace
}  // namespace sekisho::testing
