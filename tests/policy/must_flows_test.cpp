// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/must_flows.hpp"

#include "policy/config.hpp"
#include "policy/standing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

const std::string kMailMustFlow = R"([[must_flow]]
id = "mail"
from = { zone = "cloud", hosts = ["198.18.0.25"] }
to = { zone = "office", hosts = ["10.20.0.25"] }
services = ["tcp/25"]
)";
const std::string kExchange = R"([[exchange]]
id = "mail-in"
kind = "mail"
from = { zone = "cloud", hosts = ["198.18.0.25"] }
to = { zone = "office", hosts = ["10.20.0.25"] }
services = ["tcp/25"]
profile = "mail-strict"
purpose = "p"
applicant = "a"
approver = "b"
approved = 2026-03-20
valid_until = 2027-03-31T00:00:00+09:00
)";

Policy policy(const std::string& more, const std::string& extra_zone = {}) {
  const std::string text = R"(version = 1
[appliance]
name = "a"
model = "alpha"
language = "en"
)" + extra_zone + R"([[zone]]
name = "office"
class = "lgwan"
interfaces = ["lg0"]
networks = ["10.20.0.0/16"]
[[zone]]
name = "branch"
class = "lgwan"
interfaces = ["lg1"]
networks = ["10.21.0.0/16"]
[[zone]]
name = "cloud"
class = "security_cloud"
interfaces = ["sc0"]
networks = ["198.18.0.0/15"]
)" + more;
  return test::policy_in(text, kNow);
}

std::vector<std::string> broken(const Policy& before, const Policy& after) {
  return broken_must_flows(before, {kNow}, after, {kNow});
}

TEST(MustFlows, ATakenExchangeBreaksTheMustFlowItCarries) {
  EXPECT_THAT(broken(policy(kMailMustFlow + kExchange), policy(kMailMustFlow)),
              ElementsAre("mail"));
}

TEST(MustFlows, TakingTheMustFlowWithItsPermitIsNoWayAround) {
  EXPECT_THAT(broken(policy(kMailMustFlow + kExchange), policy("")), ElementsAre("mail"));
  EXPECT_THAT(broken(policy(kMailMustFlow + kExchange), policy(kExchange)), IsEmpty());
}

TEST(MustFlows, WhatWasNotCarriedBeforeIsNotBroken) {
  EXPECT_THAT(broken(policy(kMailMustFlow), policy("")), IsEmpty());
}

TEST(MustFlows, ZonesAreKnownByName) {
  const std::string more =
      "[[zone]]\nname = \"first\"\nclass = \"internet\"\ninterfaces = [\"in0\"]\n"
      "networks = [\"10.30.0.0/16\"]\n";

  EXPECT_THAT(broken(policy(kMailMustFlow + kExchange), policy(kMailMustFlow + kExchange, more)),
              IsEmpty());
}

TEST(MustFlows, TwoPermitsMayCarryOneTogether) {
  const std::string wanted = R"([[must_flow]]
id = "both"
from = { zone = "office" }
to = { zone = "branch" }
services = ["tcp/80", "tcp/443"]
)";
  const auto flow = [](const std::string& id, const std::string& services) {
    return "[[flow]]\nid = \"" + id +
           "\"\nfrom = { zone = \"office\" }\nto = { zone = \"branch\" }\nservices = [" + services +
           "]\npurpose = \"p\"\n";
  };

  EXPECT_THAT(broken(policy(wanted + flow("all", "\"tcp/80\", \"tcp/443\"")),
                     policy(wanted + flow("a", "\"tcp/80\"") + flow("b", "\"tcp/443\""))),
              IsEmpty());
  EXPECT_THAT(broken(policy(wanted + flow("all", "\"tcp/80\", \"tcp/443\"")),
                     policy(wanted + flow("a", "\"tcp/80\""))),
              ElementsAre("both"));
}

TEST(MustFlows, AnEmergencyCutBreaksNone) {
  const Policy both = policy(kMailMustFlow + kExchange);
  Standing standing;
  standing.locked = {"all"};

  EXPECT_THAT(broken_must_flows(both, {kNow}, both, situation_of(both, standing, kNow)), IsEmpty());
}

TEST(MustFlows, ARevocationBreaksOne) {
  const Policy both = policy(kMailMustFlow + kExchange);
  Situation revoked{kNow};
  revoked.revoked = {"mail-in"};

  EXPECT_THAT(broken_must_flows(both, {kNow}, both, revoked), ElementsAre("mail"));
}

}  // namespace
}  // namespace sekisho::policy
