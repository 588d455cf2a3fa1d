// SPDX-License-Identifier: GPL-3.0-or-later
// What is read of packets, whole, cut and malformed.
#include "nflog/packet.hpp"

#include "nflog/records.hpp"

#include <gtest/gtest.h>

namespace sekisho::nflog {
namespace {

Drop read(std::uint16_t ethertype, const Bytes& packet) {
  return on_exact_copy(packet, [&](ByteView bytes) {
    Drop drop;
    read_packet(ethertype, bytes, drop);
    return drop;
  });
}
Drop read4(const Bytes& packet) {
  return read(kEthertypeV4, packet);
}
Drop read6(const Bytes& packet) {
  return read(kEthertypeV6, packet);
}

/// 40 bytes, then what `next` (two hexadecimal digits) begins.
Bytes v6(const std::string& next, const Bytes& content) {
  const auto length = static_cast<std::uint16_t>(content.size());
  Bytes bytes = hex("60000000 0000 " + next + " 40") + hex("fd000001000000000000000000000005") +
                hex("fd000002000000000000000000000009") + content;
  bytes[4] = static_cast<std::uint8_t>(length >> 8U);
  bytes[5] = static_cast<std::uint8_t>(length);
  return bytes;
}
/// 1000 > 1433, as UDP has it.
Bytes ports() {
  return hex("03e8 0599 0008 0000");
}

TEST(PacketV4, OptionsStandBeforeThePorts) {
  const Drop drop =
      read4(hex("4700 0024 0000 0000 40 11 0000 0a140105 0a1e0209 94040000 01010101") + ports());

  EXPECT_EQ(drop.sport, 1000);
  EXPECT_EQ(drop.dport, 1433);
  EXPECT_EQ(drop.bytes, 36U);
}

TEST(PacketV4, OptionsThatAreCutHideThePortsOnly) {
  const Drop drop = read4(hex("4f00 0054 0000 0000 40 11 0000 0a140105 0a1e0209 94040000"));

  EXPECT_EQ(drop.dst.str(), "10.30.2.9");
  EXPECT_EQ(drop.protocol, IPPROTO_UDP);
  EXPECT_EQ(drop.dport, 0);
  EXPECT_EQ(drop.bytes, 84U);
}

TEST(PacketV4, LaterFragmentsHaveNoPorts) {
  const Bytes first_one = hex("4500 001c 0001 2000 40 11 0000 0a140105 0a1e0209") + ports();
  const Bytes later = hex("4500 001c 0001 2001 40 11 0000 0a140105 0a1e0209") + ports();
  const Bytes last = hex("4500 001c 0001 1fff 40 11 0000 0a140105 0a1e0209") + ports();

  EXPECT_EQ(read4(first_one).dport, 1433);
  for (const Bytes& packet : {later, last}) {
    const Drop drop = read4(packet);
    EXPECT_EQ(drop.protocol, IPPROTO_UDP);
    EXPECT_EQ(drop.sport + drop.dport, 0);
  }
}

TEST(PacketV4, PortsAreOfFiveProtocols) {
  std::vector<int> with_ports;
  for (int protocol = 0; protocol < 256; ++protocol) {
    Bytes packet = hex("4500 001c 0001 0000 40 00 0000 0a140105 0a1e0209") + ports();
    packet[9] = static_cast<std::uint8_t>(protocol);
    const Drop drop = read4(packet);
    EXPECT_TRUE(drop.sport == 1000 ? drop.dport == 1433 : drop.sport + drop.dport == 0) << protocol;
    if (drop.sport != 0) {
      with_ports.push_back(drop.protocol);
    }
  }

  EXPECT_EQ(with_ports, (std::vector{6, 17, 33, 132, 136}));
}

TEST(PacketV4, PortsBehindTheAnnouncedLengthAreNone) {
  EXPECT_EQ(read4(hex("4500 0017 0001 0000 40 11 0000 0a140105 0a1e0209") + ports()).dport, 0);
  EXPECT_EQ(read4(hex("4500 0018 0001 0000 40 11 0000 0a140105 0a1e0209") + ports()).dport, 1433);
}

TEST(PacketV4, AHeaderThatDoesNotHoldTogetherSaysNothing) {
  for (const char* text : {
           "6500 001c 0001 0000 40 11 0000 0a140105 0a1e0209 03e80599",  // version
           "4400 001c 0001 0000 40 11 0000 0a140105 0a1e0209 03e80599",  // header length
           "4000 001c 0001 0000 40 11 0000 0a140105 0a1e0209 03e80599",
           "4500 0013 0001 0000 40 11 0000 0a140105 0a1e0209 03e80599",  // total length
           "4600 0017 0001 0000 40 11 0000 0a140105 0a1e0209 03e80599",
           "4500 001c 0001 0000 40 11 0000 0a140105 0a1e02",  // cut
       }) {
    EXPECT_EQ(read4(hex(text)), Drop{}) << text;
  }
}

TEST(PacketV6, ExtensionHeadersAreWalked) {
  const Bytes hop = hex("2b 00 0104 00000000");                   // then routing
  const Bytes routing = hex("3c 02 00 00 00000000") + Bytes(16);  // then destination
  const Bytes destination = hex("2c 00 0104 00000000");           // then fragment
  const Bytes fragment = hex("33 00 0001 00000001");              // the first; then AH
  const Bytes authentication = hex("11 04 0000") + Bytes(20);     // then UDP
  const Bytes content = hop + routing + destination + fragment + authentication + ports();

  const Drop drop = read6(v6("00", content));

  EXPECT_EQ(drop.protocol, IPPROTO_UDP);
  EXPECT_EQ(drop.sport, 1000);
  EXPECT_EQ(drop.dport, 1433);
  EXPECT_EQ(drop.bytes, 40U + content.size());
}

TEST(PacketV6, LaterFragmentsHaveNoPorts) {
  for (const char* offset : {"0008", "0009", "fff8", "0100"}) {
    const Drop drop = read6(v6("2c", hex(std::string{"11 00 "} + offset + " 00000001") + ports()));

    EXPECT_EQ(drop.protocol, IPPROTO_UDP) << offset;
    EXPECT_EQ(drop.sport, 0) << offset;
    EXPECT_EQ(drop.dport, 0) << offset;
  }
}

TEST(PacketV6, AReservedBitMakesNoLaterFragment) {
  EXPECT_EQ(read6(v6("2c", hex("11 00 0006 00000001") + ports())).dport, 1433);
}

TEST(PacketV6, AChainThatIsCutNamesTheHeaderThatIsNotThere) {
  const Bytes hop = hex("2b 00 0104 00000000");

  const Drop cut_behind = read6(v6("00", hop));
  const Drop cut_within = read6(v6("00", hop + hex("3c 00 0000")));
  const Drop too_long = read6(v6("00", hex("11 ff 0104 00000000") + ports()));

  EXPECT_EQ(cut_behind.protocol, IPPROTO_ROUTING);
  EXPECT_EQ(cut_within.protocol, IPPROTO_ROUTING);
  EXPECT_EQ(too_long.protocol, IPPROTO_UDP);
  EXPECT_EQ(too_long.dport, 0);
}

TEST(PacketV6, AnEndlessChainIsLeft) {
  Bytes content;
  for (int i = 0; i < 1000; ++i) {
    content = std::move(content) + hex("3c 00 0104 00000000");
  }

  const Drop drop = read6(v6("3c", content + hex("11 00 0104 00000000") + ports()));

  EXPECT_EQ(drop.protocol, IPPROTO_DSTOPTS);
  EXPECT_EQ(drop.dport, 0);
}

TEST(PacketV6, HeadersThatAreNoExtensionEndTheChain) {
  for (const int next : {50, 58, 59, 89, 255}) {
    Bytes packet = v6("00", ports() + ports());
    packet[6] = static_cast<std::uint8_t>(next);

    EXPECT_EQ(read6(packet).protocol, next);
    EXPECT_EQ(read6(packet).sport, 0);
  }
}

TEST(PacketV6, PortsBehindTheAnnouncedLengthAreNone) {
  Bytes packet = v6("11", ports());

  packet[5] = 3;

  EXPECT_EQ(read6(packet).dport, 0);
  EXPECT_EQ(read6(packet).bytes, 43U);
}

TEST(PacketV6, AHeaderThatDoesNotHoldTogetherSaysNothing) {
  Bytes wrong_version = v6("11", ports());
  wrong_version[0] = 0x45;

  EXPECT_EQ(read6(wrong_version), Drop{});
  EXPECT_EQ(read6(first(v6("11", ports()), 39)), Drop{});
}

TEST(Packet, OfAnotherEthertypeSaysNothing) {
  EXPECT_EQ(read(0x8100, tcp4()), Drop{});
  EXPECT_EQ(read(0, tcp4()), Drop{});
}

TEST(Packet, OfNoBytesSaysNothing) {
  EXPECT_EQ(read4({}), Drop{});
  EXPECT_EQ(read6({}), Drop{});
}

TEST(Packet, CutAnywhereIsReadWithinItsBytes) {
  const Bytes chain = v6("00", hex("2c 00 0104 00000000") + hex("33 00 0001 00000001") +
                                   hex("06 04 0000") + Bytes(20) + ports());
  for (std::size_t length = 0; length <= chain.size(); ++length) {
    EXPECT_EQ(read6(first(chain, length)).dport, length >= chain.size() - 4 ? 1433 : 0) << length;
  }
}

}  // namespace
}  // namespace sekisho::nflog
