// SPDX-License-Identifier: GPL-3.0-or-later
#include "accounts.hpp"

#include "compile/compile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::daemon {
namespace {

using compile::drop_word;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint8_t kJumin = 1;
constexpr std::uint8_t kCloud = 2;

Names names() {
  Names names;
  names.language = Language::En;
  names.revision = "7:abc";
  names.zones[kJumin] = {"jumin", ZoneClass::MyNumber, "mayor"};
  names.zones[kCloud] = {"cloud", ZoneClass::SecurityCloud, ""};
  return names;
}

nflog::Fold fold(std::uint32_t word, std::uint64_t packets, std::uint16_t port = 443) {
  nflog::Fold fold;
  fold.first.word = word;
  fold.first.src = *net::Address::parse("10.10.1.5");
  fold.first.dst = *net::Address::parse("203.0.113.80");
  fold.first.protocol = net::protocol::kTcp;
  fold.first.sport = 40000;
  fold.first.dport = port;
  fold.in = "mn0";
  fold.out = "sc0";
  fold.packets = packets;
  fold.bytes = packets * 60;
  return fold;
}

Counters counters(std::uint32_t word, std::uint64_t packets) {
  Counters counters;
  counters.counts.push_back({word, packets, packets * 60});
  return counters;
}

std::string field(const journal::Record& record, const char* name) {
  const auto found = record.fields.find(name);
  return found == record.fields.end() ? "absent" : found->second;
}

const std::uint32_t kWord = drop_word(kJumin, kCloud, Reason::CrossZone);

TEST(Accounts, AFoldBecomesAViolationWithEveryField) {
  Accounts accounts{{}};

  const auto records = accounts.close(names(), {fold(kWord, 3)}, counters(kWord, 3));

  ASSERT_THAT(records, SizeIs(1));
  const journal::Record& record = records.front();
  EXPECT_EQ(record.event, Event::Violation);
  EXPECT_EQ(record.priority, 4);
  const std::map<const char*, const char*> expected{
      {"SEKISHO_REASON", "cross_zone"}, {"SEKISHO_CLAUSE", "6(3)①"},
      {"SEKISHO_VERDICT", "deny"},      {"SEKISHO_SRC_ZONE", "jumin"},
      {"SEKISHO_DST_ZONE", "cloud"},    {"SEKISHO_ORGAN", "mayor"},
      {"SEKISHO_SRC", "10.10.1.5"},     {"SEKISHO_DST", "203.0.113.80"},
      {"SEKISHO_PROTO", "tcp"},         {"SEKISHO_SPORT", "40000"},
      {"SEKISHO_DPORT", "443"},         {"SEKISHO_IN", "mn0"},
      {"SEKISHO_OUT", "sc0"},           {"SEKISHO_SRC_MAC", "-"},
      {"SEKISHO_COUNT", "3"},           {"SEKISHO_BYTES", "180"},
      {"SEKISHO_POLICY", "7:abc"}};
  for (const auto& [name, value] : expected) {
    EXPECT_EQ(field(record, name), value) << name;
  }
}

TEST(Accounts, WhatTheKernelCountedBeyondTheFoldsIsOneSummary) {
  Accounts accounts{{}};

  const auto records = accounts.close(names(), {fold(kWord, 3)}, counters(kWord, 10));

  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].event, Event::Summary);
  EXPECT_EQ(field(records[1], "SEKISHO_COUNT"), "7");
  EXPECT_EQ(field(records[1], "SEKISHO_BYTES"), "420");
}

TEST(Accounts, NothingIsCountedTwiceOverWindows) {
  Accounts accounts{{}};
  std::uint64_t sum = 0;

  // the third window's fold was logged before the counter was read again
  for (const auto& [folded, counted] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{3, 10}, {0, 10}, {4, 12}, {0, 20}}) {
    const auto folds = folded == 0 ? std::vector<nflog::Fold>{} : std::vector{fold(kWord, folded)};
    for (const auto& record : accounts.close(names(), folds, counters(kWord, counted))) {
      sum += std::stoull(field(record, "SEKISHO_COUNT"));
    }
  }

  EXPECT_EQ(sum, 20U);
}

TEST(Accounts, RecordsBeyondTheMostAreSummed) {
  Accounts accounts{{}};
  Names few = names();
  few.max_records = 2;

  const auto records = accounts.close(
      few, {fold(kWord, 1, 1), fold(kWord, 1, 2), fold(kWord, 1, 3)}, counters(kWord, 3));

  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[2].event, Event::Summary);
  EXPECT_EQ(field(records[2], "SEKISHO_COUNT"), "1");
}

TEST(Accounts, ChatterIsSummedAtPrioritySix) {
  Accounts accounts{{}};
  const std::uint32_t word = drop_word(kJumin, 0, Reason::Chatter);

  const auto records = accounts.close(names(), {fold(word, 2)}, counters(word, 2));

  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].event, Event::Summary);
  EXPECT_EQ(records[0].priority, 6);
  EXPECT_EQ(field(records[0], "SEKISHO_DST_ZONE"), "-");
}

TEST(Accounts, GoesOnBehindSavedSumsAndReplayedRecords) {
  Accounts before{{}};
  (void)before.close(names(), {}, counters(kWord, 5));
  const auto saved = before.sums();
  const auto unsaved = before.close(names(), {fold(kWord, 2)}, counters(kWord, 8));

  Accounts after{saved};
  for (const auto& record : unsaved) {
    after.replay(record);
  }

  EXPECT_EQ(after.sums(), before.sums());
  EXPECT_THAT(after.close(names(), {}, counters(kWord, 8)), IsEmpty());
}

TEST(Accounts, AFreshTableCountsFromZero) {
  Accounts accounts{{}};
  (void)accounts.close(names(), {}, counters(kWord, 100));
  Counters fresh = counters(kWord, 4);
  fresh.fresh = true;

  const auto records = accounts.close(names(), {}, fresh);

  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(field(records[0], "SEKISHO_COUNT"), "4");
}

TEST(Accounts, WordsOfNoReasonAreNoRecords) {
  Accounts accounts{{}};

  EXPECT_THAT(
      accounts.close(names(), {fold(0xff000000U, 1), fold(drop_word(1, 2, Reason::None) | 200U, 1)},
                     {}),
      IsEmpty());
}

TEST(Accounts, WhatWentWithOneTableIsForgottenAndTheOtherGoesOn) {
  Accounts accounts{{}};
  (void)accounts.close(names(), {}, counters(kWord, 10));  // seven here, three in the other
  Counters after = counters(kWord, 8);
  after.gone.push_back({kWord, 3, 3 * 60});

  const auto records = accounts.close(names(), {}, after);

  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(field(records.front(), "SEKISHO_COUNT"), "1");
  EXPECT_EQ(*unpack_counters(as_bytes(pack(after))), after);
}

TEST(Accounts, AFloodHidesNeitherAnotherPairNorAnotherHost) {
  const std::uint32_t other = drop_word(kCloud, kJumin, Reason::CrossZone);
  std::vector<nflog::Fold> folds;
  for (std::uint16_t port = 1; port <= 100; ++port) {
    folds.push_back(fold(kWord, 1, port));
  }
  folds.push_back(fold(kWord, 1, 7));
  folds.back().first.src = *net::Address::parse("10.10.9.9");
  folds.push_back(fold(other, 1, 8));
  Names few = names();
  few.max_records = 5;
  Accounts accounts{{}};

  const auto records = accounts.close(few, folds, counters(kWord, 101));

  ASSERT_THAT(records, SizeIs(6));
  std::vector<std::string> ports;
  for (std::size_t i = 0; i < 5; ++i) {
    ports.push_back(field(records[i], "SEKISHO_DPORT"));
  }
  EXPECT_THAT(ports, ::testing::ElementsAre("1", "2", "3", "7", "8"));
  EXPECT_EQ(records[5].event, Event::Summary);
  EXPECT_EQ(field(records[5], "SEKISHO_COUNT"), "97");
}

TEST(Accounts, WhatCouldNotBeKeptComesIntoTheNextSummary) {
  Accounts accounts{{}};
  const auto records = accounts.close(names(), {fold(kWord, 3)}, counters(kWord, 5));
  ASSERT_THAT(records, SizeIs(2));

  accounts.take_back(records[0]);
  const auto next = accounts.close(names(), {}, counters(kWord, 5));

  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].event, Event::Summary);
  EXPECT_EQ(field(next[0], "SEKISHO_COUNT"), "3");
  EXPECT_EQ(field(next[0], "SEKISHO_BYTES"), "180");
  EXPECT_THAT(accounts.close(names(), {}, counters(kWord, 5)), IsEmpty());
}

}  // namespace
}  // namespace sekisho::daemon
