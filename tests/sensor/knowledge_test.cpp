// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/knowledge.hpp"

#include "frames.hpp"

#include <gtest/gtest.h>

namespace sekisho::sensor {
namespace {

TEST(Knowing, SurvivesTheWayBetweenProcesses) {
  const auto back = unpack_knowledge(as_bytes(pack(small_city())));

  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, small_city());
}

TEST(Knowing, RefusesWhatIsCutOrHasMore) {
  const std::string whole = pack(small_city());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(unpack_knowledge(as_bytes(std::string_view{whole}.substr(0, length)))) << length;
  }
  EXPECT_FALSE(unpack_knowledge(as_bytes(whole + "x")));
}

TEST(Knowing, FindsTheZoneOfAnAddressAtTheEdgesToo) {
  const Knowledge city = small_city();

  EXPECT_EQ(city.zone_of(address("10.20.8.255")), 2);
  EXPECT_EQ(city.zone_of(address("10.20.9.0")), 1);
  EXPECT_EQ(city.zone_of(address("10.20.9.255")), 1);
  EXPECT_EQ(city.zone_of(address("10.20.10.0")), 2);
  EXPECT_EQ(city.zone_of(address("10.9.255.255")), 0);
  EXPECT_EQ(city.zone_of(address("fd00:20::1")), 2);
  EXPECT_EQ(city.zone_of(address("ff02::1")), 0);
}

TEST(Knowing, TakesAPolicysZonesByTheirNumbers) {
  policy::PolicyParts parts;
  parts.violations.window = std::chrono::milliseconds{250};
  parts.zones = {{.name = "a",
                  .interfaces = {"a0"},
                  .networks = {*net::Prefix::parse("10.0.0.0/8")},
                  .organ = {},
                  .gateways = {},
                  .place = {}},
                 {.name = "b",
                  .interfaces = {"b0"},
                  .networks = {*net::Prefix::parse("10.1.0.0/16")},
                  .organ = {},
                  .gateways = {},
                  .place = {}}};

  const Knowledge known = knowledge_of(policy::Policy{parts}, {{"a", 7}, {"b", 3}});

  EXPECT_EQ(known.window, std::chrono::milliseconds{250});
  EXPECT_EQ(known.zone_of(address("10.0.0.1")), 7);
  EXPECT_EQ(known.zone_of(address("10.1.0.1")), 3);
  EXPECT_EQ(known.zone_of(address("11.0.0.1")), 0);
}

}  // namespace
}  // namespace sekisho::sensor
