// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of statement, set and chain as text, and what nft itself makes of it.
#include "ruleset/to_nft.hpp"

#include "net/address.hpp"
#include "net/service.hpp"
#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sekisho::ruleset {
namespace {

using std::chrono::seconds;

constexpr Instant kNow{seconds{1'795'478'400}};  // 2026-11-24
constexpr std::uint8_t kIpv4 = 2;
constexpr std::uint8_t kIpv6 = 10;

Bytes address(const char* text) {
  return Bytes{net::Address::parse(text)->bytes()};
}
Bytes joined(std::initializer_list<Bytes> fields) {
  Bytes all;
  for (const Bytes& field : fields) {
    all.append(field.view());
  }
  return all;
}
Statement is(Field field, const Bytes& value) {
  return Compare{field, false, value};
}
Statement family(std::uint8_t number) {
  return is(Field::NfProto, bytes_of(number));
}
Statement l4(std::uint8_t protocol) {
  return is(Field::L4Proto, bytes_of(protocol));
}
const Statement kAccept = Verdict{VerdictKind::Accept, {}};

struct RuleCase {
  std::vector<Statement> statements;
  std::string written;
  std::string listed;  ///< as nft lists it, where it differs
};

std::vector<RuleCase> rule_cases() {
  const Mark meta = Mark::Meta;
  return {
      {{is(Field::MetaMark, mark_bytes(0x100)), kAccept}, "meta mark 0x00000100 accept", {}},
      {{is(Field::IifName, name_bytes("lo")), kAccept}, "iifname \"lo\" accept", {}},
      {{Compare{Field::OifName, true, name_bytes("in0")}, Verdict{VerdictKind::Drop, {}}},
       "oifname != \"in0\" drop",
       {}},
      {{family(kIpv4), Verdict{VerdictKind::Goto, "aside"}}, "meta nfproto ipv4 goto aside", {}},
      {{l4(6), is(Field::ThDport, bytes_of(std::uint16_t{443})), kAccept},
       "meta l4proto tcp th dport 443 accept",
       "tcp dport 443 accept"},
      {{l4(47), kAccept}, "meta l4proto 47 accept", "meta l4proto gre accept"},
      {{family(kIpv4), is(Field::IpSaddr, address("10.0.0.1")), kAccept},
       "ip saddr 10.0.0.1 accept",
       {}},
      {{family(kIpv6), is(Field::Ip6Daddr, address("fd00::1")), kAccept},
       "ip6 daddr fd00::1 accept",
       {}},
      {{family(kIpv4), is(Field::IpHeaderLength, bytes_of(std::uint8_t{5})), kAccept},
       "ip hdrlength 5 accept",
       {}},
      {{family(kIpv6), is(Field::Ip6HopLimit, bytes_of(std::uint8_t{255})), kAccept},
       "ip6 hoplimit 255 accept",
       {}},
      {{l4(1), is(Field::IcmpType, bytes_of(std::uint8_t{8})), kAccept},
       "icmp type echo-request accept",
       {}},
      {{l4(58), is(Field::Icmp6Type, bytes_of(std::uint8_t{200})), kAccept},
       "icmpv6 type 200 accept",
       {}},
      {{l4(58), is(Field::Icmp6Type, bytes_of(std::uint8_t{143})), kAccept},
       "icmpv6 type mld2-listener-report accept",
       {}},
      {{HasBits{Field::CtState, 1U | 64U}, Verdict{VerdictKind::Drop, {}}},
       "ct state invalid,untracked drop",
       {}},
      {{HasBits{Field::MetaMark, 0xff00}, kAccept},
       "meta mark & 0x0000ff00 != 0x00000000 accept",
       {}},
      {{is(Field::CtMark, mark_bytes(7)), Verdict{VerdictKind::Return, {}}},
       "ct mark 0x00000007 return",
       {}},
      {{is(Field::CtDirection, bytes_of(std::uint8_t{1})), kAccept},
       "ct direction reply accept",
       {}},
      {{is(Field::EtherSaddr, Bytes{net::Mac::parse("02:00:00:00:02:02")->bytes()}), kAccept},
       "ether saddr 02:00:00:00:02:02 accept",
       {}},
      {{is(Field::FibSaddrType, mark_bytes(2)), kAccept}, "fib saddr type local accept", {}},
      {{Compare{Field::FibDaddrIifType, true, mark_bytes(2)}, kAccept},
       "fib daddr . iif type != local accept",
       {}},
      {{is(Field::NextHop4, address("10.0.0.1")), kAccept}, "rt ip nexthop 10.0.0.1 accept", {}},
      {{is(Field::NextHop6, address("fd00::1")), kAccept}, "rt ip6 nexthop fd00::1 accept", {}},
      {{InSet{{Field::CtMark, Field::CtDirection}, false, "live"}, kAccept},
       "ct mark . ct direction @live accept",
       {}},
      {{InSet{{Field::CtMark, Field::CtDirection}, true, "live"}, kAccept},
       "ct mark . ct direction != @live accept",
       {}},
      {{SetMark{meta, 1}}, "meta mark set 0x00000001", {}},
      {{SetMark{Mark::Ct, 0x80000001}}, "ct mark set 0x80000001", {}},
      {{ChangeMark{meta, ~1U, 1}}, "meta mark set meta mark | 0x00000001", {}},
      {{ChangeMark{meta, 0xff00, 0}}, "meta mark set meta mark & 0x0000ff00", {}},
      {{ChangeMark{meta, 0xff00, 0xff}},
       "meta mark set meta mark & 0x0000ff00 ^ 0x000000ff",
       "meta mark set meta mark & 0x0000ffff | 0x000000ff"},
      {{family(kIpv4), MapMark{meta, {Field::IpSaddr}, "zone4"}},
       "meta mark set ip saddr map @zone4",
       {}},
      {{MapVerdict{{Field::IifName, Field::OifName}, "pairs"}},
       "iifname . oifname vmap @pairs",
       {}},
      {{Verdict{VerdictKind::Jump, "aside"}}, "jump aside", {}},
      {{Log{5, 128, 0}}, "log group 5 snaplen 128", {}},
      {{Log{5, 128, 20}}, "log group 5 snaplen 128 queue-threshold 20", {}},
      {{Log{5, 0, 0}}, "log group 5", {}},
      {{Counter{}, kAccept}, "counter accept", "counter packets 0 bytes 0 accept"},
  };
}

SetShape shape_of(std::string name, std::vector<Type> key, Holds holds = Holds::Keys) {
  SetShape shape;
  shape.name = std::move(name);
  shape.key = std::move(key);
  shape.holds = holds;
  return shape;
}

Set set_of(SetShape shape, Elements elements) {
  return {std::move(shape), std::make_shared<const Elements>(std::move(elements))};
}
Element element(const Bytes& key, std::string comment = {}) {
  Element made;
  made.key = key;
  made.comment = std::move(comment);
  return made;
}
Element mapped(const Bytes& key, const Bytes& key_end, std::uint32_t mark) {
  Element made;
  made.key = key;
  made.key_end = key_end;
  made.value = mark;
  return made;
}

/// One set of every kind.
std::vector<Set> sets() {
  SetShape live = shape_of("live", {Type::Mark, Type::CtDirection});
  live.timeout = true;
  live.counter = true;
  Element ending = element(joined({mark_bytes(1), bytes_of(std::uint8_t{0})}), "web");
  ending.expires = kNow + seconds{300};
  Element ended = element(joined({mark_bytes(2), bytes_of(std::uint8_t{1})}));
  ended.expires = kNow;
  SetShape pairs = shape_of("pairs", {Type::IfName, Type::IfName}, Holds::Verdicts);
  pairs.size = 64;
  Element pair = element(joined({name_bytes("lg0"), name_bytes("mn0")}), "eltax");
  pair.value = Verdict{VerdictKind::Goto, "aside"};
  SetShape sample = shape_of("sample", {Type::Mark});
  sample.size = 16;
  sample.limit = Rate{100, 20};
  SetShape zone4 = shape_of("zone4", {Type::Ipv4Addr}, Holds::Marks);
  zone4.interval = true;
  SetShape net4 =
      shape_of("net4", {Type::Ipv4Addr, Type::InetProto, Type::InetService}, Holds::Marks);
  net4.interval = true;
  const auto box = [](const char* first, std::uint16_t port) {
    return joined({address(first), bytes_of(std::uint8_t{6}), bytes_of(port)});
  };
  return {
      set_of(live, {ending, ended}),
      set_of(net4, {mapped(box("10.30.0.0", 2000), box("10.30.0.255", 2999), 2)}),
      set_of(pairs, {pair}),
      set_of(sample, {element(mark_bytes(0x10203))}),
      set_of(zone4, {mapped(address("1.0.0.0"), address("9.255.255.255"), 0x400),
                     mapped(address("10.10.0.0"), address("10.10.255.255"), 0x100),
                     mapped(address("10.20.0.1"), address("10.20.0.1"), 0x200)}),
  };
}

Table everything() {
  Chain all{"each", {}, {}};
  for (const RuleCase& one : rule_cases()) {
    all.rules.push_back({one.statements, {}});
  }
  all.rules.push_back({{Foreign{"tproxy\n}"}, kAccept}, "not ours"});
  all.rules.push_back({{kAccept}, "said \"so\""});
  Table table{"sekisho", sets(), {all, Chain{"aside", {}, {}}}};
  table.chains.push_back({"forward", Hook{HookPoint::Forward, 0, true}, {Rule{{kAccept}, {}}}});
  table.chains.push_back({"early", Hook{HookPoint::Prerouting, -100, false}, {}});
  table.chains.push_back({"odd", Hook{HookPoint::Input, -5, true}, {}});
  normalise(table);
  return table;
}

TEST(ToNft, WritesEachStatementAsNftSpellsIt) {
  for (const RuleCase& one : rule_cases()) {
    EXPECT_EQ(to_nft(Rule{one.statements, {}}), one.written);
  }
}

TEST(ToNft, KeepsAMatchThatTheNextStatementDoesNotImply) {
  const Statement saddr = is(Field::IpSaddr, address("10.0.0.1"));

  EXPECT_EQ(to_nft(Rule{{family(kIpv6), saddr}, {}}), "meta nfproto ipv6 ip saddr 10.0.0.1");
  EXPECT_EQ(to_nft(Rule{{Compare{Field::NfProto, true, bytes_of(kIpv4)}, saddr}, {}}),
            "meta nfproto != ipv4 ip saddr 10.0.0.1");
  EXPECT_EQ(to_nft(Rule{{family(kIpv4), SetMark{Mark::Meta, 0}, saddr}, {}}),
            "meta nfproto ipv4 meta mark set 0x00000000 ip saddr 10.0.0.1");
}

TEST(ToNft, OmitsBothMatchesThatOneKeyImplies) {
  const Rule rule{{family(kIpv4), l4(1), InSet{{Field::IpSaddr, Field::IcmpType}, false, "probes"}},
                  {}};

  EXPECT_EQ(to_nft(rule), "ip saddr . icmp type @probes");
}

TEST(ToNft, WritesSetsWithTheirShapeAndElements) {
  Table table{"t", sets(), {}};
  normalise(table);

  EXPECT_EQ(to_nft(table, kNow), R"(table inet t {
	set live {
		type mark . ct_dir
		flags timeout
		counter
		elements = { 0x00000001 . original timeout 300s comment "web" }
	}
	map net4 {
		type ipv4_addr . inet_proto . inet_service : mark
		flags interval
		elements = { 10.30.0.0/24 . tcp . 2000-2999 : 0x00000002 }
	}
	map pairs {
		type ifname . ifname : verdict
		size 64
		elements = { "lg0" . "mn0" comment "eltax" : goto aside }
	}
	set sample {
		type mark
		size 16
		limit rate 100/second burst 20 packets
		elements = { 0x00010203 }
	}
	map zone4 {
		type ipv4_addr : mark
		flags interval
		elements = { 1.0.0.0-9.255.255.255 : 0x00000400, 10.10.0.0/16 : 0x00000100, 10.20.0.1 : 0x00000200 }
	}
}
)");
}

TEST(ToNft, WritesWhatItDoesNotKnowAsAComment) {
  const std::string text = to_nft(everything(), kNow);

  EXPECT_THAT(text, ::testing::HasSubstr("\t\t# tproxy } accept comment \"not ours\"\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("\t\taccept comment \"said 'so'\"\n"));
}

TEST(ToNft, NamesTheCommonPriorities) {
  const std::string text = to_nft(everything(), kNow);

  EXPECT_THAT(text, ::testing::HasSubstr("type filter hook forward priority filter; policy drop;"));
  EXPECT_THAT(text, ::testing::HasSubstr("hook prerouting priority dstnat; policy accept;"));
  EXPECT_THAT(text, ::testing::HasSubstr("hook input priority -5; policy drop;"));
}

class ToNftLoaded : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for a network namespace";
    }
  }
  void TearDown() override { std::filesystem::remove(path_); }
  [[nodiscard]] std::string written(const std::string& text) const {
    std::ofstream{path_} << text;
    return path_;
  }

  std::string path_ = ::testing::TempDir() + "sekisho-to-nft-" + std::to_string(::getpid());
};

TEST_F(ToNftLoaded, IsListedByNftAsItWasWritten) {
  const auto ns = testing::NetNs::create();

  ns.sh("nft -c -f " + written(to_nft(everything(), kNow)));
  ns.sh("nft -f " + path_);
  const std::string listed = ns.output("nft list chain inet sekisho each");

  for (const RuleCase& one : rule_cases()) {
    const std::string line = one.listed.empty() ? one.written : one.listed;
    EXPECT_THAT(listed, ::testing::HasSubstr("\t\t" + line + "\n"));
  }
}

TEST_F(ToNftLoaded, LosesNoMatchThatItLeavesToNft) {
  const auto ns = testing::NetNs::create();
  SetShape probes = shape_of("probes", {Type::Ipv4Addr, Type::Icmp4Type});
  const Rule rule{{family(kIpv4), l4(1), InSet{{Field::IpSaddr, Field::IcmpType}, false, "probes"}},
                  {}};
  const Table table{"t", {set_of(probes, {})}, {Chain{"c", {}, {rule}}}};

  const std::string code = ns.output("nft --debug=netlink -f " + written(to_nft(table, kNow)));

  EXPECT_THAT(code, ::testing::HasSubstr("[ meta load nfproto => reg 1 ]"));
  EXPECT_THAT(code, ::testing::HasSubstr("[ meta load l4proto => reg 1 ]"));
}

TEST_F(ToNftLoaded, ComparesAWholeConnectionState) {
  const auto ns = testing::NetNs::create();
  const Rule rule{{is(Field::CtState, mark_bytes(2)), kAccept}, {}};
  const Table table{"t", {}, {Chain{"c", {}, {rule}}}};

  const std::string code = ns.output("nft --debug=netlink -f " + written(to_nft(table, kNow)));

  EXPECT_THAT(code, ::testing::HasSubstr("[ cmp eq reg 1 0x00000002 ]"));
}

}  // namespace
}  // namespace sekisho::ruleset
