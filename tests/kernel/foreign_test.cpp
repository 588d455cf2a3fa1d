// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/lab.hpp"

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)

class ForeignRules : public Lab {
 protected:
  void SetUp() override {
    Lab::SetUp();
    if (!IsSkipped()) {
      commit({"t", {AddTable{}, AddChain{{"x", {}, {}}}}});
    }
  }
  /// The statements of the chain's only rule, written by nft.
  std::vector<Statement> written_by_nft(const std::string& rule) {
    ns_->sh("nft flush chain inet t x; nft add rule inet t x '" + rule + "'");
    const Table table = read("t");
    const Chain* chain = table.chain("x");
    EXPECT_TRUE(chain != nullptr && chain->rules.size() == 1);
    return chain != nullptr && !chain->rules.empty() ? chain->rules.front().statements : std::vector<Statement>{};
  }
};

TEST_F(ForeignRules, RulesThatWeNeverWriteAreOneForeignStatement) {
  for (const char* rule :
       {"tcp dport 80-90 accept", "ip saddr 10.0.0.0/8 accept",
        "limit rate 5/second accept", "reject", "ct original packets > 5 accept", "ct count over 3 drop",
        "iifname \"in*\" accept", "meta mark set jhash ip saddr mod 4", "log prefix \"x\" group 3",
        "log level warn", "counter name \"c\"", "numgen random mod 2 0 accept", "tcp flags syn accept",
        "meta skuid 0 accept", "ip dscp 3 accept", "ip saddr 1.2.3.4 ip ttl 4 accept", "meta mark > 5 accept",
        "ct mark set meta mark", "meta mark & 3 == 1 accept", "continue", "notrack", "queue num 1",
        "@th,16,8 80 accept", "iif lo accept", "meta iiftype ether accept", "ip daddr @nh,96,32"}) {
    ns_->sh("nft add counter inet t c 2>/dev/null || true");
    if (ns_->output("nft -c add rule inet t x '" + std::string{rule} + "' 2>&1") != "") {
      continue;  // not in this kernel
    }

    const auto statements = written_by_nft(rule);

    ASSERT_EQ(statements.size(), 1U) << rule;
    EXPECT_TRUE(std::holds_alternative<Foreign>(statements.front())) << rule;
  }
}

TEST_F(ForeignRules, TheirExpressionsAreNamed) {
  EXPECT_EQ(written_by_nft("limit rate 5/second accept"),
            std::vector<Statement>{Foreign{"limit, immediate"}});
}

TEST_F(ForeignRules, WhatNftWritesAsWeDoIsOurs) {
  EXPECT_EQ(written_by_nft("iifname \"in0\" counter drop"),
            (std::vector<Statement>{Compare{Field::IifName, false, name_bytes("in0")}, Counter{},
                                    Verdict{VerdictKind::Drop, {}}}));
}

TEST_F(ForeignRules, ATableThatSleepsDiffers) {
  commit({"t", {AddChain{{"f", Hook{HookPoint::Forward, 0, true}, {}}}}});
  ns_->sh("nft add table inet t '{ flags dormant; }'");

  const Table table = read("t");

  ASSERT_EQ(table.chain("f")->rules.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Foreign>(table.chain("f")->rules.front().statements.front()));
}

TEST_F(ForeignRules, ChainsOfOtherKindsDiffer) {
  ns_->sh("nft add chain inet t n '{ type nat hook prerouting priority 0; }'");
  ns_->sh("nft add chain inet t i '{ type filter hook ingress device lo priority 0; }'");

  const Table table = read("t");

  for (const char* name : {"n", "i"}) {
    ASSERT_EQ(table.chain(name)->rules.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Foreign>(table.chain(name)->rules.front().statements.front()));
  }
}

TEST_F(ForeignRules, SetsThatAreMoreThanAShapeSaysHaveNoKey) {
  for (const char* set : {"type ipv4_addr; flags dynamic;", "type ipv4_addr; timeout 5s;", "type uid;",
                          "type ipv4_addr; quota 5 mbytes;", "type mark; limit rate over 5/second;",
                          "typeof ip dscp;"}) {
    ns_->sh("nft add set inet t s '{ " + std::string{set} + " }'");

    const Table table = read("t");

    ASSERT_EQ(table.sets.size(), 1U) << set;
    EXPECT_TRUE(table.sets.front().shape.key.empty()) << set;
    ns_->sh("nft delete set inet t s");
  }
}

TEST_F(ForeignRules, ACatchAllElementHasNoKey) {
  ns_->sh("nft add set inet t s '{ type mark; elements = { 0x1, * } }'");

  const Table table = read("t");

  ASSERT_EQ(table.sets.front().elements->size(), 2U);
  EXPECT_TRUE(table.sets.front().elements->front().key.empty());
}

}  // namespace
}  // namespace sekisho::kernel
