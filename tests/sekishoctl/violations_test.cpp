// SPDX-License-Identifier: GPL-3.0-or-later
// What the tool reads out of a store that the test has written.
#include "ctl.hpp"
#include "journal/store.hpp"
#include "support/sekishod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

namespace sekisho::testing {
namespace {

using journal::Record;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t kSecond = 1'000'000;

std::uint64_t micros_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Record drop(const std::string& from, const std::string& to, const std::string& reason) {
  Record record = journal::record_of(Event::Violation, "dropped " + from + " to " + to);
  record.fields = {{"SEKISHO_SRC_ZONE", from},
                   {"SEKISHO_DST_ZONE", to},
                   {"SEKISHO_REASON", reason},
                   {"SEKISHO_COUNT", "3"}};
  return record;
}

class Violations : public ::testing::Test {
 protected:
  Violations() {
    std::filesystem::create_directories(scratch_.path() + "/records");
    store_.emplace(*journal::Store::open(records()));
  }

  [[nodiscard]] std::string records() const { return scratch_.path() + "/records"; }
  void append(const std::vector<Record>& records, std::uint64_t time = micros_now()) {
    ASSERT_TRUE(store_->append(records, time));
  }
  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {"violations", "--state-dir", scratch_.path(), "--runtime-dir",
                               scratch_.path() + "/no-such"});
    return more;
  }
  /// Numbers of the records that these words find.
  [[nodiscard]] std::vector<int> found(std::vector<std::string> more) const {
    more.emplace_back("--json");
    const Spoken spoken = ctl(words(std::move(more)));
    EXPECT_EQ(spoken.exit_code, 0) << spoken.err;
    std::vector<int> numbers;
    const boost::json::value document = spoken.json();
    for (const auto& record : document.as_array()) {
      numbers.push_back(record.at("SEKISHO_SEQ").to_number<int>());
    }
    return numbers;
  }
  [[nodiscard]] std::string segment() const {
    for (const auto& file : std::filesystem::directory_iterator{records()}) {
      if (file.path().extension() == ".jsonl") {
        return file.path().string();
      }
    }
    return {};
  }
  void rewrite_segment(const std::string& text) const {
    std::ofstream{segment(), std::ios::binary} << text;
  }

  Scratch scratch_;
  std::optional<journal::Store> store_;
};

TEST_F(Violations, AnEmptyStoreHasNone) {
  const Spoken text = ctl(words({}));

  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(found({}), IsEmpty());
}

TEST_F(Violations, OfAllEventsThoseThatRefusedAreShown) {
  Record refused = journal::record_of(Event::Exchange, "refused");
  refused.fields["SEKISHO_VERDICT"] = "deny";
  Record passed = journal::record_of(Event::Exchange, "passed");
  passed.fields["SEKISHO_VERDICT"] = "exchange";
  append({journal::record_of(Event::Start, "started"), drop("a", "b", "cross_zone"),
          journal::record_of(Event::Summary, "sum"), journal::record_of(Event::Leak, "leak"),
          refused, passed});

  EXPECT_THAT(found({}), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(found({"--all"}), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(Violations, ALineHasNumberCountAndMessage) {
  append({drop("a", "b", "cross_zone")});

  const std::string line = ctl(words({})).out;

  EXPECT_THAT(line, HasSubstr(" 1 ×3 dropped a to b\n"));
}

TEST_F(Violations, ControlCharactersInAMessageDoNotReachTheTerminal) {
  append({journal::record_of(Event::Violation, "mail\x1b[2J from \xe2\x80\xae evil")});

  const std::string line = ctl(words({})).out;

  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line, HasSubstr("\\x1b"));
  EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xae")));
}

TEST_F(Violations, AZoneIsFoundOnEitherSide) {
  append({drop("a", "b", "cross_zone"), drop("b", "c", "cross_zone"), drop("c", "c", "invalid")});

  EXPECT_THAT(found({"--zone", "b"}), ElementsAre(1, 2));
  EXPECT_THAT(found({"--zone=c"}), ElementsAre(2, 3));
  EXPECT_THAT(found({"--zone", "d"}), IsEmpty());
}

TEST_F(Violations, AReasonIsFoundByItself) {
  append({drop("a", "b", "cross_zone"), drop("b", "c", "invalid")});

  EXPECT_THAT(found({"--reason", "invalid"}), ElementsAre(2));
  EXPECT_THAT(found({"--reason", "expired"}), IsEmpty());
}

TEST_F(Violations, SinceCountsBackFromNow) {
  append({drop("a", "b", "invalid")}, micros_now() - 3 * 3600 * kSecond);
  append({drop("a", "b", "invalid")}, micros_now() - 30 * kSecond);

  EXPECT_THAT(found({"--since", "1h"}), ElementsAre(2));
  EXPECT_THAT(found({"--since", "600s"}), ElementsAre(2));
  EXPECT_THAT(found({"--since", "10m"}), ElementsAre(2));
  EXPECT_THAT(found({"--since", "1d"}), ElementsAre(1, 2));
  EXPECT_THAT(found({"--since", "99999999999999999d"}), ElementsAre(1, 2));
  EXPECT_THAT(found({"--since", "0s"}), IsEmpty());
}

TEST_F(Violations, SinceTakesADateInEveryForm) {
  constexpr std::uint64_t kFirstOfApril = 1775001600;  // 2026-04-01T00:00:00Z
  append({drop("a", "b", "invalid")}, (kFirstOfApril - 1) * kSecond);
  append({drop("a", "b", "invalid")}, kFirstOfApril * kSecond);
  const auto found_from = [this](const std::string& zone, const std::string& since) {
    const auto document = ctl(words({"--json", "--since", since}), {{"TZ", zone}}).json();
    return document.as_array().size();
  };

  for (const char* since :
       {"2026-04-01T00:00:00Z", "2026-04-01T09:00:00+09:00", "2026-04-01T00:00:00", "2026-04-01",
        "2026-04-01T00:00", "2026-04-01 00:00", "2026-04-01 00:00:00"}) {
    EXPECT_EQ(found_from("UTC", since), 1U) << since;
  }
  EXPECT_EQ(found_from("UTC-9", "2026-04-01 09:00"), 1U);
  EXPECT_EQ(found_from("UTC-9", "2026-04-01"), 2U);
  EXPECT_EQ(found_from("UTC", "2026-04-01 00:00:01"), 0U);
  EXPECT_EQ(found_from("UTC", "1960-01-01"), 2U);
}

TEST_F(Violations, JsonHasTheNamesOfTheJournal) {
  append({drop("a", "b", "cross_zone")});

  const auto document = ctl(words({"--json"})).json();
  const auto& record = document.at(0);

  EXPECT_EQ(record.at("SEKISHO_EVENT").as_string(), "violation");
  EXPECT_EQ(record.at("SEKISHO_COUNT").to_number<int>(), 3);
  EXPECT_TRUE(record.at("SEKISHO_COUNT").is_number());
  EXPECT_EQ(record.at("MESSAGE").as_string(), "dropped a to b");
  EXPECT_EQ(record.at("MESSAGE_ID").as_string(), word_of(Event::Violation).message_id);
}

TEST_F(Violations, TheTornEndOfAWriterIsPassedOver) {
  append({drop("a", "b", "invalid")});
  std::ofstream{segment(), std::ios::app} << "{\"SEKISHO_SEQ\":2,\"MESS";

  EXPECT_THAT(found({}), ElementsAre(1));
  EXPECT_EQ(ctl(words({"--verify"})).exit_code, 0);
}

TEST_F(Violations, RecordsThatAreNotThereAreAnErrorOfOneDocument) {
  std::filesystem::remove_all(records());

  for (const std::vector<std::string>& asked :
       {std::vector<std::string>{}, {"--verify"}, {"--follow"}}) {
    const Spoken text = ctl(words(asked));

    EXPECT_EQ(text.exit_code, 3);
    EXPECT_THAT(text.err, StartsWith("sekishoctl: cannot read the records in '" + records()));
  }
  const Spoken json = ctl(words({"--json"}));

  EXPECT_EQ(json.exit_code, 3);
  EXPECT_FALSE(json.json().at("ok").as_bool());
}

TEST_F(Violations, ADamagedLineEndsTheListWithAnError) {
  append({drop("a", "b", "invalid"), drop("a", "b", "invalid")});
  const std::string text = read_whole(segment());
  rewrite_segment(text.substr(0, text.find('\n') + 1) + "damage\n");

  const Spoken json = ctl(words({"--json"}));

  EXPECT_EQ(json.exit_code, 3);
  EXPECT_EQ(json.json().as_array().size(), 1U);
  EXPECT_THAT(json.err, HasSubstr("at byte"));
}

TEST_F(Violations, AnUntouchedChainIsWhole) {
  append({drop("a", "b", "invalid"), drop("b", "c", "invalid")});
  append({journal::record_of(Event::Stop, "stopped")});

  const Spoken text = ctl(words({"--verify"}));
  const Spoken json = ctl(words({"--verify", "--json"}));

  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.out, "3: OK\n");
  EXPECT_EQ(json.json(), boost::json::parse(R"({"ok":true,"last":3,"error":""})"));
}

TEST_F(Violations, AChangedRecordBreaksTheChain) {
  append({drop("a", "b", "invalid"), drop("b", "c", "invalid"), drop("c", "d", "invalid")});
  std::string text = read_whole(segment());
  text.replace(text.find("dropped b to c"), 14, "dropped b to d");
  rewrite_segment(text);

  const Spoken spoken = ctl(words({"--verify"}));
  const Spoken json = ctl(words({"--verify", "--json"}));

  EXPECT_EQ(spoken.exit_code, 1);
  EXPECT_EQ(spoken.out, "the chain of records breaks at number 2\n");
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(json.json().at("ok").as_bool());
}

TEST_F(Violations, ARecordThatIsGoneBreaksTheChain) {
  append({drop("a", "b", "invalid"), drop("b", "c", "invalid"), drop("c", "d", "invalid")});
  const std::string text = read_whole(segment());
  const std::size_t second = text.find('\n') + 1;
  rewrite_segment(text.substr(0, second) + text.substr(text.find('\n', second) + 1));

  const Spoken spoken = ctl(words({"--verify"}));

  EXPECT_EQ(spoken.exit_code, 1);
  EXPECT_EQ(spoken.out, "the chain of records breaks at number 3\n");
}

TEST_F(Violations, AChangedFirstRecordBreaksTheChain) {
  append({drop("a", "b", "invalid")});
  std::string text = read_whole(segment());
  text.replace(text.find("dropped a"), 9, "dropped z");
  rewrite_segment(text);

  EXPECT_EQ(ctl(words({"--verify"})).exit_code, 1);
}

TEST_F(Violations, FollowPrintsWhatIsAppendedLaterAndEndsBySigint) {
  append({drop("a", "b", "invalid")});
  Running follower{words({"--follow"}), scratch_.path()};
  ASSERT_TRUE(eventually([&] { return follower.out().find(" a to b") != std::string::npos; }));

  append({drop("late", "b", "invalid"), journal::record_of(Event::Health, "not asked for")});

  EXPECT_TRUE(eventually([&] { return follower.out().find(" late to b") != std::string::npos; }));
  EXPECT_EQ(follower.end_by(SIGINT), 128 + SIGINT);
  EXPECT_EQ(follower.err(), "");
  EXPECT_EQ(std::ranges::count(follower.out(), '\n'), 2);
}

TEST_F(Violations, FollowGoesOnInANewSegment) {
  store_.reset();
  journal::Store::Limits limits;
  limits.segment = 1;  // every call begins a new one
  store_.emplace(*journal::Store::open(records(), limits, {}));
  append({drop("a", "b", "invalid")});
  Running follower{words({"--follow", "--json"}), scratch_.path()};
  ASSERT_TRUE(eventually([&] { return follower.out().find("a to b") != std::string::npos; }));

  append({drop("b", "b", "invalid")});
  append({drop("c", "b", "invalid")});

  EXPECT_TRUE(eventually([&] { return follower.out().find("c to b") != std::string::npos; }));
  EXPECT_EQ(follower.end_by(SIGINT), 128 + SIGINT);
  std::istringstream lines{follower.out()};
  int expected = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(boost::json::parse(line).at("SEKISHO_SEQ").to_number<int>(), ++expected);
  }
  EXPECT_EQ(expected, 3);
}

}  // namespace
}  // namespace sekisho::testing
