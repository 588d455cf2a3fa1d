// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;

std::string flow(const std::string& from, const std::string& to,
                 const std::string& services = "\"tcp/80\"", const std::string& table = "flow") {
  return "\n[[" + table + "]]\nid = \"more\"\nfrom = { " + from + " }\nto = { " + to +
         " }\nservices = [" + services + "]\npurpose = \"test\"\n";
}

std::string approved(const std::string& from, const std::string& to, const std::string& table) {
  return flow(from, to, "\"tcp/80\"", table) +
         "applicant = \"a\"\napprover = \"b\"\napproved = 2026-11-01\n"
         "valid_until = 2027-11-01T00:00:00+09:00\n" +
         (table == "exchange" ? "kind = \"screen\"\n" : "");
}

const std::string kMyNumber = R"(zone = "jumin", hosts = ["10.10.1.5"])";
const std::string kLgwan = R"(zone = "office", hosts = ["10.20.1.5"])";
const std::string kInternet = R"(zone = "inet", hosts = ["10.30.1.5"])";
const std::string kCloud = R"(zone = "cloud", hosts = ["203.0.113.5"])";

// ── ids ──

TEST(PolicyPermits, RefusesTheSameIdOverAllKinds) {
  expect_error(replaced(good_config(), "id = \"ntp\"", "id = \"web\""), "\"web\"",
               "id 'web' was already used at sekisho.toml:" + place(good_config(), "\"web\""));
}

TEST(PolicyPermits, LetsAMustFlowBearThePermitsId) {
  expect_good(good_config() +
              "[[must_flow]]\nid = \"web\"\nfrom = { zone = \"inet\" }\nto = { zone = \"cloud\" }\n"
              "services = [\"tcp/443\"]\n");
}

TEST(PolicyPermits, RefusesTheSameMustFlowTwice) {
  const std::string must_flow =
      "[[must_flow]]\nid = \"m\"\nfrom = { zone = \"inet\" }\nto = { zone = \"cloud\" }\n"
      "services = [\"tcp/443\"]\n";
  const std::string once = good_config() + must_flow;

  expect_error(once + must_flow, "\"m\"",
               "id 'm' was already used at sekisho.toml:" + place(once, "\"m\""));
}

TEST(PolicyPermits, RefusesABadId) {
  expect_error(replaced(good_config(), "id = \"ntp\"", "id = \"n_tp\""), "\"n_tp\"",
               "bad name 'n_tp': it must match [a-z][a-z0-9-]{0,62}");
}

// ── ends ──

TEST(PolicyPermits, RefusesAnUnknownZoneOrSystem) {
  expect_error(replaced(good_config(), "{ zone = \"inet\" }", "{ zone = \"dmz\" }"), "\"dmz\"",
               "unknown zone 'dmz'");
  expect_error(replaced(good_config(), "{ system = \"tax\" }", "{ system = \"tix\" }"), "\"tix\"",
               "unknown system 'tix'");
}

TEST(PolicyPermits, RefusesAnEndThatNamesASystemAndHosts) {
  expect_error(
      replaced(good_config(), "system = \"tax\" }", "system = \"tax\", hosts = [\"10.10.1.5\"] }"),
      "[\"10.10.1.5\"] }", "an end that names a system cannot say 'hosts' too");
}

TEST(PolicyPermits, RefusesAnEndThatNamesNothing) {
  expect_error(replaced(good_config(), "{ zone = \"inet\" }", "{ }"), "{ }",
               "an end needs 'zone' or 'system'");
}

TEST(PolicyPermits, RefusesHostsOutsideTheirZone) {
  expect_error(good_config() + flow(R"(zone = "inet", hosts = ["10.40.0.1"])", R"(zone = "cloud")"),
               "\"10.40.0.1\"", "'10.40.0.1' is not inside zone 'inet'");
}

TEST(PolicyPermits, RefusesHostsThatAnotherZoneHoldsMoreSpecifically) {
  expect_error(
      good_config() + flow(R"(zone = "inet")", R"(zone = "cloud", hosts = ["10.20.0.0/24"])"),
      "\"10.20.0.0/24\"", "'10.20.0.0/24' is not inside zone 'cloud'");
}

TEST(PolicyPermits, RefusesAHostPrefixThatHoldsANestedZonesNetwork) {
  expect_error(
      good_config() + flow(R"(zone = "inet")", R"(zone = "cloud", hosts = ["10.16.0.0/12"])"),
      "\"10.16.0.0/12\"",
      "'10.16.0.0/12' holds addresses of zone 'office', so it is not wholly of zone 'cloud'");
}

TEST(PolicyPermits, RefusesSpecialAddressesAsHosts) {
  expect_error(good_config() + flow(R"(zone = "inet")", R"(zone = "cloud", hosts = ["127.0.0.1"])"),
               "\"127.0.0.1\"", "'127.0.0.1' is not inside zone 'cloud'");
}

TEST(PolicyPermits, TakesAPrefixOfHostsThatFillsANetworkOfItsZone) {
  expect_good(good_config() +
              flow(R"(zone = "inet", hosts = ["10.30.0.0/16"])", R"(zone = "cloud")"));
}

TEST(PolicyPermits, RefusesEndsThatShareNoFamily) {
  const std::string text = good_config() + flow(R"(zone = "inet", hosts = ["10.30.0.1"])",
                                                R"(zone = "cloud", hosts = ["2001:db8::1"])");

  expect_error(text, "[[flow]]", "'from' and 'to' share no address family");
}

TEST(PolicyPermits, FillsASystemsAddressesAndMacsIn) {
  const Parsed result = parsed(good_config());

  ASSERT_TRUE(result.policy);
  const End& to = result.policy->permits().at(1).to;
  EXPECT_EQ(to.zone, 0U);
  EXPECT_EQ(to.system, "tax");
  EXPECT_THAT(to.hosts, ElementsAre(*net::Prefix::parse("10.10.1.5")));
  EXPECT_THAT(to.macs, ElementsAre(*net::Mac::parse("02:00:00:0a:01:05")));
}

TEST(PolicyPermits, ReadsMacsOfAnEnd) {
  const Parsed result = parsed(
      good_config() + flow(R"(zone = "inet", macs = ["02-00-00-00-00-0A"])", R"(zone = "cloud")"));

  ASSERT_TRUE(result.policy);
  EXPECT_THAT(result.policy->permits().back().from.macs,
              ElementsAre(*net::Mac::parse("02:00:00:00:00:0a")));
}

// ── the ceiling ──

TEST(PolicyCeiling, NothingPassesBetweenMyNumberAndTheInternetSide) {
  for (const std::string table : {"flow", "specific_flow", "exchange"}) {
    const auto text = [&](const std::string& from, const std::string& to) {
      return good_config() + (table == "flow" ? flow(from, to) : approved(from, to, table));
    };
    expect_error(text(kMyNumber, kInternet), "{ " + kInternet,
                 "nothing may pass from my_number to internet (6(3)①)");
    expect_error(text(kInternet, kMyNumber), "{ " + kMyNumber,
                 "nothing may pass from internet to my_number (6(3)①)");
    expect_error(text(kMyNumber, kCloud), "{ " + kCloud,
                 "nothing may pass from my_number to security_cloud (6(3)①)");
    expect_error(text(kCloud, kMyNumber), "{ " + kMyNumber,
                 "nothing may pass from security_cloud to my_number (6(3)①)");
  }
}

TEST(PolicyCeiling, AMustFlowIsHeldToItToo) {
  expect_error(good_config() +
                   "[[must_flow]]\nid = \"m\"\nfrom = { zone = \"jumin\" }\n"
                   "to = { zone = \"cloud\" }\nservices = [\"tcp/443\"]\n",
               "{ zone = \"cloud\" }", "nothing may pass from my_number to security_cloud (6(3)①)");
}

TEST(PolicyCeiling, OnlySpecificFlowsJoinMyNumberAndLgwan) {
  expect_error(good_config() + flow(kMyNumber, kLgwan), "{ " + kLgwan,
               "from my_number to lgwan only a [[specific_flow]] may pass (6(3)①)");
  expect_error(good_config() + approved(kLgwan, kMyNumber, "exchange"), "{ " + kMyNumber,
               "from lgwan to my_number only a [[specific_flow]] may pass (6(3)①)");
  expect_good(good_config() + approved(kMyNumber, kLgwan, "specific_flow"));
  expect_good(good_config() + approved(kLgwan, kMyNumber, "specific_flow"));
}

TEST(PolicyCeiling, OnlyExchangesJoinLgwanAndTheInternetSide) {
  expect_error(good_config() + flow(kLgwan, kInternet), "{ " + kInternet,
               "from lgwan to internet only an [[exchange]] may pass (6(3)②)");
  expect_error(good_config() + flow(kCloud, kLgwan), "{ " + kLgwan,
               "from security_cloud to lgwan only an [[exchange]] may pass (6(3)②)");
  expect_error(good_config() + approved(kLgwan, kCloud, "specific_flow"), "{ " + kCloud,
               "from lgwan to security_cloud only an [[exchange]] may pass (6(3)②)");
  for (const std::string& outside : {kInternet, kCloud}) {
    expect_good(good_config() + approved(kLgwan, outside, "exchange"));
    expect_good(good_config() + approved(outside, kLgwan, "exchange"));
  }
}

TEST(PolicyCeiling, FlowsStayInOneClassOrBetweenInternetAndCloud) {
  expect_good(good_config() + flow(kInternet, kCloud));
  expect_good(good_config() + flow(kCloud, kInternet));
  expect_good(good_config() + flow(kMyNumber, R"(zone = "jumin")"));
  expect_error(good_config() + approved(kInternet, kCloud, "specific_flow"), "{ " + kCloud,
               "from internet to security_cloud traffic is permitted by a [[flow]] (6(3)③)");
  expect_error(good_config() + approved(kLgwan, kLgwan, "exchange"), "{ " + kLgwan,
               "from lgwan to lgwan traffic is permitted by a [[flow]] (6(6))");
}

TEST(PolicyCeiling, TheApplianceItselfOpensNothingToMyNumberOrTheInternetZone) {
  const std::string cloud = R"({ zone = "cloud", hosts = ["203.0.113.123"] })";

  expect_error(replaced(good_config(), cloud, "{ zone = \"jumin\" }"), "{ zone = \"jumin\" }",
               "the appliance itself may open nothing to a zone of my_number (6(3)①)");
  expect_error(replaced(good_config(), cloud, "{ system = \"tax\" }"), "{ system = \"tax\" }",
               "the appliance itself may open nothing to a zone of my_number (6(3)①)");
  expect_error(replaced(good_config(), cloud, "{ zone = \"inet\" }"), "{ zone = \"inet\" }",
               "the appliance itself may open nothing to a zone of internet (6(3)③)");
  expect_good(replaced(good_config(), cloud, "{ zone = \"office\" }"));
}

// ── self flows to management ──

TEST(PolicySelfFlow, ReachesTheManagementNetworksByTheirReservedName) {
  const Parsed result = parsed(replaced(good_config(), "\"cloud\", hosts = [\"203.0.113.123\"]",
                                        "\"management\", hosts = [\"10.99.0.5\"]"));

  ASSERT_TRUE(result.policy);
  const Permit& permit = result.policy->permits().back();
  EXPECT_EQ(permit.kind, PermitKind::SelfFlow);
  EXPECT_FALSE(permit.to.zone);
  EXPECT_THAT(permit.to.hosts, ElementsAre(*net::Prefix::parse("10.99.0.5")));
}

TEST(PolicySelfFlow, RefusesHostsOutsideTheManagementNetworks) {
  expect_error(replaced(good_config(), "\"cloud\", hosts = [\"203.0.113.123\"]",
                        "\"management\", hosts = [\"10.98.0.5\"]"),
               "\"10.98.0.5\"", "'10.98.0.5' is not inside the management networks");
}

TEST(PolicySelfFlow, NeedsAManagementTableForItsName) {
  std::string text =
      replaced(good_config(), "\"cloud\", hosts = [\"203.0.113.123\"]", "\"management\"");
  const std::size_t begin = text.find("[management]");
  text.erase(begin, text.find("[[system]]") - begin);

  expect_error(text, "\"management\"", "there is no [management]");
}

TEST(PolicySelfFlow, IsTheOnlyPermitThatMayNameManagement) {
  expect_error(good_config() + flow(kInternet, R"(zone = "management")"), "\"management\"",
               "zone 'management' can only stand in the 'to' of a [[self_flow]]");
}

TEST(PolicySelfFlow, HasNoFrom) {
  expect_error(replaced(good_config(), "id = \"ntp\"", "id = \"ntp\"\nfrom = { zone = \"cloud\" }"),
               "from = { zone = \"cloud\" }", "unknown key 'from'");
}

}  // namespace
}  // namespace sekisho::policy::test
