// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/sysctl.hpp"

#include "support/netns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace sekisho::kernel {
namespace {

using Outcome = Applied::Outcome;

class Sysctl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
    ns_->sh("ip link add in0 type veth peer name in0.7 && nft 'add table inet t; add chain inet t x; "
            "add rule inet t x ct state new'");  // conntrack's settings appear with it
  }
  std::optional<testing::NetNs> ns_;
};

TEST_F(Sysctl, HygieneIsInForceAfterwards) {
  const std::vector<std::string> interfaces{"in0", "in0.7"};
  ns_->run([&interfaces] {
    const auto settings = hygiene(interfaces);

    const auto applied = apply(settings);

    ASSERT_EQ(applied.size(), settings.size());
    for (const Applied& one : applied) {
      EXPECT_NE(one.outcome, Outcome::Failed) << one.error;
      if (one.outcome != Outcome::Missing) {
        EXPECT_EQ(value_of(one.name).value_or("unreadable"), one.value) << one.name;
      }
    }
  });
}

TEST_F(Sysctl, SettingsOfEveryInterfaceAndOfConntrackAreMet) {
  const std::vector<std::string> interfaces{"in0.7"};
  ns_->run([&interfaces] {
    const auto applied = apply(hygiene(interfaces));

    const auto outcome = [&applied](std::string_view name) {
      const auto at = std::ranges::find(applied, name, [](const Applied& one) -> std::string_view { return one.name; });
      return at == applied.end() ? std::nullopt : std::optional{at->outcome};
    };
    for (const char* name : {"net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.default.arp_announce",
                             "net.netfilter.nf_conntrack_tcp_loose"}) {
      EXPECT_EQ(outcome(name), Outcome::Set) << name;
    }
    for (const char* name : {"net.ipv4.conf.in0/7.send_redirects", "net.ipv6.conf.in0/7.accept_ra"}) {
      const auto found = outcome(name);  // the kernel may have copied the new default to it before
      EXPECT_TRUE(found == Outcome::Set || found == Outcome::Already) << name;
      EXPECT_EQ(value_of(name).value_or("unreadable"), "0") << name;
    }
  });
}

TEST_F(Sysctl, ASecondTimeNothingIsWritten) {
  ns_->run([] {
    (void)apply(hygiene({}));

    for (const Applied& one : apply(hygiene({}))) {
      EXPECT_TRUE(one.outcome == Outcome::Already || one.outcome == Outcome::Missing) << one.name;
    }
  });
}

TEST_F(Sysctl, ForwardingGoesOnAndOffAndRedirectsStayRefused) {
  ns_->run([] {
    (void)apply(hygiene({}));

    for (const bool on : {true, false}) {
      for (const Applied& one : apply(forwarding(on))) {
        EXPECT_NE(one.outcome, Outcome::Failed) << one.error;
      }
      EXPECT_EQ(*value_of("net.ipv4.ip_forward"), on ? "1" : "0");
      EXPECT_EQ(*value_of("net.ipv6.conf.all.forwarding"), on ? "1" : "0");
      EXPECT_EQ(*value_of("net.ipv4.conf.all.accept_redirects"), "0");
      EXPECT_EQ(*value_of("net.ipv4.conf.default.accept_redirects"), "0");
      EXPECT_EQ(*value_of("net.ipv6.conf.all.accept_ra"), "0");
    }
  });
}

TEST_F(Sysctl, WhatIsMissingIsReportedAsSuch) {
  ns_->run([] {
    const auto applied = set({"net.ipv4.no_such_setting", "1", {}});

    ASSERT_TRUE(applied) << applied.error().text();
    EXPECT_EQ(applied->outcome, Outcome::Missing);
  });
}

TEST_F(Sysctl, ARefusedValueIsAnErrorThatNamesIt) {
  ns_->run([] {
    const std::vector<Setting> settings{{"net.ipv4.conf.all.arp_ignore", "many", {}},
                                        {"net.ipv4.conf.all.arp_announce", "2", {}}};

    const auto applied = apply(settings);

    ASSERT_EQ(applied.size(), 2U);
    EXPECT_EQ(applied.front().outcome, Outcome::Failed);
    EXPECT_EQ(applied.front().error, "cannot set net.ipv4.conf.all.arp_ignore to 'many': Invalid argument");
    EXPECT_EQ(applied.back().outcome, Outcome::Set);
  });
}

TEST(SysctlNames, NamesThatLeadElsewhereAreRefused) {
  for (const char* name : {"", "..etc.passwd", "net//x", "net. .x", "net.ipv4.\n", "/etc/passwd.."}) {
    EXPECT_FALSE(set({name, "1", {}})) << name;
    EXPECT_FALSE(value_of(name)) << name;
  }
}

}  // namespace
}  // namespace sekisho::kernel
