// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

TEST(PolicyServices, RefusesWhatIsNoService) {
  const auto expect = [](const std::string& service, const std::string& message) {
    expect_error(replaced(good_config(), "\"tcp/443\"", '"' + service + '"'), '"' + service + '"',
                 message);
  };

  expect("http",
         "unknown service 'http': one of tcp/, udp/, sctp/, icmp/, icmpv6/, proto/ must begin it");
  expect("6/80",
         "unknown service '6/80': one of tcp/, udp/, sctp/, icmp/, icmpv6/, proto/ must begin it");
  expect("tcp/0", "bad port in 'tcp/0': 1 to 65535, or a range FIRST-LAST");
  expect("tcp/65536", "bad port in 'tcp/65536': 1 to 65535, or a range FIRST-LAST");
  expect("udp/20-10", "the port range of 'udp/20-10' is reversed");
  expect("icmp/echo", "unknown ICMP type in 'icmp/echo'");
  expect("proto/256", "bad protocol in 'proto/256': 0 to 255");
}

TEST(PolicyServices, WarnsOfIcmpTypesThatOpenNoConnection) {
  expect_warning(replaced(good_config(), "\"tcp/443\"", "\"tcp/443\", \"icmp/redirect\""),
                 "\"icmp/redirect\"",
                 "'icmp/redirect' opens no connection: no packet passes by it");
}

TEST(PolicyViolations, AreRead) {
  const Parsed result =
      parsed(good_config() + "[violations]\nwindow = \"500ms\"\nmax_records = 1000000\n");

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->violations().window, std::chrono::milliseconds{500});
  EXPECT_EQ(result.policy->violations().max_records, 1'000'000U);
}

TEST(PolicyViolations, RefuseWhatIsOutOfRange) {
  for (const std::string window : {"99ms", "61s", "1", "1m", "s", "0.5s"}) {
    expect_error(good_config() + "[violations]\nwindow = \"" + window + "\"\n", "\"" + window,
                 "'" + window + "' is not a time from 100ms to 60s, as in \"1s\" or \"500ms\"");
  }
  expect_error(good_config() + "[violations]\nmax_records = 0\n", "0\n",
               "'max_records' must lie between 1 and 1000000");
}

TEST(PolicyAppliance, KeepsWhatItSays) {
  const Parsed result =
      parsed(replaced(replaced(good_config(), "\"alpha\"", "\"beta_prime\""), "language = \"en\"",
                      "language = \"en\"\ntable = \"gate_1\"\npolicy = \"令和8年\""));

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->appliance().name, "boundary");
  EXPECT_EQ(result.policy->appliance().model, Model::BetaPrime);
  EXPECT_EQ(result.policy->appliance().language, Language::En);
  EXPECT_EQ(result.policy->appliance().table, "gate_1");
  EXPECT_EQ(result.policy->appliance().policy_edition, "令和8年");
}

TEST(PolicyAppliance, RefusesABadTableName) {
  for (const std::string table : {"Gate", "1gate", "ga-te", "a234567890123456789012345678901_"}) {
    expect_error(replaced(good_config(), "language = \"en\"",
                          "language = \"en\"\ntable = \"" + table + "\""),
                 "\"" + table + "\"",
                 "bad table name '" + table + "': it must match [a-z][a-z0-9_]{0,30}");
  }
}

TEST(PolicyAppliance, ReadsTheSensor) {
  const Parsed off = parsed(good_config());
  const Parsed on = parsed(good_config() + "[sensor]\nenable = true\n");

  ASSERT_TRUE(off.policy && on.policy);
  EXPECT_FALSE(off.policy->sensor());
  EXPECT_TRUE(on.policy->sensor());
}

}  // namespace
}  // namespace sekisho::policy::test
