// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string zone(const std::string& name, const std::string& zone_class,
                 const std::string& networks) {
  return "\n[[zone]]\nname = \"" + name + "\"\nclass = \"" + zone_class + "\"\ninterfaces = [\"" +
         name + "0\"]\nnetworks = [" + networks + "]\n";
}

TEST(PolicyZones, RefusesABadName) {
  expect_error(replaced(good_config(), "name = \"inet\"", "name = \"Inet\""), "\"Inet\"",
               "bad zone name 'Inet': it must match [a-z][a-z0-9-]{0,14}");
}

TEST(PolicyZones, RefusesTheReservedName) {
  expect_error(good_config() + zone("management", "lgwan", "\"10.21.0.0/16\""),
               "\"management\"\nclass",
               "the zone name 'management' is reserved: it means the management networks");
}

TEST(PolicyZones, RefusesTheSameNameTwice) {
  const std::string text = good_config() + zone("inet", "internet", "\"10.31.0.0/16\"");

  expect_error(text, "\"inet\"\nclass",
               "zone 'inet' was already declared at sekisho.toml:" +
                   place(good_config(), "\"inet\"\nclass"));
}

TEST(PolicyZones, RefusesMoreThan253) {
  std::string text = good_config();
  for (int i = 4; i < 254; ++i) {
    text += zone("z" + std::to_string(i), "lgwan", "\"10.21." + std::to_string(i) + ".0/24\"");
  }

  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result),
              ElementsAre("sekisho.toml:" + place(text, "[[zone]]\nname = \"z253\"") +
                          ": error: there are more than 253 zones"));
}

TEST(PolicyZones, RefusesAZoneWithoutInterfacesOrNetworks) {
  expect_error(replaced(good_config(), "[\"in0\"]", "[]"), "[]",
               "'interfaces' needs at least one value");
  expect_error(good_config() + zone("empty", "lgwan", ""), "[]\n",
               "'networks' needs at least one value");
}

TEST(PolicyZones, RefusesBadInterfaceNames) {
  const std::string otherwise = "': 1 to 15 ASCII characters without space, / : * \" or \\";
  for (const std::string name :
       {"", "sixteen-letters-", "a/b", "a b", ".", "..", "mn*", "a:b", "線"}) {
    expect_error(replaced(good_config(), "\"in0\"", "\"" + name + "\""), "\"" + name + "\"]",
                 "bad interface name '" + name + otherwise);
  }
  expect_good(replaced(good_config(), "\"in0\"", "\"enp3s0f1.1234-x\""));
}

TEST(PolicyZones, RefusesTheLoopbackInterface) {
  expect_error(replaced(good_config(), "\"in0\"", "\"lo\""), "\"lo\"",
               "'lo' can belong to no zone and not to management");
}

TEST(PolicyZones, RefusesAnInterfaceInTwoZones) {
  expect_error(replaced(good_config(), "\"sc0\"", "\"in0\""), "\"in0\"",
               "interface 'in0' already belongs elsewhere, at sekisho.toml:" +
                   place(good_config(), "\"in0\""));
}

TEST(PolicyZones, RefusesAnInterfaceInAZoneAndInManagement) {
  expect_error(replaced(good_config(), "\"mgmt0\"", "\"in0\""), "\"in0\"",
               "interface 'in0' already belongs elsewhere, at sekisho.toml:" +
                   place(good_config(), "\"in0\""));
}

TEST(PolicyZones, RefusesWhatIsNoNetwork) {
  for (const std::string text :
       {"10.31.0.0/33", "10.31.0/16", "ten", "10.31.0.0/016", "fe80::1%x"}) {
    expect_error(good_config() + zone("more", "lgwan", '"' + text + '"'), '"' + text + '"',
                 "'" + text + "' is neither a network nor an address");
  }
}

TEST(PolicyZones, RefusesHostBitsAndNamesTheNetwork) {
  expect_error(good_config() + zone("more", "lgwan", "\"10.31.0.5/16\""), "\"10.31.0.5/16\"",
               "'10.31.0.5/16' has bits set beyond its length; the network is '10.31.0.0/16'");
}

TEST(PolicyZones, RefusesEqualNetworksOfTwoZones) {
  expect_error(good_config() + zone("more", "internet", "\"10.30.0.0/16\""), "\"10.30.0.0/16\"",
               "network '10.30.0.0/16' was already given at sekisho.toml:" +
                   place(good_config(), "\"10.30.0.0/16\""));
}

TEST(PolicyZones, LetsNetworksOfOtherClassesNest) {
  expect_good(good_config() + zone("more", "lgwan", "\"10.30.4.0/24\""));
}

TEST(PolicyZones, RefusesMyNumberAndLgwanThatOverlapEitherWay) {
  expect_error(good_config() + zone("more", "lgwan", "\"10.10.4.0/24\""), "\"10.10.4.0/24\"",
               "'10.10.4.0/24' overlaps '10.10.0.0/16' of zone 'jumin': a my_number and an lgwan "
               "zone share no address (6(3)①)");
  expect_error(good_config() + zone("more", "my_number", "\"fd00:20:0:1::/64\""),
               "\"fd00:20:0:1::/64\"",
               "'fd00:20:0:1::/64' overlaps 'fd00:20::/48' of zone 'office': a my_number and an "
               "lgwan zone share no address (6(3)①)");
}

TEST(PolicyZones, SeesAnOverlapThroughANetworkThatLiesBetween) {
  const std::string text = good_config() + zone("between", "internet", "\"10.10.4.0/24\"") +
                           zone("inner", "lgwan", "\"10.10.4.0/26\"");

  expect_error(text, "\"10.10.4.0/26\"",
               "'10.10.4.0/26' overlaps '10.10.0.0/16' of zone 'jumin': a my_number and an lgwan "
               "zone share no address (6(3)①)");
}

TEST(PolicyZones, RefusesWideNetworksOutsideTheSecurityCloud) {
  expect_error(good_config() + zone("wide", "internet", "\"128.0.0.0/7\""), "\"128.0.0.0/7\"",
               "'128.0.0.0/7' is too wide: only a security_cloud zone may hold a network shorter "
               "than /8 (6(3)③)");
  expect_error(
      good_config() + zone("wide", "internet", "\"2400::/15\""), "\"2400::/15\"",
      "'2400::/15' is too wide: only a security_cloud zone may hold a network shorter than "
      "/16 (6(3)③)");
  expect_good(good_config() + zone("wide", "internet", "\"128.0.0.0/8\", \"2400::/16\""));
}

TEST(PolicyZones, DemandsGatewaysForADefaultRouteOfEachFamily) {
  expect_error(replaced(good_config(), "\"203.0.113.1\", ", ""), "\"0.0.0.0/0\"",
               "a zone that holds '0.0.0.0/0' must declare gateways for IPv4 (6(3)③)");
  expect_error(replaced(good_config(), ", \"2001:db8:c::1\"", ""), "\"::/0\"",
               "a zone that holds '::/0' must declare gateways for IPv6 (6(3)③)");
}

TEST(PolicyZones, RefusesAGatewayThatIsNoHost) {
  expect_error(replaced(good_config(), "\"203.0.113.1\"", "\"224.0.0.1\""), "\"224.0.0.1\"",
               "'224.0.0.1' cannot be a next hop");
  expect_error(replaced(good_config(), "\"203.0.113.1\"", "\"203.0.113.0/24\""),
               "\"203.0.113.0/24\"", "'203.0.113.0/24' is not an address");
  expect_good(replaced(good_config(), "\"2001:db8:c::1\"", "\"fe80::1\""));
}

TEST(PolicyZones, WarnsOfANetworkOfSpecialAddressesAlone) {
  const std::string text = good_config() + zone("odd", "lgwan", "\"10.21.0.0/16\", \"fe80::/16\"");

  expect_warning(text, "\"fe80::/16\"",
                 "'fe80::/16' holds nothing but special addresses, which belong to no zone");
}

TEST(PolicyZones, KeepsWhatAZoneSays) {
  const Parsed result = parsed(
      replaced(good_config(), "interfaces = [\"in0\"]",
               "interfaces = [\"in0\", \"in1\"]\norgan = \"教育委員会\"\nintra_zone = \"deny\""));

  ASSERT_TRUE(result.policy);
  const Zone& zone = result.policy->zones().at(2);
  EXPECT_EQ(zone.name, "inet");
  EXPECT_EQ(zone.zone_class, ZoneClass::Internet);
  EXPECT_THAT(zone.interfaces, ElementsAre("in0", "in1"));
  EXPECT_EQ(zone.organ, "教育委員会");
  EXPECT_FALSE(zone.intra_zone_allow);
  EXPECT_THAT(zone.gateways, IsEmpty());
  EXPECT_EQ(zone.place, (Place{"sekisho.toml", 20, 1}));
}

TEST(PolicySystems, RefusesTheSameNameTwice) {
  expect_error(
      good_config() + "[[system]]\nname = \"tax\"\nzone = \"jumin\"\naddresses = [\"10.10.1.6\"]\n",
      "\"tax\"\nzone",
      "system 'tax' was already registered at sekisho.toml:" +
          place(good_config(), "\"tax\"\nzone"));
}

TEST(PolicySystems, RefusesAnUnknownZone) {
  expect_error(
      good_config() + "[[system]]\nname = \"x\"\nzone = \"nowhere\"\naddresses = [\"10.10.1.6\"]\n",
      "\"nowhere\"", "unknown zone 'nowhere'");
}

TEST(PolicySystems, RefusesAnAddressOutsideItsZone) {
  expect_error(replaced(good_config(), "\"10.10.1.5\"", "\"10.20.1.5\""), "\"10.20.1.5\"",
               "'10.20.1.5' is not inside zone 'jumin'");
}

TEST(PolicySystems, RefusesBadMacs) {
  expect_error(replaced(good_config(), "02:00:00:0a:01:05", "02:00:00:0a:01"), "\"02:00",
               "'02:00:00:0a:01' is not a MAC address");
  expect_error(replaced(good_config(), "02:00:00:0a:01:05", "03:00:00:0a:01:05"), "\"03:00",
               "'03:00:00:0a:01:05' is not the MAC address of one device");
}

TEST(PolicySystems, ReadsTheLabelAndRefusesLevelsThatDoNotExist) {
  const std::string label = "[\"02:00:00:0a:01:05\"]\nlabel = ";
  const std::string good =
      replaced(good_config(), "[\"02:00:00:0a:01:05\"]",
               label + "{ confidentiality = 3, integrity = 2, availability = 1 }");

  const Parsed result = parsed(good);

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->systems().at(0).label, (Label{3, 2, 1}));
  expect_error(replaced(good, "integrity = 2", "integrity = 4"), "4, avail",
               "'integrity' must lie between 1 and 3");
}

TEST(PolicyManagement, NeedsItsThreeKeys) {
  expect_error(replaced(good_config(), "services = [\"tcp/22\"]\n", ""), "[management]",
               "missing key 'services'");
}

TEST(PolicyManagement, IsKept) {
  const Parsed result = parsed(good_config());

  ASSERT_TRUE(result.policy);
  ASSERT_TRUE(result.policy->management());
  EXPECT_THAT(result.policy->management()->interfaces, ElementsAre("mgmt0"));
  EXPECT_THAT(result.policy->management()->networks,
              ElementsAre(*net::Prefix::parse("10.99.0.0/24")));
  EXPECT_THAT(result.policy->management()->services, SizeIs(1));
}

}  // namespace
}  // namespace sekisho::policy::test
