// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/standing.hpp"

#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

Policy city(const std::string& services = "\"tcp/443\"") {
  const std::string text = R"(version = 1
[appliance]
name = "a"
model = "alpha"
language = "en"
[[zone]]
name = "office"
class = "internet"
interfaces = ["in0"]
networks = ["10.30.0.0/16"]
[[zone]]
name = "library"
class = "internet"
interfaces = ["li0"]
networks = ["10.31.0.0/16"]
[[zone]]
name = "cloud"
class = "security_cloud"
interfaces = ["sc0"]
networks = ["198.18.0.0/15"]
[[flow]]
id = "web"
from = { zone = "office" }
to = { zone = "cloud" }
services = [)" + services + R"(]
purpose = "p"
[[flow]]
id = "maintenance"
from = { zone = "library" }
to = { zone = "cloud" }
services = ["tcp/22"]
purpose = "p"
standby = true
)";
  return test::policy_in(text, kNow);
}

const Permit& permit(const Policy& policy, const std::string& id) {
  return *std::ranges::find(policy.permits(), id, &Permit::id);
}

TEST(Standing, AStandbyPermitIsInForceOnlyWhileItIsGranted) {
  const Policy policy = city();
  const Permit& maintenance = permit(policy, "maintenance");
  Standing standing;
  EXPECT_FALSE(in_force(maintenance, situation_of(policy, standing, kNow)));
  standing.granted["maintenance"] = {digest_of(policy, maintenance), kNow + hours{2}, {}, {}};

  const Situation during = situation_of(policy, standing, kNow);

  EXPECT_TRUE(in_force(maintenance, during));
  EXPECT_EQ(end_of(maintenance, during), kNow + hours{2});
  EXPECT_FALSE(in_force(maintenance, situation_of(policy, standing, kNow + hours{2})));
}

TEST(Standing, ARevocationHoldsForThePermitAsItWas) {
  const Policy policy = city();
  Standing standing;
  standing.revoked["web"] = digest_of(policy, permit(policy, "web"));
  const Policy changed = city("\"tcp/443\", \"tcp/80\"");

  EXPECT_FALSE(in_force(permit(policy, "web"), situation_of(policy, standing, kNow)));
  EXPECT_TRUE(in_force(permit(changed, "web"), situation_of(changed, standing, kNow)));
}

TEST(Standing, AGrantLiftsARevocationForItsTime) {
  const Policy policy = city();
  const Permit& web = permit(policy, "web");
  Standing standing;
  standing.revoked["web"] = digest_of(policy, web);
  standing.granted["web"] = {digest_of(policy, web), kNow + hours{1}, {}, {}};

  EXPECT_TRUE(in_force(web, situation_of(policy, standing, kNow)));
  EXPECT_FALSE(in_force(web, situation_of(policy, standing, kNow + hours{1})));
}

TEST(Standing, AGrantIsForNoChangedPermit) {
  const Policy policy = city();
  Standing standing;
  standing.granted["maintenance"] = {"another digest", kNow + hours{1}, {}, {}};

  EXPECT_FALSE(in_force(permit(policy, "maintenance"), situation_of(policy, standing, kNow)));
}

TEST(Standing, ALockdownMeansAZoneAClassOrAll) {
  const Policy policy = city();

  EXPECT_THAT(zones_meant(policy, "library"), ElementsAre(1));
  EXPECT_THAT(zones_meant(policy, "internet"), ElementsAre(0, 1));
  EXPECT_THAT(zones_meant(policy, "all"), ElementsAre(0, 1, 2));
  EXPECT_THAT(zones_meant(policy, "my_number"), IsEmpty());
}

TEST(Standing, ALockedZoneTakesItsPermitsOutOfForceWhateverIsGranted) {
  const Policy policy = city();
  const Permit& maintenance = permit(policy, "maintenance");
  Standing standing;
  standing.granted["maintenance"] = {digest_of(policy, maintenance), kNow + hours{2}, {}, {}};
  standing.locked = {"library"};

  const Situation situation = situation_of(policy, standing, kNow);

  EXPECT_FALSE(in_force(maintenance, situation));
  EXPECT_TRUE(in_force(permit(policy, "web"), situation));
}

TEST(Standing, WhatIsOverIsForgotten) {
  Standing standing;
  standing.granted["over"] = {"d", kNow, {}, {}};
  standing.granted["goes on"] = {"d", kNow + hours{1}, {}, {}};
  standing.requests = {{1, "p", "d", hours{1}, {}, kNow - kRequestsWait},
                       {2, "p", "d", hours{1}, {}, kNow}};

  const Standing left = without_the_past(standing, kNow);

  EXPECT_EQ(left.granted.size(), 1U);
  ASSERT_EQ(left.requests.size(), 1U);
  EXPECT_EQ(left.requests.front().number, 2U);
}

TEST(Standing, WhyAPermitIsNotInForceIsOneWord) {
  const Policy policy = city();
  const Permit& web = permit(policy, "web");
  Permit begins = web;
  begins.valid_from = kNow + hours{1};
  Permit ended = web;
  ended.valid_until = kNow;
  Permit exchange = web;
  exchange.kind = PermitKind::Exchange;
  Permit screen = exchange;
  screen.exchange = ExchangeKind::Screen;

  EXPECT_EQ(why_not(web, {kNow}), "");
  EXPECT_EQ(why_not(web, {kNow, {"web"}}), "revoked");
  EXPECT_EQ(why_not(web, {kNow, {"web"}, {{"web", kNow + hours{1}}}}), "");
  EXPECT_EQ(why_not(web, {kNow, {"web"}, {}, {*policy.zone_named("cloud")}}), "lockdown");
  EXPECT_EQ(why_not(begins, {kNow}), "not_begun");
  EXPECT_EQ(why_not(ended, {kNow}), "expired");
  EXPECT_EQ(why_not(permit(policy, "maintenance"), {kNow}), "standby");
  EXPECT_EQ(why_not(exchange, {kNow}), "");
  EXPECT_EQ(why_not(screen, {kNow}), "no_relay");
}

}  // namespace
}  // namespace sekisho::policy
