// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/filter.hpp"

#include "frames.hpp"

#include <gtest/gtest.h>
#include <pcap/pcap.h>

namespace sekisho::sensor {
namespace {

using Mode = Pace::Mode;
using std::chrono::seconds;

/// A filter, run by libpcap itself.
class Filter {
 public:
  explicit Filter(const std::string& text) : pcap_{::pcap_open_dead(DLT_EN10MB, 65535)} {
    EXPECT_EQ(::pcap_compile(pcap_, &program_, text.c_str(), 1, PCAP_NETMASK_UNKNOWN), 0)
        << ::pcap_geterr(pcap_);
  }
  ~Filter() {
    ::pcap_freecode(&program_);
    ::pcap_close(pcap_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  [[nodiscard]] bool passes(const Bytes& frame) const {
    pcap_pkthdr header{};
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    return ::pcap_offline_filter(&program_, &header, frame.data()) != 0;
  }
  [[nodiscard]] unsigned size() const { return program_.bf_len; }

 private:
  pcap_t* pcap_;
  bpf_program program_{};
};

Bytes from4(const std::string& source) {
  return ethernet("0800", ipv4(source, "198.51.100.1", "11", udp(1000, 53)));
}
Bytes from6(const std::string& source) {
  return ethernet("86dd", ipv6(source, "2001:db8::1", "11", udp(1000, 53)));
}

TEST(NarrowFilter, LeavesPacketsOfTheOwnZoneToTheKernel) {
  const Filter filter{narrow_filter(small_city(), 2)};

  EXPECT_FALSE(filter.passes(from4("10.20.3.4")));
  EXPECT_FALSE(filter.passes(from4("10.20.255.255")));
  EXPECT_FALSE(filter.passes(from6("fd00:20::7")));
  EXPECT_FALSE(filter.passes(from6("fe80::7")));
}

TEST(NarrowFilter, PassesWhateverMayShowSomething) {
  const Filter filter{narrow_filter(small_city(), 2)};

  EXPECT_TRUE(filter.passes(from4("10.10.1.5")));
  EXPECT_TRUE(filter.passes(from4("10.20.9.1")));  // inside its networks, and another zone's
  EXPECT_TRUE(filter.passes(from6("fd00:10::7")));
  EXPECT_TRUE(filter.passes(arp("10.20.3.4", "10.20.0.1")));
  EXPECT_TRUE(
      filter.passes(ethernet("0800", ipv4("10.20.0.5", "255.255.255.255", "11", udp(67, 68)))));
  EXPECT_TRUE(filter.passes(ethernet("86dd", ipv6("fd00:20::1", "fe80::2", "11", udp(547, 546)))));
  EXPECT_TRUE(filter.passes(ethernet(
      "86dd", ipv6("fe80::1", "ff02::1", "3a", hex("86 00 0000 40 00 0000") + Bytes(24)))));
  EXPECT_TRUE(filter.passes(ethernet("8100", hex("0007 88b5") + Bytes(46))));
}

TEST(NarrowFilter, PassesTheFirstPacketOfATcpConnectionForItsSender) {
  const Filter filter{narrow_filter(small_city(), 2)};
  const auto segment = [](const std::string& flags) {
    return hex("0400 0050 00000000 00000000 50" + flags + "0000 0000 0000");
  };

  EXPECT_TRUE(filter.passes(ethernet("0800", ipv4("10.20.3.4", "10.20.0.9", "06", segment("02")))));
  EXPECT_TRUE(
      filter.passes(ethernet("86dd", ipv6("fd00:20::1", "fd00:20::2", "06", segment("12")))));
  EXPECT_FALSE(
      filter.passes(ethernet("0800", ipv4("10.20.3.4", "10.20.0.9", "06", segment("10")))));
}

TEST(NarrowFilter, OfTooManyNetworksLooksAtGroupFramesAlone) {
  Knowledge city = small_city();
  for (std::uint32_t i = 0; i <= kMostNetworks; ++i) {
    const net::Address one = net::Address::v4(0x0b000001U + 2 * i);
    city.parts.push_back({{one, one}, 2});
  }
  const Filter filter{narrow_filter(city, 2)};

  EXPECT_TRUE(filter.passes(from4("10.10.1.5")));
  EXPECT_FALSE(filter.passes(ethernet("0800", ipv4("10.10.1.5", "10.20.0.1", "11", udp(1, 2)),
                                      kHost, "02:00:00:00:00:09")));
}

TEST(NarrowFilter, OfADefaultRouteIsStillAFilterForTheKernel) {
  Knowledge city = small_city();
  city.parts = {{{address("0.0.0.1"), address("9.255.255.255")}, 3},
                {{address("10.10.0.0"), address("10.10.255.255")}, 1},
                {{address("10.11.0.0"), address("223.255.255.254")}, 3},
                {{address("2000::"), address("fd00:10::ffff")}, 3}};
  const Filter filter{narrow_filter(city, 3)};

  EXPECT_FALSE(filter.passes(from4("8.8.8.8")));
  EXPECT_FALSE(filter.passes(from4("223.255.255.254")));
  EXPECT_TRUE(filter.passes(from4("10.10.1.5")));
  EXPECT_FALSE(filter.passes(from6("2001:db8::7")));
  EXPECT_TRUE(filter.passes(from6("fd00:10::1:0")));
  EXPECT_LT(filter.size(), 4096U);  // BPF_MAXINSNS
}

TEST(Pacing, AQuietWireIsLookedAtWhole) {
  Pace pace;

  EXPECT_EQ(pace.count(Pace::kBusy, seconds{1}), Mode::Wide);
  EXPECT_EQ(pace.count(Pace::kBusy, seconds{2}), Mode::Wide);
}

TEST(Pacing, ABusyWireIsLookedAtNarrowlyAndTriedAgain) {
  Pace pace;
  (void)pace.count(Pace::kBusy, seconds{1});

  EXPECT_EQ(pace.count(1, seconds{1}), Mode::Narrow);
  EXPECT_EQ(pace.count(Pace::kBusy + 1, seconds{2}), Mode::Narrow);
  EXPECT_EQ(pace.count(0, seconds{10}), Mode::Narrow);
  EXPECT_EQ(pace.count(0, seconds{11}), Mode::Wide);
  EXPECT_EQ(pace.count(Pace::kBusy + 1, seconds{11}), Mode::Narrow);
}

TEST(Pacing, TooMuchOfWhatIsLookedForEndsWithTheSecond) {
  Pace pace;
  (void)pace.count(Pace::kBusy + 1, seconds{1});

  EXPECT_EQ(pace.count(Pace::kTooMuch + 1, seconds{1}), Mode::Deaf);
  EXPECT_EQ(pace.count(1, seconds{1}), Mode::Deaf);
  EXPECT_EQ(pace.count(0, seconds{2}), Mode::Narrow);
}

}  // namespace
}  // namespace sekisho::sensor
