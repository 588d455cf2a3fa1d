// SPDX-License-Identifier: GPL-3.0-or-later
// Two independent answers to one question: what interface.md says of a packet (decide), and what
// the compiled table does with it (run).
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "simulate/decision.hpp"
#include "simulate/run.hpp"
#include "support/packets.hpp"
#include "support/random_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

namespace sekisho::compile {
namespace {

constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

policy::Policy shipped_policy() {
  std::ifstream file{SEKISHO_SOURCE "/conf/sekisho.toml"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto parsed = policy::parse({{"sekisho.toml", text}}, Language::En, kNow);
  EXPECT_TRUE(parsed.errors.empty());
  return std::move(parsed.policy).value();
}

std::uint8_t zone_number(const Compiled& compiled, const std::string& name) {
  return name == "-" ? std::uint8_t{0} : compiled.numbers.zones.at(name);
}

std::string describe(const simulate::Packet& p, const simulate::Outcome& outcome) {
  std::string text = p.in + " -> " + p.out + " " + p.src.str() + " -> " + p.dst.str() + " proto " +
                     std::to_string(p.protocol) + " dport " + std::to_string(p.dport) + " type " +
                     std::to_string(p.icmp_type) + " state " +
                     std::to_string(static_cast<int>(p.state)) + " route " +
                     std::to_string(static_cast<int>(p.route)) + " word " +
                     std::to_string(outcome.word & 0xffU) + ":";
  for (const std::string& chain : outcome.trace) {
    text += " " + chain;
  }
  return text + (outcome.fault ? " FAULT " + *outcome.fault : "");
}

/// What never reaches our chains as a packet of its own is left to the tests with a real kernel.
bool seen_by_the_chains(const simulate::Packet& packet) {
  const bool refused_by_the_stack =
      packet.source_is_local && packet.src.is_v4() && !packet.in.empty();
  return packet.route != simulate::Route::None && !refused_by_the_stack;
}

/// Connection tracking finds the other family's ICMP invalid (nf_conntrack_proto_icmp.c,
/// …_icmpv6.c).
simulate::Packet judged_by_conntrack(simulate::Packet packet) {
  const auto foreign = packet.src.is_v4() ? net::protocol::kIcmp6 : net::protocol::kIcmp;
  if (packet.protocol == foreign) {
    packet.state = simulate::CtState::Invalid;
  }
  return packet;
}

struct Compared {
  std::vector<std::string> disagreements;
  int packets = 0;
  int permitted = 0;
};

/// Asks both about `count` random packets; a forwarded packet must be permitted by the same permit
/// too.
void compare(const policy::Policy& policy, int count, std::mt19937_64& rng, Compared& compared) {
  const policy::Situation situation{kNow, {}, {}};
  const Compiled compiled = compile(policy, situation, {});
  for (int i = 0; i < count; ++i) {
    const simulate::Packet packet = judged_by_conntrack(testing::random_packet(rng, policy));
    if (!seen_by_the_chains(packet)) {
      continue;
    }

    const simulate::Decision said = simulate::decide(policy, situation, packet);
    const simulate::Outcome done = simulate::run(compiled.table, packet, kNow);

    ++compared.packets;
    compared.permitted += done.accepted ? 1 : 0;
    const bool permitted_by_policy = said.verdict == Verdict::Permit;
    const std::uint32_t word = drop_word(zone_number(compiled, said.src_zone),
                                         zone_number(compiled, said.dst_zone), said.reason);
    bool agree = !done.fault && permitted_by_policy == done.accepted &&
                 (done.accepted || (done.counted && done.word == word));
    if (agree && (said.reason == Reason::Flow || said.reason == Reason::SpecificFlow)) {
      agree = permit_of(done.ct_mark, compiled) == said.permit;
    }
    if (!agree && compared.disagreements.size() < 20) {
      compared.disagreements.push_back(std::string{name_of(said.reason)} + " " + said.permit +
                                       " for " + describe(packet, done));
    }
  }
}

TEST(Agreement, TheCompiledTableDoesWhatThePolicySaysWithFirstPackets) {
  std::mt19937_64 rng{20261124};
  Compared compared;

  compare(shipped_policy(), 60000, rng, compared);

  EXPECT_THAT(compared.disagreements, ::testing::IsEmpty());
  EXPECT_GT(compared.packets, 20000);
  EXPECT_GT(compared.permitted, 500);
}

TEST(Agreement, RandomPoliciesMeanTheSameToBoth) {
  std::mt19937_64 rng{7};
  Compared compared;
  int valid = 0;
  for (int round = 0; round < 300 && compared.disagreements.empty(); ++round) {
    const std::string text = testing::RandomConfig{rng}.text();
    auto parsed = policy::parse({{"random.toml", text}}, Language::En, kNow);
    if (!parsed.policy) {
      continue;  // it has drawn hosts of both families where only one is left, or another rule is
                 // broken
    }
    ++valid;

    compare(*parsed.policy, 400, rng, compared);

    EXPECT_THAT(compared.disagreements, ::testing::IsEmpty()) << text;
  }
  EXPECT_GT(valid, 100);
  EXPECT_GT(compared.packets, 10000);
  EXPECT_GT(compared.permitted, 500);
}

TEST(Agreement, NumbersStayWithWhatTheyStandFor) {
  const policy::Policy policy = shipped_policy();
  const policy::Situation situation{kNow, {}, {}};

  const Compiled first = compile(policy, situation, {});
  const Compiled again = compile(policy, situation, first.numbers);

  EXPECT_EQ(first.numbers, again.numbers);
  EXPECT_EQ(first.marks, again.marks);
  EXPECT_EQ(first.intra, again.intra);
}

}  // namespace
}  // namespace sekisho::compile
