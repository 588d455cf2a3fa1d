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
    Outcome done = simulate::run(lab_->frames(), packet, kNow);
    if (done.accepted) {
      done = simulate::run(lab_->table(), packet, kNow);
    }
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
  EXPECT_THAT(
      ruleset::differences(lab_->compiled().frames, lab_->frames(), std::chrono::seconds{5}, 10),
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

/// What the same rows say while the zone is shut off: discovery, the appliance's own advice and
/// what management asks of the appliance go on, all else that has the zone on a side is cut.
/// Without rows about which the kernel says something itself, as it does not say it twice.
Rows while_locked(Rows rows, const std::string& zone) {
  std::erase_if(rows, [](const Row& row) { return !row.own_message.empty(); });
  for (Row& row : rows) {
    const std::string reason = row.decision.substr(0, row.decision.find_first_of(": "));
    const std::string zones = row.decision.substr(row.decision.find(' '));
    const bool concerned = zones.starts_with(" " + zone + " ") || zones.ends_with(" " + zone);
    const bool goes_on =
        reason == "none" || (row.probe.in.empty() && reason == "chatter") ||
        (row.probe.in == "mgmt0" && row.what.find("to the address") != std::string::npos);
    if (concerned && !goes_on) {
      row.decision = "lockdown" + zones;
    }
  }
  return rows;
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

TEST_F(Table, WhileAZoneIsShutOff) {
  for (const std::string zone : {"lgwan-office", "cloud"}) {
    lab_->lock({zone});

    ask_all_three(while_locked(crossing_rows(), zone), 10'000);
    ask_all_three(while_locked(permit_rows(), zone), 11'000);
    ask_all_three(while_locked(header_rows(), zone), 12'000);
    ask_all_three(while_locked(address_rows(), zone), 13'000);
    ask_all_three(while_locked(appliance_rows(), zone), 14'000);
  }

  lab_->lock({});
  ask_all_three(permit_rows(), 15'000);
}

}  // namespace
}  // namespace sekisho::threeway
