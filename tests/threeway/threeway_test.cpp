// SPDX-License-Identifier: GPL-3.0-or-later
// One question, three answers: the policy read straight (decide), the table that the kernel gives
// back (run), and the kernel itself with real packets on real wires.
#include "threeway/answers.hpp"
#include "threeway/lab_test.hpp"
#include "threeway/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::threeway {
namespace {

using simulate::Decision;
using simulate::Outcome;
using simulate::Packet;

class Table : public LabTest {
 protected:
  static bool kernel_agrees(const Row& row, const Packet& packet, const Decision& said,
                            const Seen& seen) {
    const bool passes = row.stack.empty() && said.verdict == Verdict::Permit;
    std::map<std::string, std::uint64_t> counted;
    if (!row.own_message.empty()) {
      counted[row.own_message] = 1;
    }
    if (row.stack.empty() && !passes) {
      counted[word_of(said)] += 1;
    }
    return seen.counted == counted && (passes ? arrived(packet, seen) : seen.places.empty());
  }

  /// What is wrong with one row, each as a line.
  static std::vector<std::string> wrong_with(const Row& row, std::size_t number,
                                             const Packet& packet) {
    const Decision said = simulate::decide(lab_->policy(), lab_->situation(), packet);
    const Outcome done = simulate::run(lab_->table(), packet, kNow);
    const Seen seen = lab_->send(row.probe, number);
    std::vector<std::string> wrong;
    if (text_of(said) != row.decision) {
      wrong.push_back("decide: " + text_of(said));
    }
    const bool same = said.verdict == Verdict::Permit
                          ? done.accepted
                          : done.counted && word_of(lab_->table(), done) == word_of(said);
    if (row.stack.empty() && (done.fault || !same)) {
      wrong.push_back("run: " + text_of(lab_->table(), done));
    }
    if (!kernel_agrees(row, packet, said, seen)) {
      wrong.push_back("kernel: " + text_of(seen));
    }
    return wrong;
  }

  static void ask_all_three(const Rows& rows, std::size_t first) {
    lab_->inside([&] {
      std::vector<Packet> packets;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const LinkEnds ends = lab_->ends_of(rows[i].probe.in);
        packets.push_back(packet_of(rows[i].probe, first + i, ends));
      }
      lab_->know_neighbours(packets);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_THAT(wrong_with(rows[i], first + i, packets[i]), ::testing::IsEmpty())
            << rows[i].what << ": expected " << rows[i].decision
            << (rows[i].stack.empty() ? "" : ", but for the stack: " + rows[i].stack);
      }
    });
    // the compiler has a word for every drop
    EXPECT_THAT(lab_->shell("nft list chain inet sekisho count"),
                ::testing::HasSubstr("counter packets 0 bytes 0 drop"));
  }
};

TEST_F(Table, TheKernelGivesBackWhatWasCompiled) {
  EXPECT_THAT(
      ruleset::differences(lab_->compiled().table, lab_->table(), std::chrono::seconds{5}, 10),
      ::testing::IsEmpty());
}

TEST_F(Table, HoldsAtLeastThreeHundredPackets) {
  std::size_t count = 0;
  for (const Rows& rows : {crossing_rows(), permit_rows(), header_rows(), address_rows(),
                           appliance_rows(), stack_rows()}) {
    EXPECT_LT(rows.size(), 1000U);  // each group has a thousand numbers
    count += rows.size();
  }

  EXPECT_GE(count, 300U);
}

TEST_F(Table, BetweenZones) {
  ask_all_three(crossing_rows(), 0);
}
TEST_F(Table, ByPermits) {
  ask_all_three(permit_rows(), 1000);
}
TEST_F(Table, WithOddHeaders) {
  ask_all_three(header_rows(), 2000);
}
TEST_F(Table, FromAndToWrongAddresses) {
  ask_all_three(address_rows(), 3000);
}
TEST_F(Table, ToAndFromTheAppliance) {
  ask_all_three(appliance_rows(), 4000);
}
TEST_F(Table, WhatTheStackEndsItself) {
  ask_all_three(stack_rows(), 5000);
}

}  // namespace
}  // namespace sekisho::threeway
