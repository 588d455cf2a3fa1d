// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's own records of real packets, and what is read of them.
#include "nflog/wires.hpp"

#include <gmock/gmock.h>

namespace sekisho::nflog {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;

TEST_F(KernelLog, SaysEverythingOfADatagram) {
  peer_->sh("bash -c 'echo hello >/dev/udp/10.0.0.1/1433'");

  Drop expected = from_peer(0x00020106, AF_INET);
  expected.dst = *net::Address::parse("10.0.0.1");
  expected.protocol = IPPROTO_UDP;
  expected.dport = 1433;
  expected.bytes = 20 + 8 + 6;
  const Drop drop = next(0x00020106);
  EXPECT_NE(drop.sport, 0);
  expected.sport = drop.sport;
  EXPECT_EQ(drop, expected);
}

TEST_F(KernelLog, SaysEverythingOfADatagramInIPv6) {
  peer_->sh("bash -c 'echo hello >/dev/udp/fd00::1/1433'");

  Drop expected = from_peer(0x00020106, AF_INET6);
  expected.dst = *net::Address::parse("fd00::1");
  expected.protocol = IPPROTO_UDP;
  expected.dport = 1433;
  expected.bytes = 40 + 8 + 6;
  const Drop drop = next(0x00020106);
  EXPECT_NE(drop.sport, 0);
  expected.sport = drop.sport;
  EXPECT_EQ(drop, expected);
}

TEST_F(KernelLog, APacketIsLongerThanWhatIsKeptOfIt) {
  peer_->sh("ping -q -c 1 -W 0.1 -s 1200 10.0.0.1 >/dev/null || true");

  Drop expected = from_peer(0x00020106, AF_INET);
  expected.dst = *net::Address::parse("10.0.0.1");
  expected.protocol = IPPROTO_ICMP;
  expected.bytes = 20 + 8 + 1200;
  EXPECT_EQ(next(0x00020106), expected);
}

TEST_F(KernelLog, TheLongestPacketIsReadWhereTheRuleHasNoLimit) {
  fw_->run([] { send_udp(9996, 3, 65507); });

  const auto drops = wait(3);

  EXPECT_THAT(drops, Each(AllOf(Field(&Drop::word, 0x00000996U), Field(&Drop::dport, 9996),
                                Field(&Drop::bytes, 65535U))));
}

TEST_F(KernelLog, AForwardedPacketHasBothInterfaces) {
  peer_->sh(
      "timeout 0.2 bash -c 'exec 3<>/dev/tcp/10.0.1.2/443' 2>/dev/null;"
      "ping -q -c 1 -W 0.1 fd00:1::2 >/dev/null || true");

  const auto drops = wait([](const std::vector<Drop>& all) {
    const auto has = [&](int protocol) {
      return std::ranges::any_of(all, [&](const Drop& d) { return d.protocol == protocol; });
    };
    return has(IPPROTO_TCP) && has(IPPROTO_ICMPV6);
  });

  EXPECT_THAT(drops, Contains(AllOf(Field(&Drop::word, 0x00030201U), Field(&Drop::in, w0_),
                                    Field(&Drop::out, w1_), Field(&Drop::dport, 443),
                                    Field(&Drop::dst, *net::Address::parse("10.0.1.2")),
                                    Field(&Drop::bytes, 60U))));
  EXPECT_THAT(drops, Contains(AllOf(Field(&Drop::word, 0x00030201U), Field(&Drop::in, w0_),
                                    Field(&Drop::out, w1_), Field(&Drop::dport, 0),
                                    Field(&Drop::dst, *net::Address::parse("fd00:1::2")),
                                    Field(&Drop::bytes, 40U + 8U + 56U))));
}

TEST_F(KernelLog, APacketOfItsOwnHasOnlyAnInterfaceToLeaveBy) {
  fw_->run([] { send_udp(9999, 1); });

  const Drop drop = next(0x00000999);

  EXPECT_EQ(drop.in, 0U);
  EXPECT_EQ(drop.out, w1_);
  EXPECT_FALSE(drop.src_mac);
  EXPECT_EQ(drop.src.str(), "10.0.1.1");
  EXPECT_EQ(drop.dport, 9999);
}

TEST_F(KernelLog, FragmentsAfterTheFirstHaveNoPorts) {
  scapy(
      "fragment(IP(src='10.0.0.2', dst='10.0.0.1') / UDP(sport=7, dport=9) / Raw(bytes(2000)),"
      " fragsize=1000)");

  const auto drops = wait(3);

  ASSERT_EQ(drops.size(), 3U);
  EXPECT_THAT(drops, Each(AllOf(Field(&Drop::word, 0x00000401U), Field(&Drop::in, w0_),
                                Field(&Drop::protocol, IPPROTO_UDP))));
  EXPECT_THAT(std::vector({drops[0].dport, drops[1].dport, drops[2].dport}),
              ::testing::ElementsAre(9, 0, 0));
  EXPECT_THAT(std::vector({drops[0].bytes, drops[1].bytes, drops[2].bytes}),
              ::testing::ElementsAre(1020, 1020, 28));
}

TEST_F(KernelLog, ExtensionHeadersAreWalkedToTheFragment) {
  scapy(
      "[IPv6(src='fd00::2', dst='fd00::1') / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() /"
      " IPv6ExtHdrFragment(offset=o, m=1, id=1) / UDP(sport=7, dport=9, len=64, chksum=1) /"
      " Raw(bytes(56)) for o in (0, 8)]");

  const auto has = [](const Drop& drop) { return drop.word == 0x00000402; };
  auto drops = wait([&](const auto& all) { return std::ranges::count_if(all, has) == 2; });
  std::erase_if(drops, [&](const Drop& drop) { return !has(drop); });

  ASSERT_EQ(drops.size(), 2U);
  EXPECT_THAT(drops, Each(AllOf(Field(&Drop::protocol, IPPROTO_UDP), Field(&Drop::in, w0_),
                                Field(&Drop::src, *net::Address::parse("fd00::2")),
                                Field(&Drop::bytes, 40U + 24U + 64U))));
  EXPECT_EQ(drops[0].dport, 9);
  EXPECT_EQ(drops[1].dport, 0);
}

TEST_F(KernelLog, IPv4OptionsStandBeforeThePorts) {
  scapy(
      "[IP(src='10.0.0.2', dst='10.0.0.1', options=[IPOption(b'\\x94\\x04\\x00\\x00')]) /"
      " UDP(sport=7, dport=4000)]");

  const Drop drop = next(0x00000400);

  EXPECT_EQ(drop.sport, 7);
  EXPECT_EQ(drop.dport, 4000);
  EXPECT_EQ(drop.bytes, 24U + 8U);
}

TEST_F(KernelLog, TheIngressHookKnowsTheEthertype) {
  scapy(
      "[IP(src='10.0.0.2', dst='10.0.0.1') / UDP(sport=7, dport=5000),"
      " ARP(op=2, hwsrc='02:00:00:00:00:02', psrc='10.0.0.2')]");

  const auto drops = wait(2);

  Drop arp;
  arp.word = 0x00000501;
  arp.in = w0_;
  arp.src_mac = net::Mac::parse("02:00:00:00:00:02");
  ASSERT_GE(drops.size(), 2U);
  EXPECT_THAT(drops, Contains(AllOf(Field(&Drop::word, 0x00000500U), Field(&Drop::dport, 5000),
                                    Field(&Drop::src_mac, arp.src_mac), Field(&Drop::in, w0_))));
  EXPECT_THAT(drops, Contains(arp));
}

}  // namespace
}  // namespace sekisho::nflog
