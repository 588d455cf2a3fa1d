// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/judge.hpp"

#include "frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::sensor {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kMn0 = 0;  // of zone 1
constexpr std::size_t kLg0 = 1;  // of zone 2

class Judging : public ::testing::Test {
 protected:
  std::vector<Leak> see(std::size_t wire, const Bytes& frame, seconds now = seconds{0}) {
    std::vector<Leak> leaks;
    for (const nflog::Drop& drop : judge_.see(wire, *read_frame(frame), now)) {
      leaks.push_back(*leak_of(drop.word));
    }
    return leaks;
  }
  static Bytes hello(const std::string& from) { return arp("0.0.0.0", "10.20.3.4", from); }

  Judge judge_{small_city()};
};

TEST_F(Judging, AnHonestFrameShowsNothing) {
  EXPECT_THAT(see(kLg0, arp("10.20.3.4", "10.20.0.1")), IsEmpty());
  EXPECT_THAT(see(kMn0, arp("10.20.9.7", "10.10.0.1", "02:00:00:00:00:02")), IsEmpty());
  EXPECT_THAT(see(kLg0, ethernet("86dd", ipv6("fe80::1", "ff02::1", "11", udp(1, 2)))), IsEmpty());
  // in no zone: somebody's mistake, and nobody's address
  EXPECT_THAT(see(kLg0, arp("192.168.1.1", "10.20.0.1")), IsEmpty());
}

TEST_F(Judging, AnAddressOfAnotherZoneIsALeakOfTheLongestPrefix) {
  EXPECT_THAT(see(kLg0, arp("10.10.1.5", "10.20.0.1")),
              ElementsAre(Leak{Kind::ForeignAddress, true, 2, 1}));
  EXPECT_THAT(see(kLg0, ethernet("0800", ipv4("10.20.9.1", "10.20.0.1", "11", udp(1, 2)))),
              ElementsAre(Leak{Kind::ForeignAddress, false, 2, 1}));
  EXPECT_THAT(see(kMn0, ethernet("86dd", ipv6("fd00:20::5", "ff02::1", "11", udp(1, 2)),
                                 "02:00:00:00:00:02")),
              ElementsAre(Leak{Kind::ForeignAddress, false, 1, 2}));
}

TEST_F(Judging, AFindingCarriesTheFramesHeadersAndItsInterface) {
  const auto found = judge_.see(kLg0, *read_frame(arp("10.10.1.5", "10.20.0.1")), {});

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].in, 4U);
  EXPECT_EQ(found[0].src, address("10.10.1.5"));
  EXPECT_EQ(found[0].dst, address("10.20.0.1"));
  EXPECT_EQ(found[0].src_mac, mac(kHost));
}

TEST_F(Judging, WhoClaimsTheAppliancesAddressIsFoundAndTheApplianceIsNot) {
  EXPECT_THAT(see(kLg0, arp("10.20.0.1", "10.20.0.1")),
              ElementsAre(Leak{Kind::ClaimedAddress, true, 2, 2}));
  EXPECT_THAT(see(kLg0, arp("10.20.0.1", "10.20.0.1", "02:ff:00:00:00:02")), IsEmpty());
}

TEST_F(Judging, AHostThatMovesIsFoundOnceAndOneInTwoZonesAgainAndAgain) {
  EXPECT_THAT(see(kMn0, hello(kHost)), IsEmpty());
  EXPECT_THAT(see(kLg0, hello(kHost), seconds{9}), ElementsAre(Leak{Kind::Moved, true, 2, 1}));
  EXPECT_THAT(see(kLg0, hello(kHost), seconds{10}), IsEmpty());
  EXPECT_THAT(see(kMn0, hello(kHost), seconds{11}), ElementsAre(Leak{Kind::DualHomed, true, 1, 2}));
  EXPECT_THAT(see(kLg0, hello(kHost), seconds{12}), ElementsAre(Leak{Kind::DualHomed, true, 2, 1}));
  EXPECT_THAT(see(kMn0, hello(kHost), seconds{12} + minutes{11}),
              ElementsAre(Leak{Kind::Moved, true, 1, 2}));
}

TEST_F(Judging, WiresOfOneZoneAreOnePlace) {
  Knowledge city = small_city();
  city.wires[1].zone = 1;
  judge_ = Judge{city};

  EXPECT_THAT(see(kMn0, hello(kHost)), IsEmpty());
  EXPECT_THAT(see(kLg0, hello(kHost)), IsEmpty());
}

TEST_F(Judging, AddressesThatManyShareAreNoHosts) {
  for (const char* shared : {"00:00:5e:00:01:07", "00:00:5e:00:02:07", "01:00:5e:00:00:fb",
                             "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"}) {
    EXPECT_THAT(see(kMn0, hello(shared)), IsEmpty()) << shared;
    EXPECT_THAT(see(kLg0, hello(shared)), IsEmpty()) << shared;
  }
  EXPECT_THAT(see(kMn0, hello("00:00:5e:00:03:07")), IsEmpty());
  EXPECT_THAT(see(kLg0, hello("00:00:5e:00:03:07")), ElementsAre(Leak{Kind::Moved, true, 2, 1}));
}

TEST_F(Judging, TheAppliancesOwnFrameOnAnotherZonesWireIsALoop) {
  EXPECT_THAT(see(kLg0, hello("02:ff:00:00:00:01")), ElementsAre(Leak{Kind::Loop, true, 2, 1}));
  EXPECT_THAT(see(kLg0, hello("02:ff:00:00:00:02")), IsEmpty());
}

TEST_F(Judging, OneHardwareAddressOnWiresOfTwoZonesIsTheAppliancesOwnOnBoth) {
  Knowledge city = small_city();
  city.wires[1].own = city.wires[0].own;  // as interfaces on one trunk have
  judge_ = Judge{city};

  EXPECT_THAT(see(kLg0, hello("02:ff:00:00:00:01")), IsEmpty());
  EXPECT_THAT(see(kMn0, hello("02:ff:00:00:00:01")), IsEmpty());
}

TEST_F(Judging, TheFirstServerOfAZoneIsItsOwnAndAnotherIsFoundUntilTheFirstIsReplaced) {
  const auto offer = [](const std::string& from) {
    return ethernet("0800", ipv4("10.20.0.5", "255.255.255.255", "11", udp(67, 68)), from);
  };
  const std::string first = "02:00:00:00:00:0a";
  const std::string second = "02:00:00:00:00:0b";

  EXPECT_THAT(see(kLg0, offer(first)), IsEmpty());
  EXPECT_THAT(see(kLg0, offer(first)), IsEmpty());
  EXPECT_THAT(see(kLg0, offer(second)), ElementsAre(Leak{Kind::SecondDhcp, false, 2, 0}));
  EXPECT_THAT(see(kLg0, offer(second), hours{23}),
              ElementsAre(Leak{Kind::SecondDhcp, false, 2, 0}));
  EXPECT_THAT(see(kLg0, offer(second), hours{25}), IsEmpty());
  EXPECT_THAT(see(kLg0, offer(first), hours{25}), ElementsAre(Leak{Kind::SecondDhcp, false, 2, 0}));
}

TEST_F(Judging, RoutersAreAnotherRoleThanServers) {
  const auto advertisement = [](const std::string& from) {
    return ethernet("86dd", ipv6("fe80::5", "ff02::1", "3a", hex("86 00 0000 40 00 0000")), from);
  };

  EXPECT_THAT(see(kLg0, advertisement("02:00:00:00:00:0a")), IsEmpty());
  EXPECT_THAT(see(kLg0, advertisement("02:00:00:00:00:0b")),
              ElementsAre(Leak{Kind::SecondRouter, false, 2, 0}));
}

TEST_F(Judging, OneFrameMayShowSeveralThings) {
  const auto frame =
      ethernet("8100", hex("0007 0800") + ipv4("10.10.1.5", "10.20.0.1", "11", udp(1, 2)));

  EXPECT_THAT(see(kLg0, frame), ElementsAre(Leak{Kind::Tagged, false, 2, 0},
                                            Leak{Kind::ForeignAddress, false, 2, 1}));
}

TEST_F(Judging, InventedHostsPushOutTheSilentOnesAlone) {
  const auto numbered = [](std::size_t number) {
    Sight sight;
    std::array<std::uint8_t, 6> bytes{0x02, 0x77};
    for (std::size_t i = 0; i < 4; ++i) {
      bytes.at(5 - i) = static_cast<std::uint8_t>(number >> 8U * i);
    }
    sight.sender = net::Mac{bytes};
    return sight;
  };
  (void)see(kMn0, hello("02:00:00:00:00:0a"));
  (void)see(kMn0, hello("02:00:00:00:00:0b"));
  for (std::size_t i = 0; i < Judge::kMostHosts - 1; ++i) {
    (void)judge_.see(kMn0, numbered(i), {});
    (void)see(kMn0, hello("02:00:00:00:00:0b"));  // this one keeps talking
  }

  EXPECT_THAT(see(kLg0, hello("02:00:00:00:00:0a")), IsEmpty());  // forgotten
  EXPECT_THAT(see(kLg0, hello("02:00:00:00:00:0b")), ElementsAre(Leak{Kind::Moved, true, 2, 1}));
}

TEST(LeakWord, SurvivesAndRefusesOthers) {
  for (const KindWord& word : kind_words()) {
    EXPECT_EQ(leak_of(leak_word(word.kind, true, 7, 9)), (Leak{word.kind, true, 7, 9}));
    EXPECT_FALSE(meaning_of(word.kind).ja.empty());
  }
  EXPECT_FALSE(leak_of(0x0002030a));  // a drop's
  EXPECT_FALSE(leak_of(0x7f02030c));  // no such kind
}

}  // namespace
}  // namespace sekisho::sensor
