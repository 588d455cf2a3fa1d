// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/meddling.hpp"

#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace sekisho::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MeddlingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
    ns_->sh(
        "ip link add mn0 type veth peer name far0; ip link add lg0 type veth peer name far1; "
        "ip link set mn0 up; ip link set lg0 up");
  }

  [[nodiscard]] std::vector<Meddling> found() const {
    std::vector<Meddling> all;
    ns_->run([&] {
      auto read = meddling({"mn0", "lg0", "absent0"});
      ASSERT_TRUE(read) << read.error().text();
      all = *std::move(read);
    });
    return all;
  }
  /// Does it, looks, undoes it: what was found in between.
  [[nodiscard]] std::vector<Meddling> during(const std::string& deed,
                                             const std::string& undoing) const {
    EXPECT_THAT(found(), IsEmpty());
    ns_->sh(deed);
    std::vector<Meddling> seen = found();
    ns_->sh(undoing);
    EXPECT_THAT(found(), IsEmpty()) << undoing;
    return seen;
  }

  std::optional<testing::NetNs> ns_;
};

TEST_F(MeddlingTest, ABridgeIsFoundAtEachOfItsPorts) {
  EXPECT_THAT(during("ip link add br0 type bridge; ip link set mn0 master br0; "
                     "ip link set lg0 master br0",
                     "ip link del br0"),
              ElementsAre(Meddling{"lg0", "it is a port of 'br0'"},
                          Meddling{"mn0", "it is a port of 'br0'"}));
}

TEST_F(MeddlingTest, ADeviceOnTopIsFoundAndAPeerIsNone) {
  EXPECT_THAT(during("ip link add top0 link mn0 type macvlan", "ip link del top0"),
              ElementsAre(Meddling{"mn0", "the device 'top0' lies on it"}));
}

TEST_F(MeddlingTest, ATrafficControlHookIsFound) {
  EXPECT_THAT(during("tc qdisc add dev lg0 clsact", "tc qdisc del dev lg0 clsact"),
              ElementsAre(Meddling{"lg0", "it has a traffic control hook"}));
  EXPECT_THAT(during("tc qdisc add dev lg0 ingress", "tc qdisc del dev lg0 ingress"),
              ElementsAre(Meddling{"lg0", "it has a traffic control hook"}));
}

TEST_F(MeddlingTest, ARoutingRuleIsFoundInEitherFamily) {
  EXPECT_THAT(during("ip rule add iif mn0 lookup 77", "ip rule del iif mn0 lookup 77"),
              ElementsAre(Meddling{"mn0", "a routing rule names it"}));
  EXPECT_THAT(during("ip -6 rule add oif lg0 lookup 77", "ip -6 rule del oif lg0 lookup 77"),
              ElementsAre(Meddling{"lg0", "a routing rule names it"}));
}

}  // namespace
}  // namespace sekisho::kernel
