// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sekisho::journal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string pattern = (fs::temp_directory_path() / "store-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~StoreTest() override { fs::remove_all(directory_); }
  StoreTest(const StoreTest&) = delete;
  StoreTest& operator=(const StoreTest&) = delete;

  [[nodiscard]] Store open(Store::Limits limits = {},
                           std::vector<Entry>* replayed = nullptr) const {
    auto store = Store::open(directory_, limits, [replayed](const Entry& entry) {
      if (replayed != nullptr) {
        replayed->push_back(entry);
      }
    });
    if (!store) {
      throw std::runtime_error{store.error().text()};
    }
    return *std::move(store);
  }
  static void add(Store& store, int count = 1) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(store.append({record_of(Event::Health, "one")}, 1000));
    }
  }
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::uint64_t after = 0) const {
    std::vector<std::uint64_t> all;
    EXPECT_TRUE(read_entries(directory_, after, [&all](const Entry& entry) {
      all.push_back(entry.seq);
      return true;
    }));
    return all;
  }
  [[nodiscard]] std::vector<std::string> segments() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator{directory_}) {
      if (file.path().extension() == ".jsonl") {
        names.push_back(file.path().string());
      }
    }
    std::ranges::sort(names);
    return names;
  }
  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }

  std::string directory_;
};

TEST_F(StoreTest, NumbersGoOnOverLives) {
  {
    Store store = open();
    EXPECT_FALSE(store.was_torn());
    add(store, 3);
    ASSERT_TRUE(store.close());
  }
  Store store = open();

  add(store);

  EXPECT_FALSE(store.was_torn());
  EXPECT_THAT(numbers(), ::testing::ElementsAre(1, 2, 3, 4));
}

TEST_F(StoreTest, EntriesBehindTheCheckpointAreReplayedAndTheStoreWasTorn) {
  {
    Store store = open();
    add(store, 2);
    ASSERT_TRUE(store.save({{"a", 5}}));
    add(store, 2);
  }
  std::vector<Entry> replayed;

  const Store store = open({}, &replayed);

  EXPECT_TRUE(store.was_torn());
  ASSERT_EQ(replayed.size(), 2U);
  EXPECT_EQ(replayed.front().seq, 3U);
  EXPECT_EQ(store.checkpoint().seq, 4U);
  EXPECT_EQ(store.checkpoint().sums.at("a"), 5U);
}

TEST_F(StoreTest, ATornLastLineIsCutWhereverItWasTorn) {
  {
    Store store = open();
    add(store, 3);
  }
  const std::string whole = read(segments().front());
  const std::size_t second = whole.find('\n') + 1;
  for (std::size_t length = second; length < whole.size(); ++length) {
    fs::remove(directory_ + "/checkpoint");
    std::ofstream{segments().front(), std::ios::trunc} << whole.substr(0, length);

    Store store = open();
    add(store);

    const auto lines = static_cast<std::uint64_t>(
        std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
    EXPECT_EQ(numbers().size(), lines + 1) << length;
    EXPECT_EQ(numbers().back(), lines + 1) << length;
  }
}

TEST_F(StoreTest, AChangedLineBehindTheCheckpointIsAnErrorThatNamesItsNumber) {
  {
    Store store = open();
    add(store, 3);
  }
  fs::remove(directory_ + "/checkpoint");
  std::string text = read(segments().front());
  const std::size_t second = text.find("one", text.find('\n'));
  text.replace(second, 3, "two");
  std::ofstream{segments().front(), std::ios::trunc} << text;

  const auto store = Store::open(directory_);

  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text(), HasSubstr("breaks at number 2"));
}

TEST_F(StoreTest, NumbersOfEntriesThatHaveGoneAreNotGivenAgain) {
  {
    Store store = open();
    add(store, 3);
    ASSERT_TRUE(store.close());
  }
  const std::string text = read(segments().front());
  std::ofstream{segments().front(), std::ios::trunc} << text.substr(0, text.find('\n') + 1);

  Store store = open();
  add(store);

  EXPECT_TRUE(store.was_torn());
  EXPECT_THAT(numbers(), ::testing::ElementsAre(1, 4));
}

TEST_F(StoreTest, TwoWritersAreRefused) {
  const Store store = open();

  const auto other = Store::open(directory_);

  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().text(), HasSubstr("another process writes"));
}

TEST_F(StoreTest, OldSegmentsGoWhenTheyAreDelivered) {
  Store store = open({.segment = 1, .segments = 3});

  add(store, 5);
  EXPECT_EQ(segments().size(), 5U);  // nothing is delivered yet
  store.delivered(4);
  add(store);

  EXPECT_EQ(segments().size(), 3U);
  EXPECT_THAT(numbers(), ::testing::ElementsAre(4, 5, 6));
  add(store, 10);
  EXPECT_LE(segments().size(), 7U);  // twice the limit, delivered or not
}

TEST_F(StoreTest, ReadersBeginBehindANumber) {
  Store store = open({.segment = 600, .segments = 10});
  add(store, 6);

  EXPECT_THAT(numbers(4), ::testing::ElementsAre(5, 6));
  store.delivered(3);
  const auto entries = store.undelivered(2);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->front().seq, 4U);
}

TEST_F(StoreTest, AFullDiskLeavesNothingHalfWritten) {
  const pid_t child = ::fork();
  if (child == 0) {
    (void)std::signal(SIGXFSZ, SIG_IGN);
    Store store = open();
    (void)store.append({record_of(Event::Health, "first")}, 1);
    const rlimit little{700, 700};
    (void)::setrlimit(RLIMIT_FSIZE, &little);
    const bool refused = !store.append({record_of(Event::Health, std::string(2000, 'x'))}, 2);
    const bool again = store.append({}, 3).has_value();
    ::_exit(refused && again ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);

  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(numbers(), ::testing::ElementsAre(1));
  EXPECT_EQ(read(segments().front()).back(), '\n');
  Store store = open();
  add(store);
  EXPECT_THAT(numbers(), ::testing::ElementsAre(1, 2));
}

TEST_F(StoreTest, TheNewestEntriesAreFoundAtTheEndHoweverMuchLiesBefore) {
  const auto newest = [this](std::size_t most) {
    std::vector<std::uint64_t> all;
    const auto found = newest_entries(directory_, most, [](const Entry& entry) {
      return entry.record.event == Event::Violation;
    });
    EXPECT_TRUE(found);
    for (const Entry& entry : found ? *found : std::vector<Entry>{}) {
      all.push_back(entry.seq);
    }
    return all;
  };
  EXPECT_TRUE(newest(5).empty());
  Store store = open();
  ASSERT_TRUE(store.append({record_of(Event::Violation, "first")}, 1000));
  std::vector<Record> filling(1000, record_of(Event::Health, std::string(600, 'x')));
  ASSERT_TRUE(store.append(filling, 1000));  // more than what is looked at
  EXPECT_TRUE(newest(5).empty());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(store.append({record_of(Event::Violation, "v"), record_of(Event::Health, "h")}, 1));
  }

  EXPECT_THAT(newest(5), ::testing::ElementsAre(1002, 1004, 1006, 1008));
  EXPECT_THAT(newest(2), ::testing::ElementsAre(1006, 1008));
  EXPECT_TRUE(newest(0).empty());
}

TEST_F(StoreTest, TheNewestEntriesGoOnInTheSegmentBefore) {
  Store store = open({.segment = 1, .segments = 64});
  add(store, 4);

  const auto found = newest_entries(directory_, 10, [](const Entry&) { return true; });

  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->back().seq, 4U);
}

}  // namespace
}  // namespace sekisho::journal
