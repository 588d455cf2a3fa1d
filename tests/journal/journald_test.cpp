// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journald.hpp"

#include "support/private_journal.hpp"
#include "support/sekishod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::journal {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Entry entry(std::uint64_t seq, std::string message = "違反\nof two lines") {
  Entry entry{
      seq, 1'700'000'000'000'000 + seq, {}, record_of(Event::Violation, std::move(message))};
  entry.record.fields = {{"SEKISHO_SRC_ZONE", "jumin"}, {"SEKISHO_COUNT", "3"}};
  entry.chain = chain_of(entry, std::string(64, '0'));
  return entry;
}

class JournaldTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string obstacle = testing::PrivateJournal::obstacle(); !obstacle.empty()) {
      GTEST_SKIP() << obstacle;
    }
    journal_.emplace();
  }
  /// Our own entries, once there are as many.
  [[nodiscard]] std::vector<testing::PrivateJournal::Fields> received(std::size_t count) const {
    std::vector<testing::PrivateJournal::Fields> found;
    (void)testing::eventually([&] {
      found = journal_->entries("SYSLOG_IDENTIFIER=sekishod");
      return found.size() >= count;
    });
    return found;
  }
  std::optional<testing::PrivateJournal> journal_;
};

TEST_F(JournaldTest, AnEntryArrivesWithEveryField) {
  Journald journald{journal_->socket()};

  const auto sent = journald.send(entry(1));

  ASSERT_TRUE(sent) << sent.error().text();
  const auto found = received(1);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found.front(), ::testing::IsSupersetOf(fields_of(entry(1))));
}

TEST_F(JournaldTest, AnEntryAboveADatagramArrivesToo) {
  Journald journald{journal_->socket()};
  const std::string message(1U << 20U, 'x');

  const auto sent = journald.send(entry(1, message));

  ASSERT_TRUE(sent) << sent.error().text();
  const auto found = received(1);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found.front().at("MESSAGE"), message);
}

TEST_F(JournaldTest, AFullSocketIsAnErrorAndNoWait) {
  Journald journald{journal_->socket()};
  journal_->pause();
  std::uint64_t taken = 0;
  Result<> sent;

  while (taken < 1'000'000 && (sent = journald.send(entry(taken + 1)))) {
    ++taken;
  }

  EXPECT_FALSE(sent);
  journal_->resume();
  EXPECT_THAT(received(taken), SizeIs(taken));
  EXPECT_TRUE(journald.send(entry(taken + 1)));
}

TEST_F(JournaldTest, AJournalThatWasStartedAnewIsFoundAgain) {
  Journald journald{journal_->socket()};
  ASSERT_TRUE(journald.send(entry(1)));
  ASSERT_THAT(received(1), SizeIs(1));

  journal_->stop();
  const auto refused = journald.send(entry(2));
  journal_->start();

  EXPECT_FALSE(refused);
  EXPECT_TRUE(journald.send(entry(2)));
  EXPECT_THAT(received(2), SizeIs(2));
}

TEST(Journald, AnAbsentJournalIsAnError) {
  Journald journald{"/nonexistent/socket"};

  const auto sent = journald.send(entry(1));

  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().text(), HasSubstr("no journal answers at '/nonexistent/socket'"));
}

}  // namespace
}  // namespace sekisho::journal
