// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/changes.hpp"

#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kNow{std::chrono::seconds{1'800'000'000}};

Policy policy(const std::string& more) {
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
name = "cloud"
class = "security_cloud"
interfaces = ["sc0"]
networks = ["198.18.0.0/15", "2001:db8::/32"]
)" + more;
  return test::policy_in(text, kNow);
}

std::string flow(const std::string& id, const std::string& services,
                 const std::string& hosts = "") {
  return "[[flow]]\nid = \"" + id + "\"\nfrom = { zone = \"office\"" +
         (hosts.empty() ? "" : ", hosts = [" + hosts + "]") +
         " }\nto = { zone = \"cloud\" }\nservices = [" + services + "]\npurpose = \"p\"\n";
}

Changes between(const std::string& before, const std::string& after) {
  return changes(policy(before), policy(after), {kNow, {}, {}}, Language::En);
}

TEST(PolicyChanges, NothingChangesBetweenEqualPolicies) {
  const Changes found = between(flow("web", "\"tcp/80\""), flow("web", "\"tcp/80\""));

  EXPECT_THAT(found.more, IsEmpty());
  EXPECT_THAT(found.less, IsEmpty());
  EXPECT_THAT(found.other, IsEmpty());
}

TEST(PolicyChanges, ANarrowedPermitLosesThatServiceAlone) {
  const Changes found = between(flow("web", "\"tcp/80\", \"tcp/443\""), flow("web", "\"tcp/80\""));

  EXPECT_THAT(found.more, IsEmpty());
  EXPECT_THAT(found.less, ElementsAre("'web': office > cloud: tcp/443"));
}

TEST(PolicyChanges, APortInTheMiddleOfARangeIsNamed) {
  const Changes found =
      between(flow("web", "\"tcp/80-90\""), flow("web", "\"tcp/80-84\", \"tcp/86-90\""));

  EXPECT_THAT(found.less, ElementsAre("'web': office > cloud: tcp/85"));
}

TEST(PolicyChanges, APermitThatAnotherCoversIsNoLoss) {
  const Changes found = between(flow("web", "\"tcp/80\"") + flow("wide", "\"tcp/1-1024\""),
                                flow("wide", "\"tcp/1-1024\""));

  EXPECT_THAT(found.less, IsEmpty());
  EXPECT_THAT(found.other, ElementsAre("permit 'web': removed"));
}

TEST(PolicyChanges, WiderHostsAreMoreByThoseHosts) {
  const Changes found = between(flow("web", "\"tcp/80\"", "\"10.30.0.1\""),
                                flow("web", "\"tcp/80\"", "\"10.30.0.1\", \"10.30.0.9\""));

  EXPECT_THAT(found.more, ElementsAre("'web': office 10.30.0.9 > cloud: tcp/80"));
  EXPECT_THAT(found.less, IsEmpty());
}

TEST(PolicyChanges, AZoneBringsItsInside) {
  const Changes found =
      between("",
              "[[zone]]\nname = \"lab\"\nclass = \"internet\"\ninterfaces = [\"lab0\"]\n"
              "networks = [\"10.31.0.0/16\"]\n");

  EXPECT_THAT(found.more, ElementsAre("'intra_zone': lab > lab: *"));
  EXPECT_THAT(found.other, ElementsAre("zone 'lab': added"));
}

}  // namespace
}  // namespace sekisho::policy
