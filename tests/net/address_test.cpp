// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sekisho::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Address address(std::string_view text) {
  return *Address::parse(text);
}
Prefix prefix(std::string_view text) {
  return *Prefix::parse(text);
}
Range range(std::string_view first, std::string_view last) {
  return {address(first), address(last)};
}

std::vector<std::string> texts(const std::vector<Range>& ranges) {
  std::vector<std::string> lines;
  for (const Range& r : ranges) {
    lines.push_back(r.str());
  }
  return lines;
}

TEST(NetAddress, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(address("203.0.113.1").str(), "203.0.113.1");
  EXPECT_EQ(address("2001:DB8:0:0::1").str(), "2001:db8::1");
  EXPECT_EQ(address("203.0.113.1"), Address::v4(0xcb007101));
  EXPECT_EQ(address("::").family(), Family::V6);
}

TEST(NetAddress, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", " ::", "fe80::1%eth0",
        "::1/128", ":::", "1:2:3:4:5:6:7:8:9", "x"}) {
    EXPECT_EQ(Address::parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Address::parse(std::string_view("1.2.3.4\0", 8)), std::nullopt);
}

TEST(NetAddress, TakesFourOrSixteenBytesAlone) {
  const std::array<std::uint8_t, 17> bytes{1, 2, 3, 4};

  EXPECT_EQ(Address::from_bytes(std::span{bytes}.first(4)), address("1.2.3.4"));
  EXPECT_EQ(Address::from_bytes(std::span{bytes}.first(16)), address("102:304::"));
  for (const std::size_t length : {0U, 3U, 5U, 15U, 17U}) {
    EXPECT_EQ(Address::from_bytes(std::span{bytes}.first(length)), std::nullopt);
  }
}

TEST(NetAddress, StepsOverByteBordersAndStopsAtTheEnds) {
  EXPECT_EQ(address("10.0.255.255").next(), address("10.1.0.0"));
  EXPECT_EQ(address("10.1.0.0").previous(), address("10.0.255.255"));
  EXPECT_EQ(address("fd00::ffff:ffff").next(), address("fd00::1:0:0"));
  EXPECT_EQ(Address::highest(Family::V4).next(), std::nullopt);
  EXPECT_EQ(Address::highest(Family::V6).next(), std::nullopt);
  EXPECT_EQ(Address::lowest(Family::V4).previous(), std::nullopt);
  EXPECT_EQ(Address::lowest(Family::V6).previous(), std::nullopt);
}

TEST(NetAddress, OrdersByFamilyThenValue) {
  EXPECT_LT(address("9.0.0.0"), address("10.0.0.0"));
  EXPECT_LT(Address::highest(Family::V4), Address::lowest(Family::V6));
}

TEST(NetPrefix, ReadsAndWrites) {
  EXPECT_EQ(prefix("10.0.0.0/8").str(), "10.0.0.0/8");
  EXPECT_EQ(prefix("10.0.0.1").str(), "10.0.0.1");
  EXPECT_EQ(prefix("10.0.0.1/32"), prefix("10.0.0.1"));
  EXPECT_EQ(prefix("::/0").length(), 0U);
}

TEST(NetPrefix, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/+8",
        "10.0.0.0/8/8", "::/129", "10/8", "10.0.0.0/ 8", "10.0.0.0/99999999999"}) {
    EXPECT_EQ(Prefix::parse(text), std::nullopt) << text;
  }
}

TEST(NetPrefix, ReportsHostBitsAndKeepsThemOut) {
  EXPECT_EQ(Prefix::as_written("10.0.0.1/31"), std::pair(*Address::parse("10.0.0.1"), 31U));
  EXPECT_EQ(Prefix::as_written("fd00::1/127"), std::pair(*Address::parse("fd00::1"), 127U));
  EXPECT_EQ(Prefix::as_written("nonsense"), std::nullopt);
  EXPECT_EQ(prefix("10.1.2.3/12"), prefix("10.0.0.0/12"));
}

TEST(NetPrefix, SpansItsRange) {
  EXPECT_EQ(prefix("10.0.0.0/9").range(), range("10.0.0.0", "10.127.255.255"));
  EXPECT_EQ(prefix("0.0.0.0/0").range(), Range::all(Family::V4));
  EXPECT_EQ(prefix("::/0").range(), Range::all(Family::V6));
  EXPECT_EQ(prefix("fd00::/63").range(), range("fd00::", "fd00::1:ffff:ffff:ffff:ffff"));
  EXPECT_TRUE(prefix("fd00::1").range().single());
}

TEST(NetPrefix, ContainsWhatLiesInItAlone) {
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(address("10.255.255.255")));
  EXPECT_FALSE(prefix("10.0.0.0/8").contains(address("11.0.0.0")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(address("::")));
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(prefix("10.0.0.0/8")));
  EXPECT_FALSE(prefix("10.0.0.0/9").contains(prefix("10.0.0.0/8")));
  EXPECT_TRUE(prefix("10.0.0.0/9").overlaps(prefix("10.0.0.0/8")));
  EXPECT_FALSE(prefix("10.0.0.0/9").overlaps(prefix("10.128.0.0/9")));
  EXPECT_FALSE(prefix("0.0.0.0/0").overlaps(prefix("::/0")));
}

TEST(NetPrefix, AgreesWithItsRangeForEveryLength) {
  std::mt19937 random{7};
  for (unsigned length = 0; length <= 128; ++length) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    const Prefix made{Address::v6(bytes), length};

    EXPECT_TRUE(made.contains(made.range().first) && made.contains(made.range().last));
    const auto after = made.range().last.next();
    EXPECT_FALSE(after && made.contains(*after));
    const auto before = made.range().first.previous();
    EXPECT_FALSE(before && made.contains(*before));
  }
}

TEST(NetSpecial, AddressesBelongToNoZone) {
  for (const std::string_view text : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.1.1", "224.0.0.1",
                                      "239.255.255.255", "255.255.255.255", "240.0.0.1", "::",
                                      "::1", "::ffff:10.0.0.1", "fe80::1", "febf::1", "ff02::1"}) {
    EXPECT_TRUE(is_special(address(text))) << text;
  }
  for (const std::string_view text :
       {"1.0.0.0", "10.0.0.1", "126.255.255.255", "128.0.0.0", "169.253.255.255", "223.255.255.255",
        "fd00::1", "2001:db8::1", "fec0::1", "::1:0:0:1"}) {
    EXPECT_FALSE(is_special(address(text))) << text;
  }
}

TEST(NetSpecial, RangesAreSortedAndDisjoint) {
  const auto ranges = special_ranges();

  for (std::size_t i = 1; i < ranges.size(); ++i) {
    EXPECT_LT(ranges[i - 1].last, ranges[i].first);
  }
}

TEST(NetMerged, JoinsWhatTouchesOrOverlaps) {
  EXPECT_THAT(texts(merged({range("10.0.0.4", "10.0.0.9"), range("10.0.0.0", "10.0.0.3"),
                            range("10.0.0.6", "10.0.0.7"), range("10.0.0.11", "10.0.0.11")})),
              ElementsAre("10.0.0.0-10.0.0.9", "10.0.0.11"));
}

TEST(NetMerged, DoesNotJoinTheFamilies) {
  EXPECT_THAT(texts(merged({Range::all(Family::V6), Range::all(Family::V4)})),
              ElementsAre("0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(NetMerged, JoinsAtTheLastAddress) {
  EXPECT_THAT(texts(merged({range("255.255.255.255", "255.255.255.255"),
                            range("255.0.0.0", "255.255.255.255")})),
              ElementsAre("255.0.0.0-255.255.255.255"));
}

TEST(NetWithout, CutsHolesOut) {
  const std::vector ranges{range("10.0.0.0", "10.0.0.9"), range("10.0.0.20", "10.0.0.29")};
  const std::vector holes{range("10.0.0.0", "10.0.0.0"), range("10.0.0.5", "10.0.0.24"),
                          range("10.0.0.29", "10.0.0.40")};

  EXPECT_THAT(texts(without(ranges, holes)),
              ElementsAre("10.0.0.1-10.0.0.4", "10.0.0.25-10.0.0.28"));
}

TEST(NetWithout, LeavesNothingOfWhatIsCovered) {
  const Range all = Range::all(Family::V4);

  EXPECT_THAT(without(std::span{&all, 1}, std::span{&all, 1}), IsEmpty());
  EXPECT_THAT(texts(without(std::span{&all, 1}, {})), ElementsAre("0.0.0.0-255.255.255.255"));
}

TEST(NetWithout, AgreesWithSetsOverRandomRanges) {
  std::mt19937 random{11};
  const auto some = [&] {
    std::vector<Range> made;
    for (int i = 0; i < 6; ++i) {
      const auto first = static_cast<std::uint32_t>(random() % 60);
      made.push_back(
          {Address::v4(first), Address::v4(first + static_cast<std::uint32_t>(random() % 8))});
    }
    return made;
  };
  const auto holds = [](const std::vector<Range>& ranges, const Address& probe) {
    return std::ranges::any_of(ranges, [&](const Range& r) { return r.contains(probe); });
  };
  for (int round = 0; round < 500; ++round) {
    const std::vector<Range> ranges = merged(some());
    const std::vector<Range> holes = merged(some());

    const std::vector<Range> left = without(ranges, holes);

    for (std::uint32_t i = 0; i < 80; ++i) {
      const Address probe = Address::v4(i);
      ASSERT_EQ(holds(left, probe), holds(ranges, probe) && !holds(holes, probe));
    }
  }
}

TEST(NetMac, ReadsAndWrites) {
  EXPECT_EQ(Mac::parse("02:00:00:0A:01:05")->str(), "02:00:00:0a:01:05");
  EXPECT_EQ(Mac::parse("02-00-00-0a-01-05"), Mac::parse("02:00:00:0a:01:05"));
}

TEST(NetMac, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "02:00:00:0a:01", "02:00:00:0a:01:0g", "02.00.00.0a.01.05", "0200000a0105",
        "02:00:00:0a:01:05:", "-2:00:00:0a:01:05", "2 :00:00:0a:01:05"}) {
    EXPECT_EQ(Mac::parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sekisho::net
