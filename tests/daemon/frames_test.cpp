// SPDX-License-Identifier: GPL-3.0-or-later
// What comes on a wire and is neither IP nor ARP, or carries a tag.
#include "daemon_lab.hpp"

#include <boost/json.hpp>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;

class Frames : public DaemonLab {
 protected:
  /// Sends frames given as scapy expressions from the host behind `wire`.
  void send(const std::string& wire, const std::string& frames) const {
    city_->host(wire).sh("/usr/bin/python3 -c 'from scapy.all import *; sendp([" + frames +
                         "], iface=\"eth0\", verbose=0)' 2>/dev/null");
  }
  /// Packets of violation and summary records from that zone to none, for the reason `invalid`.
  [[nodiscard]] int recorded_from(const std::string& zone) const {
    int packets = 0;
    for (const Sekishod::Record& record : daemon_->records()) {
      const std::string& event = record.at("SEKISHO_EVENT");
      if ((event == "violation" || event == "summary") &&
          record.at("SEKISHO_REASON") == "invalid" && record.at("SEKISHO_SRC_ZONE") == zone &&
          record.at("SEKISHO_DST_ZONE") == "-") {
        packets += std::stoi(record.at("SEKISHO_COUNT"));
      }
    }
    return packets;
  }
};

const std::string kWeb = flow("web", "", "\"udp/80\"");
const std::string kPacket = "IP(src=\"10.30.0.2\",dst=\"198.51.100.80\")/UDP(dport=80)";

TEST_F(Frames, TaggedAndForeignOnesAreDroppedAndRecordedWithTheirZone) {
  begin(kZones + kWeb);

  send("in0", "Ether()/Dot1Q(vlan=0)/" + kPacket + ", Ether()/Dot1Q(vlan=7)/" + kPacket +
                  ", Ether()/Dot1Q(vlan=7)/Dot1Q(vlan=8)/" + kPacket +
                  ", Ether(type=0x88a8)/Raw(b\"x\"*46), Ether(type=0x88b5)/Raw(b\"x\"*46)");

  EXPECT_TRUE(eventually([&] { return recorded_from("inet-office") == 5; }))
      << recorded_from("inet-office") << daemon_->log();
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  EXPECT_THAT(daemon_->ctl("status").out, HasSubstr("invalid"));
}

TEST_F(Frames, AnInterfaceThatAppearsLaterIsWatchedFromThenOn) {
  begin(kZones + kWeb);
  city_->appliance().sh("ip link del in0");
  city_->appliance().sh("ip link add in0 type veth peer name eth0 netns " +
                        city_->host("in0").path() + " && ip link set in0 up");
  city_->host("in0").sh("ip link set eth0 up");

  send("in0", "Ether(type=0x88b5)/Raw(b\"x\"*46)");

  EXPECT_TRUE(eventually([&] { return recorded_from("inet-office") == 1; }))
      << recorded_from("inet-office") << daemon_->log();
}

TEST_F(Frames, ADeletedTableIsMadeAnew) {
  begin(kZones + kWeb);
  city_->appliance().sh("nft delete table netdev sekisho 2>/dev/null; true");

  EXPECT_TRUE(eventually([&] { return daemon_->ctl("verify").exit_code == 0; }));
  EXPECT_THAT(city_->appliance().output("nft list tables"), HasSubstr("netdev sekisho"));
}

TEST_F(Frames, WiresInABridgeAreClosedUntilItIsGone) {
  begin(kZones + flow("web", "", "\"tcp/80\""));
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  const auto web_opens = [&] {
    return Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 80}.open();
  };
  ASSERT_TRUE(web_opens());
  // hosts of two zones on one segment now, past every rule of an inet table
  city_->host("mn0").sh("ip addr add 192.168.7.1/24 dev eth0");
  city_->host("lg0").sh("ip addr add 192.168.7.2/24 dev eth0");
  city_->appliance().sh(
      "ip link add br0 type bridge; ip link set br0 up; "
      "ip link set mn0 master br0; ip link set lg0 master br0");

  ASSERT_TRUE(eventually([&] { return daemon_->recorded("drift", "SEKISHO_IN").size() == 2; },
                         std::chrono::seconds{1}))
      << daemon_->log();

  EXPECT_NE(city_->host("mn0").output("ping -c1 -W1 192.168.7.2").find(" 0 received"),
            std::string::npos);
  EXPECT_THAT(daemon_->ctl("status").out, HasSubstr("interface 'lg0' is closed"));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  EXPECT_TRUE(web_opens());  // of other wires
  city_->appliance().sh("ip link del br0");
  EXPECT_TRUE(eventually([&] { return daemon_->recorded("drift", "SEKISHO_IN").size() == 4; }));
  EXPECT_EQ(daemon_->ctl("status").out.find("is closed"), std::string::npos);
}

TEST_F(Frames, AWireThatWasClosedIsAsItShouldBeWithoutTheDaemonToo) {
  begin(kZones + kWeb);
  city_->appliance().sh("tc qdisc add dev lg0 clsact");
  ASSERT_TRUE(eventually([&] { return !daemon_->recorded("drift", "SEKISHO_IN").empty(); }));
  daemon_->kill();

  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0) << daemon_->ctl("verify").out;

  // and what is done to a wire while nobody is there to close it is told
  city_->appliance().sh("tc qdisc add dev in0 clsact");
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 1);
  EXPECT_THAT(daemon_->ctl("verify").out, HasSubstr("at_in0"));
}

TEST_F(Frames, AWireThatIsLedPastTheRulesAtTheStartIsClosedByTheFirstCommit) {
  city_->appliance().sh("tc qdisc add dev lg0 clsact");
  const auto generation = [this] {
    return boost::json::parse(daemon_->ctl("status --json").out)
        .at("kernel")
        .at("generation")
        .to_number<int>();
  };

  begin(kZones + kWeb);
  const int first = generation();

  EXPECT_TRUE(eventually([&] { return !daemon_->recorded("drift", "SEKISHO_IN").empty(); }));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  EXPECT_THAT(city_->appliance().output("nft list chain netdev sekisho at_lg0"),
              HasSubstr("closed"));
  EXPECT_EQ(generation(), first);
}

}  // namespace
}  // namespace sekisho::testing
