// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/drop.hpp"
#include "nflog/records.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sekisho::nflog {
namespace {

std::optional<Drop> decoded(const Bytes& record) {
  return on_exact_copy(record, [](ByteView bytes) { return decode(bytes); });
}

Drop whole4() {
  Drop drop;
  drop.word = 0x00020106;
  drop.in = 7;
  drop.out = 9;
  drop.src_mac = net::Mac::parse("02:00:00:0a:01:05");
  drop.src = *net::Address::parse("10.20.1.5");
  drop.dst = *net::Address::parse("10.30.2.9");
  drop.protocol = 6;
  drop.sport = 1000;
  drop.dport = 1433;
  drop.bytes = 60;
  return drop;
}

Drop whole6() {
  Drop drop = whole4();
  drop.src = *net::Address::parse("fd00:1::5");
  drop.dst = *net::Address::parse("fd00:2::9");
  drop.protocol = 17;
  drop.dport = 53;
  drop.bytes = 64;
  return drop;
}

TEST(NflogRecord, SaysEverythingOfAnIPv4Packet) {
  EXPECT_EQ(decoded(record(AF_INET, tcp4())), whole4());
}

TEST(NflogRecord, SaysEverythingOfAnIPv6Packet) {
  EXPECT_EQ(decoded(record(AF_INET6, udp6())), whole6());
}

TEST(NflogRecord, WithoutAMarkIsNone) {
  EXPECT_FALSE(decoded(header(AF_INET) + payload(tcp4())));
}

TEST(NflogRecord, WithAMarkOfAnotherSizeIsNone) {
  EXPECT_FALSE(decoded(header(AF_INET) + tlv(NFULA_MARK, hex("000201")) + payload(tcp4())));
  EXPECT_FALSE(decoded(header(AF_INET) + tlv(NFULA_MARK, hex("0000020106")) + payload(tcp4())));
}

TEST(NflogRecord, ShorterThanItsHeaderIsNone) {
  for (std::size_t length = 0; length < 4; ++length) {
    EXPECT_FALSE(decoded(first(header(AF_INET), length))) << length;
  }
}

TEST(NflogRecord, OfAnotherVersionIsNone) {
  Bytes bytes = record(AF_INET, tcp4());

  bytes[1] = 1;

  EXPECT_FALSE(decoded(bytes));
}

TEST(NflogRecord, NeedsNothingButAMark) {
  const auto drop = decoded(header(AF_INET) + mark());

  Drop expected;
  expected.word = 0x00020106;
  EXPECT_EQ(drop, expected);
}

TEST(NflogRecord, TheEthertypeDecidesWhereTheFamilyIsNoIP) {  // as of the ingress hook
  constexpr int kNetdev = 5;
  const Bytes bytes = header(kNetdev) + mark() + payload(udp6());

  const auto with = decoded(bytes + tlv(NFULA_PACKET_HDR, hex("86dd 00 00")));
  const auto without = decoded(bytes);

  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->dst, whole6().dst);
  EXPECT_EQ(without->dst, net::Address{});
}

TEST(NflogRecord, TheFamilyDecidesWhereTheEthertypeIsNotSaid) {
  const auto drop = decoded(header(AF_INET) + mark() + tlv(NFULA_PACKET_HDR, hex("0000 03 00")) +
                            payload(tcp4()));

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->dst, whole4().dst);
}

TEST(NflogRecord, OfAFrameThatIsNoIPHasNoAddresses) {
  const Bytes arp = hex("0001 0800 06 04 0001 0200000a0105 0a140105 000000000000 0a140101");

  const auto drop =
      decoded(header(5) + tlv(NFULA_PACKET_HDR, hex("0806 00 00")) + mark() + payload(arp));

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->src, net::Address{});
  EXPECT_EQ(drop->bytes, 0U);
}

TEST(NflogRecord, OfALocalPacketHasNoSenderAndNoInterfaceBehindIt) {
  const auto drop = decoded(header(AF_INET) + mark() + tlv(NFULA_IFINDEX_OUTDEV, hex("00000009")) +
                            payload(tcp4()));

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->in, 0U);
  EXPECT_EQ(drop->out, 9U);
  EXPECT_FALSE(drop->src_mac);
}

TEST(NflogRecord, TheLinkHeaderNamesTheSenderWhereTheDeviceDoesNot) {
  const Bytes ethernet = tlv(NFULA_HWTYPE, hex("0001"));
  const Bytes tunnel = tlv(NFULA_HWTYPE, hex("fffe"));
  const Bytes frame = tlv(NFULA_HWHEADER, hex("0200000a0001 0200000a0105 0800"));
  const Bytes cut = tlv(NFULA_HWHEADER, hex("0200000a0001 0200000a01"));

  EXPECT_EQ(decoded(header(AF_INET) + mark() + ethernet + frame)->src_mac, whole4().src_mac);
  EXPECT_FALSE(decoded(header(AF_INET) + mark() + tunnel + frame)->src_mac);
  EXPECT_FALSE(decoded(header(AF_INET) + mark() + ethernet + cut)->src_mac);
  EXPECT_FALSE(decoded(header(AF_INET) + mark() + ethernet)->src_mac);
}

TEST(NflogRecord, AHardwareAddressOfAnotherLengthIsNone) {
  for (const char* text :
       {"0000 0000 0200000a0105 0000", "0007 0000 0200000a0105 0000", "0008 0000 0200000a0105 0000",
        "0600 0000 0200000a0105 0000", "0006 0000 0200000a01", "0006 00", "00", ""}) {
    const auto drop = decoded(header(AF_INET) + mark() + tlv(NFULA_HWADDR, hex(text)));

    ASSERT_TRUE(drop) << text;
    EXPECT_FALSE(drop->src_mac) << text;
  }
}

TEST(NflogRecord, NumbersOfAnotherSizeAreNotRead) {
  const auto drop =
      decoded(header(AF_INET) + mark() + tlv(NFULA_IFINDEX_INDEV, hex("0007")) +
              tlv(NFULA_IFINDEX_OUTDEV, hex("0000000000000009")) +
              tlv(NFULA_PACKET_HDR, hex("08")) + tlv(NFULA_HWTYPE, {}) + payload(tcp4()));

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->in, 0U);
  EXPECT_EQ(drop->out, 0U);
  EXPECT_EQ(drop->dst, whole4().dst);
}

TEST(NflogRecord, UnknownFieldsAndFlagsOfTypesArePassedOver) {
  const auto drop = decoded(header(AF_INET) + tlv(200, hex("0102030405")) +
                            tlv(NFULA_MARK | 0x8000, hex("00020106")) + tlv(0, {}) +
                            tlv(NFULA_PAYLOAD | 0x4000, tcp4()));

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->word, 0x00020106U);
  EXPECT_EQ(drop->dport, 1433);
}

TEST(NflogRecord, ALengthThatLeadsNowhereEndsIt) {
  for (std::uint16_t length = 0; length < 4; ++length) {
    Bytes bad = tlv(NFULA_IFINDEX_INDEV, hex("00000007"));
    std::memcpy(bad.data(), &length, sizeof length);

    Drop expected;
    expected.word = 0x00020106;
    EXPECT_EQ(decoded(header(AF_INET) + mark() + bad + payload(tcp4())), expected) << length;
    EXPECT_FALSE(decoded(header(AF_INET) + bad + mark())) << length;
  }
}

TEST(NflogRecord, APacketThatRunsOverTheEndIsReadAsFarAsItIsThere) {
  const Bytes bytes = header(AF_INET) + mark() + payload(tcp4());

  const auto drop = decoded(first(bytes, bytes.size() - 15));  // two bytes behind the ports

  ASSERT_TRUE(drop);
  EXPECT_EQ(drop->dport, 1433);
}

/// Each field of a cut record is the whole one's or nothing.
bool is_part(const Drop& part, const Drop& whole) {
  const auto either = [](const auto& value, const auto& full) {
    return value == full || value == std::decay_t<decltype(value)>{};
  };
  return part.word == whole.word && either(part.in, whole.in) && either(part.out, whole.out) &&
         either(part.src_mac, whole.src_mac) && either(part.src, whole.src) &&
         either(part.dst, whole.dst) && either(part.protocol, whole.protocol) &&
         either(part.sport, whole.sport) && either(part.dport, whole.dport) &&
         either(part.bytes, whole.bytes);
}

/// How many of the shorter records yield a part of the whole one; fails for what is no part.
std::size_t parts_of(const Bytes& bytes) {
  const Drop whole = *decoded(bytes);
  std::size_t parts = 0;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    if (const auto part = decoded(first(bytes, length))) {
      EXPECT_TRUE(is_part(*part, whole)) << length;
      ++parts;
    }
  }
  return parts;
}

TEST(NflogRecord, CutAnywhereYieldsItsPartOrNothing) {
  EXPECT_GT(parts_of(record(AF_INET, tcp4())), 100U);
  EXPECT_GT(parts_of(record(AF_INET6, udp6())), 100U);
}

TEST(NflogRecord, ChangedBytesAndNoiseAreSurvived) {
  std::mt19937 random{5};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  std::size_t read = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = round % 2 == 0 ? record(AF_INET, tcp4()) : record(AF_INET6, udp6());
    for (std::size_t changes = 1 + random() % 6; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    read += decoded(bytes) ? 1U : 0U;
  }
  EXPECT_GT(read, 1000U);
}

}  // namespace
}  // namespace sekisho::nflog
