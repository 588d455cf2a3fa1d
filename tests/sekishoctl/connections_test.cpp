// SPDX-License-Identifier: GPL-3.0-or-later
// What diff says would end is what ends, and nothing else does.
#include "appliance.hpp"

#include <algorithm>
#include <memory>
#include <set>

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Kind = Connection::Kind;

const std::string kHost4 = "198.51.100.80";
const std::string kHost6 = "2001:db8:80::80";

std::string eltax(const std::string& services, const std::string& mac) {
  return R"([[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"], macs = [")" +
         mac + R"("] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = [)" +
         services + R"(]
purpose = "tax"
applicant = "A"
approver = "B"
approved = 2026-10-01
valid_until = 2027-09-30T23:59:59+09:00
)";
}

class Endings : public Appliance {
 protected:
  [[nodiscard]] boost::json::value diff(const std::string& config) const {
    return ask("diff " + scratch_.write("new.toml", kZones + config));
  }
  /// "proto dst:dport permit" of each that would end.
  [[nodiscard]] static std::vector<std::string> named(const boost::json::value& document) {
    std::vector<std::string> all;
    for (const auto& one : document.at("connections").as_array()) {
      const auto text = [&one](const char* key) { return std::string{one.at(key).as_string()}; };
      all.push_back(text("proto") + " " + text("dst") + ":" + serialize(one.at("dport")) + " " +
                    text("permit"));
    }
    return all;
  }
  [[nodiscard]] Connection from_office(const std::string& destination, int port,
                                       Kind kind = Kind::Tcp) const {
    const bool v6 = destination.find(':') != std::string::npos;
    return {city_->host("in0"), v6 ? "fd00:30::2" : "10.30.0.2", destination, port, kind};
  }

  Scratch scratch_;
};

TEST_F(Endings, WhatIsNamedEndsWithTheApplyAndNothingElseDoes) {
  const EchoServer plain4{city_->host("sc0"), kHost4, 80};
  const EchoServer plain6{city_->host("sc0"), kHost6, 80};
  const EchoServer secure{city_->host("sc0"), kHost4, 443};
  const EchoServer names{city_->host("sc0"), kHost4, 5353};
  begin(kZones + flow("web", "", R"("tcp/80", "tcp/443", "udp/5353")"));
  std::vector<std::unique_ptr<Connection>> going;
  going.push_back(std::make_unique<Connection>(from_office(kHost4, 80)));
  going.push_back(std::make_unique<Connection>(from_office(kHost6, 80)));
  going.push_back(std::make_unique<Connection>(from_office(kHost4, 5353, Kind::Udp)));
  Connection staying = from_office(kHost4, 443);
  ASSERT_TRUE(staying.echoes());
  for (const auto& one : going) {
    ASSERT_TRUE(one->echoes());
  }
  const std::string narrow = flow("web", "", R"("tcp/443")");

  const auto document = diff(narrow);
  const Spoken text = ctl(words({"diff", scratch_.path() + "/new.toml"}));

  EXPECT_THAT(named(document),
              UnorderedElementsAre("tcp 198.51.100.80:80 web", "tcp 2001:db8:80::80:80 web",
                                   "udp 198.51.100.80:5353 web"));
  EXPECT_EQ(document.at("connections_total").to_number<int>(), 3);
  EXPECT_TRUE(document.at("connections_complete").as_bool());
  EXPECT_THAT(text.out, HasSubstr("x tcp 10.30.0.2:"));
  EXPECT_THAT(text.out, HasSubstr(" -> 198.51.100.80:80 (web) would end\n"));
  EXPECT_THAT(text.out, HasSubstr(" -> [2001:db8:80::80]:80 (web) would end\n"));
  EXPECT_THAT(text.out, Not(HasSubstr(":443 (web)")));
  for (const auto& one : going) {
    EXPECT_TRUE(one->echoes());  // looking has ended nothing
  }
  ASSERT_EQ(daemon_->apply(kZones + narrow).exit_code, 0);
  for (const auto& one : going) {
    EXPECT_FALSE(one->echoes());
  }
  EXPECT_TRUE(staying.echoes());
}

TEST_F(Endings, AnotherPermitThatTakesOverEndsNothing) {
  const EchoServer server{city_->host("sc0"), kHost4, 80};
  begin(kZones + flow("web", "", R"("tcp/80")"));
  Connection web = from_office(kHost4, 80);
  ASSERT_TRUE(web.echoes());
  const std::string other = flow("other", "\"198.51.100.0/24\"", R"("tcp/1-1024")");

  const auto document = diff(other);

  EXPECT_THAT(named(document), IsEmpty());
  ASSERT_EQ(daemon_->apply(kZones + other).exit_code, 0);
  EXPECT_TRUE(web.echoes());
}

TEST_F(Endings, TheHardwareAddressThatAPermitBindsIsLookedAt) {
  const std::string mac = "02:00:00:14:03:04";
  const EchoServer server{city_->host("mn0"), "10.10.1.5", 443};
  begin(kZones + eltax(R"("tcp/443")", mac));
  Connection tax{city_->host("lg0"), "10.20.3.4", "10.10.1.5", 443};
  ASSERT_TRUE(tax.echoes()) << daemon_->log();

  const auto more_services = diff(eltax(R"("tcp/443", "tcp/8443")", mac));
  const auto other_mac = diff(eltax(R"("tcp/443")", "02:00:00:14:03:99"));

  EXPECT_THAT(named(more_services), IsEmpty());
  EXPECT_THAT(named(other_mac), ElementsAre("tcp 10.10.1.5:443 eltax"));
  ASSERT_EQ(daemon_->apply(kZones + eltax(R"("tcp/443", "tcp/8443")", mac)).exit_code, 0);
  EXPECT_TRUE(tax.echoes());
  ASSERT_EQ(daemon_->apply(kZones + eltax(R"("tcp/443")", "02:00:00:14:03:99")).exit_code, 0);
  EXPECT_FALSE(tax.echoes());
}

TEST_F(Endings, PingsAndTheAppliancesOwnConnectionsHaveTheirLine) {
  const std::string ntp = R"([[self_flow]]
id = "ntp"
to = { zone = "cloud", hosts = ["203.0.113.53"] }
services = ["udp/123"]
purpose = "time"
)";
  const EchoServer server{city_->host("sc0"), "203.0.113.53", 123};
  begin(kZones + flow("ping", "", R"("icmp/echo-request")") + ntp);
  city_->host("in0").sh("ping -c 1 -W 2 " + kHost4 + " > /dev/null");
  Connection own{city_->appliance(), "203.0.113.2", "203.0.113.53", 123, Kind::Udp};
  ASSERT_TRUE(own.echoes());

  const auto document = diff("");

  EXPECT_THAT(named(document),
              UnorderedElementsAre("icmp 198.51.100.80:null ping", "udp 203.0.113.53:123 ntp"));
  EXPECT_THAT(ctl(words({"diff", scratch_.path() + "/new.toml"})).out,
              HasSubstr("x icmp 10.30.0.2 -> 198.51.100.80 (ping) would end\n"));
}

TEST_F(Endings, ManyAreCountedAndAHundredNamed) {
  begin(kZones + flow("dns", "", R"("udp/53")"));
  // each to another host: the kernel may choose one source port twice
  city_->host("in0").sh("bash -c 'for i in {1..150}; do echo x > /dev/udp/198.51.100.$i/53; done'");
  const auto entries = [this] { return diff("").at("connections_total").to_number<int>(); };
  ASSERT_TRUE(eventually([&] { return entries() == 150; })) << entries();

  const auto document = diff("");

  std::set<std::string> hosts;
  for (const auto& one : document.at("connections").as_array()) {
    hosts.insert(serialize(one.at("dst")));
  }
  EXPECT_EQ(document.at("connections").as_array().size(), 100U);
  EXPECT_EQ(hosts.size(), 100U);
  EXPECT_THAT(ctl(words({"diff", scratch_.path() + "/new.toml"})).out,
              HasSubstr("x and 50 more\n"));
}

TEST_F(Endings, WhatHasEndedAlreadyIsNotNamed) {
  begin(kZones + flow("dns", "", R"("udp/53")"));
  city_->host("in0").sh("bash -c 'echo x > /dev/udp/" + kHost4 + "/53'");
  ASSERT_EQ(daemon_->apply(kZones + flow("web", "", R"("tcp/80")")).exit_code, 0);

  EXPECT_THAT(named(diff("")), IsEmpty());
}

TEST_F(Endings, WithoutTheDaemonTheyAreNotKnownAndTheRestIsSaid) {
  begin(kZones + flow("web", "", R"("tcp/80")"));
  daemon_->stop();

  const auto document = diff("");
  const Spoken text = ctl(words({"diff", scratch_.path() + "/new.toml"}));

  EXPECT_TRUE(document.at("connections").is_null());
  EXPECT_TRUE(document.at("connections_total").is_null());
  EXPECT_EQ(document.at("less").as_array().size(), 1U);
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.err, HasSubstr("which connections would end is not known"));
  EXPECT_THAT(text.out, HasSubstr("- "));
}

}  // namespace
}  // namespace sekisho::testing
