// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/policy.hpp"

#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Zone zone(const std::vector<std::string>& networks) {
  Zone made;
  for (const std::string& network : networks) {
    made.networks.push_back(*net::Prefix::parse(network));
  }
  return made;
}

Policy policy_of(std::vector<Zone> zones) {
  PolicyParts parts;
  parts.zones = std::move(zones);
  return Policy{std::move(parts)};
}

net::Address address(std::string_view text) {
  return *net::Address::parse(text);
}

std::vector<std::string> flattened(const Policy& policy) {
  std::vector<std::string> lines;
  for (const ZoneRange& range : policy.flattened()) {
    lines.push_back(std::to_string(range.zone) + " " + range.range.str());
  }
  return lines;
}

End end(ZoneIndex of, const std::vector<std::string>& hosts) {
  End made;
  made.zone = of;
  for (const std::string& host : hosts) {
    made.hosts.push_back(*net::Prefix::parse(host));
  }
  return made;
}

std::vector<std::string> addresses(const Policy& policy, const End& of, net::Family family) {
  std::vector<std::string> lines;
  for (const net::Range& range : policy.addresses_of(of, family)) {
    lines.push_back(range.str());
  }
  return lines;
}

TEST(PolicyFlattened, CutsNestedNetworksOutOfTheNetworksAround) {
  const Policy policy =
      policy_of({zone({"10.0.0.0/8"}), zone({"10.1.0.0/16"}), zone({"10.1.2.0/24"})});

  EXPECT_THAT(flattened(policy), ElementsAre("0 10.0.0.0-10.0.255.255", "1 10.1.0.0-10.1.1.255",
                                             "2 10.1.2.0-10.1.2.255", "1 10.1.3.0-10.1.255.255",
                                             "0 10.2.0.0-10.255.255.255"));
}

TEST(PolicyFlattened, LeavesNothingOfANetworkThatIsFullOfOthers) {
  const Policy policy = policy_of({zone({"10.0.0.0/31"}), zone({"10.0.0.0"}), zone({"10.0.0.1"})});

  EXPECT_THAT(flattened(policy), ElementsAre("1 10.0.0.0", "2 10.0.0.1"));
}

TEST(PolicyFlattened, JoinsNeighboursOfOneZone) {
  const Policy policy = policy_of({zone({"10.0.0.0/24", "10.0.1.0/24", "10.0.1.128/25"})});

  EXPECT_THAT(flattened(policy), ElementsAre("0 10.0.0.0-10.0.1.255"));
}

TEST(PolicyFlattened, HoldsNoSpecialAddresses) {
  const Policy policy = policy_of({zone({"0.0.0.0/0"})});

  EXPECT_THAT(flattened(policy),
              ElementsAre("0 1.0.0.0-126.255.255.255", "0 128.0.0.0-169.253.255.255",
                          "0 169.255.0.0-223.255.255.255"));
}

TEST(PolicyFlattened, HoldsNoManagementAddressesButThoseOfZonesInside) {
  PolicyParts parts;
  parts.zones = {zone({"10.0.0.0/8"}), zone({"10.99.1.0/24"}), zone({"10.5.0.0/16"})};
  parts.management = Management{
      {}, {*net::Prefix::parse("10.99.0.0/16"), *net::Prefix::parse("10.5.0.0/16")}, {}, {}};
  const Policy policy{std::move(parts)};

  EXPECT_EQ(policy.zone_of(address("10.99.0.7")), std::nullopt);
  EXPECT_EQ(policy.zone_of(address("10.99.1.7")), 1U);
  EXPECT_EQ(policy.zone_of(address("10.5.0.7")), 2U);  // a network of both: the zone's
  EXPECT_THAT(flattened(policy),
              ElementsAre("0 10.0.0.0-10.4.255.255", "2 10.5.0.0-10.5.255.255",
                          "0 10.6.0.0-10.98.255.255", "1 10.99.1.0-10.99.1.255",
                          "0 10.100.0.0-10.255.255.255"));
}

TEST(PolicyFlattened, ReachesTheLastAddressOfEachFamily) {
  const Policy policy = policy_of({zone({"::/0"}), zone({"fc00::/7"})});

  EXPECT_EQ(policy.zone_of(address("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), 1U);
  EXPECT_EQ(policy.zone_of(address("fec0::")), 0U);
  EXPECT_EQ(policy.zone_of(address("ff02::1")), std::nullopt);
}

TEST(PolicyZoneOf, AgreesWithTheLongestPrefixOverRandomZones) {
  std::mt19937 random{20261124};
  const auto below = [&](unsigned limit) { return static_cast<std::uint32_t>(random() % limit); };
  for (int round = 0; round < 50; ++round) {
    std::vector<Zone> zones(5);
    std::set<net::Prefix> taken;
    for (int i = 0; i < 40; ++i) {
      const net::Prefix prefix{net::Address::v4(0x0a000000U + below(4096)), 20 + below(13)};
      if (taken.insert(prefix).second) {
        zones.at(below(5)).networks.push_back(prefix);
      }
    }
    const Policy policy = policy_of(zones);

    for (std::uint32_t i = 0; i < 4096; ++i) {
      const net::Address probe = net::Address::v4(0x0a000000U + i);
      std::optional<ZoneIndex> expected;
      int longest = -1;
      for (ZoneIndex z = 0; z < zones.size(); ++z) {
        for (const net::Prefix& prefix : zones[z].networks) {
          if (prefix.contains(probe) && static_cast<int>(prefix.length()) > longest) {
            longest = static_cast<int>(prefix.length());
            expected = z;
          }
        }
      }
      ASSERT_EQ(policy.zone_of(probe), expected) << probe.str();
    }
    ASSERT_TRUE(std::ranges::is_sorted(policy.flattened(), {},
                                       [](const ZoneRange& r) { return r.range.first; }));
  }
}

TEST(PolicyAddressesOf, IsTheWholeZoneWithoutHosts) {
  const Policy policy = policy_of({zone({"10.0.0.0/30", "fd00::/127"}), zone({"10.0.0.1"})});

  EXPECT_THAT(addresses(policy, end(0, {}), net::Family::V4),
              ElementsAre("10.0.0.0", "10.0.0.2-10.0.0.3"));
  EXPECT_THAT(addresses(policy, end(0, {}), net::Family::V6), ElementsAre("fd00::-fd00::1"));
}

TEST(PolicyAddressesOf, IsTheHostsAsFarAsTheyAreOfTheZone) {
  const Policy policy = policy_of({zone({"10.0.0.0/24"}), zone({"10.0.0.4/30"})});

  EXPECT_THAT(addresses(policy, end(0, {"10.0.0.0/29", "10.0.0.9", "10.0.0.8"}), net::Family::V4),
              ElementsAre("10.0.0.0-10.0.0.3", "10.0.0.8-10.0.0.9"));
  EXPECT_THAT(addresses(policy, end(0, {"10.0.0.9"}), net::Family::V6), IsEmpty());
}

TEST(PolicyZones, AreFoundByNameAndByInterface) {
  const Parsed result = parsed(good_config());

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->zone_named("office"), 1U);
  EXPECT_EQ(result.policy->zone_named("nowhere"), std::nullopt);
  EXPECT_EQ(result.policy->zone_of_interface("sc0"), 3U);
  EXPECT_EQ(result.policy->zone_of_interface("mgmt0"), std::nullopt);
}

}  // namespace
}  // namespace sekisho::policy::test
