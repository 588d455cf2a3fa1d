// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/lab.hpp"

#include "ruleset/to_nft.hpp"

#include <fstream>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)

using RoundTrip = Lab;

TEST_F(RoundTrip, EverythingComesBackAsItWasWritten) {
  const Table table = one_of_everything();

  commit(batch_of(table));

  EXPECT_EQ(difference(table, read("everything")), "");
}

TEST_F(RoundTrip, EveryStatementAndFieldIsInTheTable) {  // guards the test above
  const Table table = one_of_everything();
  std::set<std::size_t> statements;
  std::set<Field> fields;

  for (const Chain& chain : table.chains) {
    for (const Rule& rule : chain.rules) {
      for (const Statement& statement : rule.statements) {
        statements.insert(statement.index());
        if (const auto* compare = std::get_if<Compare>(&statement)) {
          fields.insert(compare->field);
        }
      }
    }
  }

  EXPECT_EQ(statements.size(), std::variant_size_v<Statement> - 1);  // all but Foreign
  EXPECT_EQ(fields.size(), static_cast<std::size_t>(Field::NextHop6) + 1);
}

TEST_F(RoundTrip, NftReadsItAsMeant) {
  commit(batch_of(one_of_everything()));

  const std::string text = ns_->output("nft list ruleset");

  for (const char* line :
       {"ct mark . ct direction . iifname . oifname @live goto deeper", "type mark . ct_dir . ifname . ifname",
        "ip hdrlength != 5", "ether saddr 02:00:00:00:00:03", "fib daddr . iif type local", "rt ip nexthop 10.0.0.254",
        "ct state invalid,untracked", "meta mark & 0x00000080 != 0x00000000",
        "ct mark set ip saddr . ip daddr . meta l4proto . tcp dport map @net4 jump deeper",
        "meta mark set ip daddr map @zone4", "meta mark set meta mark | 0x00000005",
        "log group 5 snaplen 128 queue-threshold 1", "comment \"what was forgotten\"", "10.0.0.0/8 : 0x00000100",
        "11.0.0.0-11.0.0.9 : 0x00000200", "240.0.0.0/4 : 0x00000300",
        "10.0.0.0/24 . 11.0.0.0/29 . tcp . 2000-2999 : 0x8a000001", "limit rate 100/second burst 20 packets",
        "\"in0\" . \"sc0\" comment \"there\" : goto deeper", "iifname . oifname vmap @pairs", "comment \"web\"",
        "type filter hook forward priority filter; policy drop;", "icmpv6 type echo-request",
        "type filter hook prerouting priority mangle; policy accept;", "counter packets 0 bytes 0",
        "meta l4proto tcp tproxy to :25025"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nis not in\n" << text;
  }
}

TEST_F(RoundTrip, WhatNftListsLoadsAgain) {
  commit(batch_of(one_of_everything()));
  const testing::NetNs other = testing::NetNs::create();

  other.sh("nsenter --net=" + ns_->path() + " nft list ruleset | nft -f -");

  EXPECT_EQ(other.output("nft -s list chains; nft -s list ruleset | grep -c ."),
            ns_->output("nft -s list chains; nft -s list ruleset | grep -c ."));
}

TEST_F(RoundTrip, ATableWrittenByNftFromOurTextIsTheSameValue) {
  const Table table = one_of_everything();
  const std::string path = ::testing::TempDir() + "sekisho_round_trip_" + std::to_string(::getpid()) + ".nft";
  std::ofstream{path} << to_nft(table, kNow);

  ns_->sh("nft -f " + path);

  EXPECT_EQ(difference(table, read("everything")), "");
  std::remove(path.c_str());
}

TEST_F(RoundTrip, ATableThatIsNotThereIsNothing) {
  const auto found = nftables_->read_back("absent", kNow);

  ASSERT_TRUE(found) << found.error().text();
  EXPECT_FALSE(*found);
}

TEST_F(RoundTrip, ElementsThatHaveEndedAreNotWritten) {
  const SetShape shape{.name = "s", .key = {Type::Mark}, .timeout = true, .limit = {}, .size = {}};
  const Element ended{mark_bytes(1), {}, {}, kNow, {}, {}};
  const Element lives{mark_bytes(2), {}, {}, kNow + std::chrono::seconds{60}, {}, {}};

  commit({"t", {AddTable{}, AddSet{shape}, AddElements{shape, {ended, lives}}}});

  const auto found = nftables_->read_elements("t", shape, kNow);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().key, mark_bytes(2));
}

TEST_F(RoundTrip, CountersOfElementsComeBack) {
  const SetShape shape{.name = "s", .key = {Type::IfName}, .counter = true, .limit = {}, .size = {}};
  const Element lo{name_bytes("lo"), {}, {}, {}, {}, {}};
  const Chain chain{"out", Hook{HookPoint::Output, 0, false}, {}};
  commit({"t", {AddTable{}, AddSet{shape}, AddElements{shape, {lo}}, AddChain{chain},
                AddRule{"out", {{InSet{{Field::OifName}, false, "s"}}, {}}}}});

  ns_->sh("python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
          " s.sendto(bytes(72), (\"127.0.0.1\", 9)); s.sendto(bytes(72), (\"127.0.0.1\", 9))'");

  const auto found = nftables_->read_elements("t", shape, kNow);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_GE(found->front().usage.packets, 2U);  // and the answers that nobody listens
  EXPECT_GE(found->front().usage.bytes, 200U);
}

TEST_F(RoundTrip, ASetThatIsNotThereIsAnError) {
  commit({"t", {AddTable{}}});

  const auto found = nftables_->read_elements("t", {.name = "s", .key = {Type::Mark}, .limit = {}, .size = {}}, kNow);

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().text(), "cannot read set 's' of table 't': No such file or directory");
}

}  // namespace
}  // namespace sekisho::kernel
