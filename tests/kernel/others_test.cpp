// SPDX-License-Identifier: GPL-3.0-or-later
// What rules of others do to packets, as nft and iptables write them.
#include "kernel/others.hpp"

#include "kernel/lab.hpp"
#include "kernel/owned.hpp"

#include <gmock/gmock.h>

namespace sekisho::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Others : public Lab {
 protected:
  [[nodiscard]] std::vector<std::string> seen() const {
    std::vector<std::string> texts;
    ns_->run([&] {
      const auto found = others("sekisho");
      ASSERT_TRUE(found) << found.error().text();
      std::ranges::transform(*found, std::back_inserter(texts), &Other::text);
    });
    return texts;
  }
  void nft(const std::string& rules) const { ns_->sh("nft -f - <<'E'\n" + rules + "\nE"); }
};

/// A table "a" with a chain "c" that holds one rule.
std::string table(const std::string& family, const std::string& hook, const std::string& rule,
                  const std::string& objects = "") {
  return "table " + family + " a {\n" + objects + "chain c {\n" + hook + "\n" + rule + "\n}\n}";
}
const std::string kNoHook;
const std::string kFilter = "type filter hook prerouting priority 0;";

struct Case {
  const char* name;
  std::string rules;
  const char* text;
};

class OthersOfEachKind : public Others, public ::testing::WithParamInterface<Case> {};

TEST_P(OthersOfEachKind, AreFoundWithTheirPlaceAndGoAway) {
  nft(GetParam().rules);

  EXPECT_THAT(seen(), ElementsAre(GetParam().text));
  ns_->sh("nft flush ruleset");
  EXPECT_THAT(seen(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, OthersOfEachKind,
    ::testing::Values(
        Case{"mark", table("inet", kFilter, "meta mark set 7"),
             "table inet a, chain c: marks packets (meta mark)"},
        Case{"ct_mark", table("ip", kNoHook, "ct mark set 7"),
             "table ip a, chain c: marks connections (ct mark)"},
        Case{"zone", table("inet", "type filter hook prerouting priority raw;", "ct zone set 7"),
             "table inet a, chain c: changes how connections are tracked (ct set)"},
        Case{"notrack", table("ip6", "type filter hook prerouting priority raw;", "notrack"),
             "table ip6 a, chain c: changes how connections are tracked (notrack)"},
        Case{"snat", table("ip", "type nat hook postrouting priority 100;", "snat to 192.0.2.1"),
             "table ip a, chain c: translates addresses (nat)"},
        Case{"masquerade", table("ip", "type nat hook postrouting priority 100;", "masquerade"),
             "table ip a, chain c: translates addresses (masq)"},
        Case{"redirect",
             table("ip", "type nat hook prerouting priority -100;", "tcp dport 1 redirect to :2"),
             "table ip a, chain c: translates addresses (redir)"},
        Case{"tproxy", table("ip", kFilter, "tcp dport 1 tproxy to :2"),
             "table ip a, chain c: diverts packets (tproxy)"},
        Case{"fwd",
             table("netdev", "type filter hook ingress device lo priority 0;", "fwd to \"lo\""),
             "table netdev a, chain c: takes packets past the rules (fwd)"},
        Case{"dup", table("ip", kFilter, "dup to 192.0.2.1"),
             "table ip a, chain c: copies packets (dup)"},
        Case{"helper",
             table("ip", kFilter, "ct helper set \"f\"",
                   "ct helper f {\ntype \"ftp\" protocol tcp;\n}\n"),
             "table ip a, chain c: changes how connections are tracked (ct helper)"},
        Case{"helper_by_map",
             table("ip", kFilter, "ct helper set tcp dport map { 21 : \"f\" }",
                   "ct helper f {\ntype \"ftp\" protocol tcp;\n}\n"),
             "table ip a, map __objmap0: changes how connections are tracked (ct helper)"},
        Case{"synproxy",
             table("ip", "type filter hook input priority 0;",
                   "tcp dport 1 synproxy mss 1460 wscale 7"),
             "table ip a, chain c: diverts packets (synproxy)"},
        Case{"rewrite", table("ip", kFilter, "ip daddr set 192.0.2.7"),
             "table ip a, chain c: rewrites packets (payload)"}),
    [](const auto& one) { return std::string{one.param.name}; });

TEST_F(Others, OfIptablesTargetsThatOnlyLogAreNone) {
  ns_->sh("iptables-nft -A FORWARD -j LOG; iptables-nft -A FORWARD -j REJECT");
  EXPECT_THAT(seen(), IsEmpty());

  ns_->sh("iptables-nft -t raw -A PREROUTING -j CT --notrack");

  EXPECT_THAT(seen(), ElementsAre("table ip raw, chain PREROUTING: changes packets (target CT)"));
}

TEST_F(Others, ThatOnlyLetPassOrNotAreNobodysBusiness) {
  for (const char* rule :
       {"ct state established accept", "ip saddr 192.0.2.0/24 counter name \"n\" drop",
        "tcp dport 1 counter name tcp dport map { 1 : \"n\" }", "limit rate 5/second log drop",
        "meta nftrace set 1", "meta priority set 1:2"}) {
    nft(table("inet", "type filter hook forward priority -10; policy drop;", rule,
              "counter n {\n}\n"));
  }

  EXPECT_THAT(seen(), IsEmpty());
}

TEST_F(Others, AreNotOurOwn) {
  for (const char* family : {"inet", "netdev", "ip"}) {
    nft("table " + std::string{family} + " sekisho {\nchain c {\nmeta mark set 7\n}\n}");
  }

  EXPECT_THAT(seen(), ElementsAre("table ip sekisho, chain c: marks packets (meta mark)"));
}

TEST_F(Others, OfTheOlderInterfaceAreFoundToo) {
  EXPECT_THAT(seen(), IsEmpty());
  ns_->sh("iptables-legacy -t nat -L >/dev/null; iptables-legacy -t filter -L >/dev/null");

  EXPECT_THAT(seen(), ElementsAre("table ip nat of iptables-legacy: may change packets"));
}

TEST_F(Others, AreManyAndStillTold) {
  std::string rules = "table inet a {\n";
  for (std::size_t i = 0; i < 2 * kMostOthers; ++i) {
    rules += "chain c" + std::to_string(i) + " {\nmeta mark set 7\n}\n";
  }
  nft(rules + "}");

  EXPECT_EQ(seen().size(), kMostOthers);
}

/// A message as the kernel writes it, from attributes that nest.
class Written {
 public:
  explicit Written(std::uint16_t type)
      : header_{nftnl_nlmsg_build_hdr(bytes_.data(), type, NFPROTO_INET, 0, 0)} {}
  Written& text(std::uint16_t type, const char* value) {
    mnl_attr_put_strz(header_, type, value);
    return *this;
  }
  [[nodiscard]] Message message() const {
    return *Messages{as_bytes({bytes_.data(), header_->nlmsg_len})}.begin();
  }

 private:
  alignas(nlmsghdr) std::array<char, 512> bytes_{};
  nlmsghdr* header_;
};

TEST(OtherFlowtables, TakePacketsPastTheRules) {  // not in every kernel: from a message
  Written written{NFT_MSG_NEWFLOWTABLE};
  const Message message =
      written.text(NFTA_FLOWTABLE_TABLE, "a").text(NFTA_FLOWTABLE_NAME, "f\x1b").message();

  const auto found = decode_other_flowtable(message);

  ASSERT_TRUE(found);
  EXPECT_THAT(found->text(), HasSubstr("takes packets past the rules"));
  EXPECT_THAT(found->text(), HasSubstr("table inet a, flowtable f"));
  EXPECT_EQ(found->text().find('\x1b'), std::string::npos);
  EXPECT_FALSE(decode_other_flowtable(Written{NFT_MSG_NEWRULE}.message()));
}

}  // namespace
}  // namespace sekisho::kernel
