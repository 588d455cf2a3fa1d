// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's tables, full: what is established goes on, and people hear of it. Apart from other
// tests, as neighbours are counted for the whole machine.
#include "daemon/daemon_lab.hpp"
#include "storm/connections.hpp"
#include "support/echo.hpp"

#include <algorithm>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FullTables : public DaemonLab {
 protected:
  [[nodiscard]] bool told(const std::string& text) const {
    return eventually(
        [&] {
          return std::ranges::any_of(
              daemon_->recorded("health", "MESSAGE"),
              [&](const auto& message) { return message.find(text) != std::string::npos; });
        },
        std::chrono::seconds{20});
  }
  [[nodiscard]] std::string status() const { return daemon_->ctl("status --json").out; }
};

TEST_F(FullTables, OfConnectionsKeepOutNewOnesAndNoOthers) {
  begin(kZones + flow("web", "", "\"tcp/80\""));
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  const auto connect = [this] {
    return Connection{city_->host("in0"),    "10.30.0.2",
                      "198.51.100.80",       80,
                      Connection::Kind::Tcp, std::chrono::seconds{1}};
  };
  Connection before = connect();
  ASSERT_TRUE(before.echoes());

  EXPECT_GT(fill_connections(city_->appliance()), 1000U);

  EXPECT_FALSE(connect().open());
  EXPECT_TRUE(before.echoes());
  EXPECT_TRUE(told("connections: the connection table is full")) << daemon_->log();
  EXPECT_THAT(status(), HasSubstr("\"degraded\""));
  EXPECT_THAT(
      status(),
      Not(HasSubstr(
          R"({"name":"conntrack drop","meaning":"the connection table was full","packets":0})")));
  EXPECT_TRUE(before.echoes());
  forget_connections(city_->appliance());
  EXPECT_TRUE(told("connections: is well again"));
  EXPECT_TRUE(connect().echoes());
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

TEST_F(FullTables, OfNeighboursLeaveEstablishedConnectionsAlone) {
  begin(kZones + flow("web", "", "\"tcp/80\"") + R"([[flow]]
id = "back"
from = { zone = "cloud" }
to = { zone = "inet-office" }
services = ["udp/9"]
purpose = "neighbours that are not there"
)");
  const EchoServer server{city_->host("sc0"), "2001:db8:80::80", 80};
  Connection before{city_->host("in0"), "fd00:30::2", "2001:db8:80::80", 80};
  ASSERT_TRUE(before.echoes());

  city_->host("sc0").sh(
      "python3 -c \"import socket as s; k=s.socket(s.AF_INET6, s.SOCK_DGRAM); "
      "[k.sendto(b'x', ('fd00:30::a:%x' % i, 9)) for i in range(3000)]\"");

  EXPECT_TRUE(before.echoes());
  EXPECT_TRUE(told("neighbours-v6: the table of neighbours is full")) << daemon_->log();
  EXPECT_TRUE(before.echoes());
  EXPECT_TRUE(told("neighbours-v6: is well again"));
}

}  // namespace
}  // namespace sekisho::testing
