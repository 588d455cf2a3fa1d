// SPDX-License-Identifier: GPL-3.0-or-later
// What is proved is true, and what is refuted is false: tables broken at random, judged by the
// proof, then asked about random packets.
#include "prove/cases.hpp"
#include "prove/packet_of.hpp"
#include "simulate/decision.hpp"
#include "simulate/run.hpp"
#include "support/packets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sekisho::prove::test {
namespace {

using ruleset::Element;
using ruleset::Elements;

constexpr int kTables = 300;
constexpr int kPackets = 40;

/// One random change of a table that the kernel would take.
class Breaking {
 public:
  explicit Breaking(testing::Rng& rng) : rng_{rng} {}

  void operator()(ruleset::Table& table) {
    if (below(3) == 0) {
      break_rules(table);
    } else {
      break_elements(table);
    }
  }

 private:
  std::size_t below(std::size_t limit) { return rng_() % limit; }

  void break_rules(ruleset::Table& table) {
    auto& rules = table.chains[below(table.chains.size())].rules;
    if (rules.empty()) {
      return;
    }
    const auto at = rules.begin() + static_cast<std::ptrdiff_t>(below(rules.size()));
    auto& statements = at->statements;
    switch (below(3)) {
      case 0: rules.erase(at); return;
      case 1: std::iter_swap(at, rules.begin()); return;
      default:  // a condition less; a rule keeps its verdict
        statements.erase(statements.begin() +
                         static_cast<std::ptrdiff_t>(below(statements.size())));
        return;
    }
  }

  /// An element goes, or gets what another one has.
  void break_elements(ruleset::Table& table) {
    ruleset::Set& set = table.sets[below(table.sets.size())];
    std::vector<Element> elements{set.elements->begin(), set.elements->end()};
    if (elements.empty()) {
      return;
    }
    const std::size_t at = below(elements.size());
    const std::size_t other = below(elements.size());
    switch (below(3)) {
      case 0: elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at)); break;
      case 1: std::swap(elements[at].value, elements[other].value); break;
      default: std::swap(elements[at].comment, elements[other].comment); break;
    }
    set.elements = std::make_shared<const Elements>(std::move(elements));
    ruleset::normalise(table);
  }

  testing::Rng& rng_;
};

struct Seen {
  std::vector<std::string> lies;
  int proved = 0;
  int refuted = 0;
  int passed = 0;
};

void ask(const Case& one, const testing::PacketSource& source, testing::Rng& rng, Seen& seen) {
  for (int i = 0; i < kPackets; ++i) {
    const simulate::Packet packet = source.draw(rng);
    const auto foreign = packet.src.is_v4() ? net::protocol::kIcmp6 : net::protocol::kIcmp;
    const bool refused = packet.source_is_local && packet.src.is_v4() && !packet.in.empty();
    if (packet.route == simulate::Route::None || packet.protocol == foreign || refused) {
      continue;  // these end before our chains, or are of no connection
    }
    const simulate::Outcome done = simulate::run(one.packets, packet, kNow);
    const simulate::Decision said = simulate::decide(one.policy, one.situation, packet);
    seen.passed += done.accepted ? 1 : 0;
    if (done.accepted && said.verdict != Verdict::Permit && seen.lies.size() < 10) {
      seen.lies.push_back("proved, but " + std::string{name_of(said.reason)} +
                          " passes: " + packet.in + " " + packet.out + " " + packet.src.str() +
                          " " + packet.dst.str() + " " + std::to_string(packet.protocol));
    }
  }
}

TEST(Soundness, WhatIsProvedTheInterpreterNeverContradicts) {
  const Case sound = compiled(parsed(text_of(SEKISHO_SOURCE "/tests/prove/city.toml")).value());
  const testing::PacketSource source{sound.policy};
  testing::Rng rng{20261125};
  Breaking break_one{rng};
  Seen seen;

  for (int i = 0; i < kTables; ++i) {
    Case broken = sound;
    break_one(broken.packets);
    const auto found = broken.refuted();
    Prover prover;
    ASSERT_FALSE(sound.refuted_by(prover));
    ASSERT_EQ(broken.refuted_by(prover).has_value(), found.has_value());
    if (found) {
      ++seen.refuted;
    } else {
      ++seen.proved;
      ask(broken, source, rng, seen);
    }
  }

  EXPECT_THAT(seen.lies, ::testing::IsEmpty());
  EXPECT_GT(seen.proved, 60);
  EXPECT_GT(seen.refuted, 20);
  EXPECT_GT(seen.passed, 500);
}

}  // namespace
}  // namespace sekisho::prove::test
