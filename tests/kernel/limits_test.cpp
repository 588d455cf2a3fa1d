// SPDX-License-Identifier: GPL-3.0-or-later
// How full the kernel's tables are, and what it drops by itself: as the kernel tells it, and as no
// kernel would.
#include "kernel/limits.hpp"

#include "kernel/losses.hpp"
#include "kernel/owned.hpp"
#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace sekisho::kernel {
namespace {

class Limits : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
  }
  [[nodiscard]] ConnectionTable connections() const {
    ConnectionTable table;
    ns_->run([&table] {
      const auto read = connection_table();
      ASSERT_TRUE(read) << read.error().text();
      table = *read;
    });
    return table;
  }

  std::optional<testing::NetNs> ns_;
};

TEST_F(Limits, OfConnectionsAreTheNamespacesOwn) {
  EXPECT_EQ(connections().entries, 0U);
  EXPECT_GT(connections().most, 0U);

  ns_->sh(
      "nft 'add table inet t; add chain inet t c { type filter hook output priority 0; }; "
      "add rule inet t c ct state new counter'; "
      "bash -c 'for port in 7001 7002 7003; do echo x > /dev/udp/127.0.0.1/$port; done'");

  EXPECT_EQ(connections().entries, 3U);
  EXPECT_EQ(connections().dropped, 0U);
}

TEST_F(Limits, OfNeighboursAreOneForEachFamily) {
  std::vector<NeighbourTable> tables;
  ns_->run([&tables] { tables = neighbour_tables().value(); });

  ASSERT_EQ(tables.size(), 2U);
  EXPECT_NE(tables[0].family, tables[1].family);
  EXPECT_GT(tables[0].most, 0U);
  EXPECT_GT(tables[1].most, 0U);
}

TEST_F(Limits, LossesAreOfTheNamespaceAndGrow) {
  const auto lost = [this](const std::string& name) {
    std::vector<Loss> all;
    ns_->run([&all] { all = losses(); });
    const auto found = std::ranges::find(all, name, &Loss::name);
    EXPECT_NE(found, all.end()) << name;
    return found == all.end() ? 0 : found->packets;
  };
  ns_->sh(
      "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; "
      "ip addr add 10.0.0.1/24 dev v0");
  EXPECT_EQ(lost("Ip InHdrErrors"), 0U);
  EXPECT_EQ(lost("Ip6ReasmFails"), 0U);

  // an IPv4 frame that says that it is longer than it is, and one of no version
  ns_->sh(
      "python3 -c \"import socket as s; k=s.socket(s.AF_PACKET, s.SOCK_RAW); k.bind(('v1', 0)); "
      "[k.send(b'\\xff'*6 + b'\\x02'*6 + b'\\x08\\x00' + v + bytes(40)) for v in "
      "(b'\\x75', b'\\x65')]\"");

  EXPECT_EQ(lost("Ip InHdrErrors"), 2U);
}

Message message(std::uint16_t type, ByteView payload) {
  return {type, 0, 1, payload};
}

TEST(LimitsDecoded, IgnoreWhatIsNoSuchMessageOrIsCutOff) {
  constexpr std::uint16_t kCounts = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET_STATS_CPU;
  // nfgenmsg, then CTA_STATS_DROP = 7
  const std::vector<std::uint8_t> bytes{0, 0, 0, 0, 8, 0, CTA_STATS_DROP, 0, 0, 0, 0, 7};
  ConnectionTable table;

  add_connection_counts(message(kCounts, bytes), table);
  add_connection_counts(message(kCounts, bytes), table);
  add_connection_counts(message(kCounts + 1, bytes), table);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    add_connection_counts(message(kCounts, ByteView{bytes}.first(size)), table);
    set_connection_limits(message(kCounts, ByteView{bytes}.first(size)), table);
    EXPECT_FALSE(decode_neighbour_table(message(RTM_NEWNEIGHTBL, ByteView{bytes}.first(size))));
  }

  EXPECT_EQ(table.dropped, 14U);
  EXPECT_EQ(table.most, 0U);
}

TEST(LossesRead, ValuesByGroupAndName) {
  const std::string text =
      "Ip: Forwarding ReasmFails\nIp: 1 17\nIcmp: InMsgs\nIcmp: 4\nIpExt: ReasmFails\nIpExt: 5\n";

  EXPECT_EQ(value_in_groups(text, "Ip", "ReasmFails"), 17U);
  EXPECT_EQ(value_in_groups(text, "IpExt", "ReasmFails"), 5U);
  EXPECT_EQ(value_in_groups(text, "Ip", "InMsgs"), std::nullopt);
  EXPECT_EQ(value_in_groups(text, "Tcp", "InMsgs"), std::nullopt);
  EXPECT_EQ(value_in_groups("Ip: A B\nIp: 1\n", "Ip", "B"), std::nullopt);
  EXPECT_EQ(value_in_groups("Ip: A", "Ip", "A"), std::nullopt);
  EXPECT_EQ(value_in_groups("", "Ip", "A"), std::nullopt);
}

TEST(LossesRead, ValuesByLineAndColumn) {
  EXPECT_EQ(value_in_lines("Ip6InReceives   \t3\nIp6InNoRoutes 12\n", "Ip6InNoRoutes"), 12U);
  EXPECT_EQ(value_in_lines("Ip6InNoRoutes x\n", "Ip6InNoRoutes"), std::nullopt);
  EXPECT_EQ(value_in_lines("", "Ip6InNoRoutes"), std::nullopt);
  EXPECT_EQ(sum_of_column("0000000f 00000002\n00000375 00000010\n", 1), 18U);
  EXPECT_EQ(sum_of_column("names not numbers\n00000375 00000010\n", 1), 16U);
  EXPECT_EQ(sum_of_column("1 2\n", 5), std::nullopt);
}

}  // namespace
}  // namespace sekisho::kernel
