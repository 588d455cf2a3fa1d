// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::IsEmpty;

std::string flow(const std::string& id, const std::string& from, const std::string& services,
                 const std::string& rest = "") {
  return "[[flow]]\nid = \"" + id + "\"\nfrom = { " + from +
         " }\nto = { zone = \"cloud\" }\nservices = [" + services + "]\npurpose = \"x\"\n" + rest;
}

TEST(PolicyWarnings, APermitWithoutPurpose) {
  expect_warning(replaced(good_config(), "purpose = \"browsing\"\n", ""), "[[flow]]",
                 "'web' has no purpose");
}

TEST(PolicyWarnings, APermitThatAnotherCovers) {
  const std::string text =
      good_config() + flow("narrow", R"(zone = "inet", hosts = ["10.30.0.1"])", "\"tcp/443\"");

  expect_warning(text, "[[flow]]",
                 "'narrow' permits nothing that 'web' at sekisho.toml:" +
                     place(good_config(), "[[flow]]") + " does not");
}

TEST(PolicyWarnings, OfTwoEqualPermitsTheLaterOne) {
  const std::string text = good_config() + flow("again", R"(zone = "inet")", "\"tcp/443\"");

  expect_warning(text, "[[flow]]",
                 "'again' permits nothing that 'web' at sekisho.toml:" +
                     place(good_config(), "[[flow]]") + " does not");
}

TEST(PolicyWarnings, APermitThatALaterAndWiderOneCovers) {
  const std::string text = good_config() + flow("wide", R"(zone = "inet")", "\"tcp/1-1000\"");

  expect_warning(
      text, "[[flow]]\nid = \"web\"",
      "'web' permits nothing that 'wide' at sekisho.toml:" + place(text, "[[flow]]") + " does not");
}

TEST(PolicyWarnings, NotOfPermitsThatGiveMoreInSomeWay) {
  const auto expect_none = [](const std::string& more) {
    EXPECT_THAT(warnings_of(parsed(good_config() + more)), IsEmpty()) << more;
  };

  expect_none(flow("more-ports", R"(zone = "inet", hosts = ["10.30.0.1"])", "\"tcp/443-444\""));
  expect_none(flow("other-protocol", R"(zone = "inet")", "\"udp/443\""));
  expect_none(flow("only-while-granted", R"(zone = "inet")", "\"tcp/1-1000\"", "standby = true\n"));
  expect_none(
      flow("ends", R"(zone = "inet")", "\"tcp/1-1000\"", "valid_until = 2040-01-01T00:00:00Z\n"));
  expect_none(flow("pins", R"(zone = "inet", macs = ["02:00:00:00:00:01"])", "\"tcp/1-1000\""));
}

TEST(PolicyWarnings, APermitOfAFamilyItsServicesDoNotHave) {
  const std::string text = good_config() + flow("ping", R"(zone = "inet", hosts = ["fd00:30::1"])",
                                                "\"icmp/echo-request\"");

  expect_warning(text, "[[flow]]", "'ping' covers no packet");
}

TEST(PolicyWarnings, APermitInsideAZoneThatAllowsItAnyway) {
  const std::string text =
      good_config() +
      "[[flow]]\nid = \"in\"\nfrom = { zone = \"office\" }\nto = { zone = \"office\" }\n"
      "services = [\"tcp/1\"]\npurpose = \"x\"\n";

  expect_warning(text, "[[flow]]",
                 "'in' is inside zone 'office', whose intra_zone allows it anyway");
  EXPECT_THAT(warnings_of(parsed(replaced(text, "interfaces = [\"lg0\"]",
                                          "interfaces = [\"lg0\"]\nintra_zone = \"deny\""))),
              IsEmpty());
}

TEST(PolicyWarnings, AMustFlowThatNoPermitCarries) {
  const std::string must_flow =
      "[[must_flow]]\nid = \"m\"\nfrom = { zone = \"inet\", hosts = [\"10.30.0.1\"] }\n"
      "to = { zone = \"cloud\", hosts = [\"203.0.113.9\"] }\nservices = [\"tcp/443\"]\n";

  EXPECT_THAT(warnings_of(parsed(good_config() + must_flow)), IsEmpty());
  expect_warning(good_config() + replaced(must_flow, "tcp/443", "tcp/444"), "[[must_flow]]",
                 "no single permit carries all of must_flow 'm'");
}

}  // namespace
}  // namespace sekisho::policy::test
