// SPDX-License-Identifier: GPL-3.0-or-later
#include "quarantine/store.hpp"

#include "base/sha256.hpp"
#include "support/scratch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

namespace sekisho::quarantine {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNow{std::chrono::seconds{1'795'478'400}};
const About kAbout{"mail-in", "203.0.113.25", "a@b.jp", {"c@d.jp", "e@d.jp"}};

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder()); }

  [[nodiscard]] std::string folder() const { return scratch_.path("quarantine"); }
  [[nodiscard]] Result<Store> open(const Limits& limits = {}) const {
    return Store::open(UniqueFd{::open(folder().c_str(), O_RDONLY | O_DIRECTORY)}, limits);
  }
  static Item keep(Store& store, std::string_view content, Instant at = kNow) {
    auto incoming = store.begin();
    EXPECT_TRUE(incoming);
    EXPECT_TRUE(incoming->write(content));
    auto item = store.keep(*std::move(incoming), kAbout, at);
    EXPECT_TRUE(item) << item.error().text();
    return *item;
  }
  static std::string content_of(const Store& store, const std::string& id) {
    const auto fd = store.content(id);
    std::string bytes(1000, '\0');
    const ssize_t got = fd ? ::read(fd->get(), bytes.data(), bytes.size()) : -1;
    return got < 0 ? "none" : bytes.substr(0, static_cast<std::size_t>(got));
  }
  [[nodiscard]] std::size_t files_in(const char* name) const {
    const fs::directory_iterator all{fs::path{folder()} / name};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  test::Scratch scratch_;
};

TEST_F(StoreTest, GivesBackWhatWasKept) {
  Store store = *open();

  const Item item = keep(store, "hello");

  EXPECT_EQ(content_of(store, item.id), "hello");
  EXPECT_EQ(item.sha256, sha256("hello"));
  EXPECT_EQ(item.size, 5U);
  EXPECT_EQ(item.about, kAbout);
}

TEST_F(StoreTest, KnowsEverythingAgainWhenItIsOpenedAgain) {
  std::string id;
  {
    Store store = *open();
    id = keep(store, "hello").id;
    ASSERT_TRUE(store.note_status(id, "sanitized"));
    ASSERT_TRUE(store.note_fate(id, "250 2.0.0"));
    ASSERT_TRUE(store.note_release(id, "b, asked by a: needed"));
  }

  const Store store = *open();

  ASSERT_THAT(store.items(), SizeIs(1));
  const Item& item = store.items().front();
  EXPECT_EQ(item.id, id);
  EXPECT_EQ(item.status, "sanitized");
  EXPECT_EQ(item.fate, "250 2.0.0");
  EXPECT_THAT(item.releases, ElementsAre("b, asked by a: needed"));
  EXPECT_EQ(item.about, kAbout);
  EXPECT_EQ(item.at, kNow);
  EXPECT_EQ(store.bytes(), 5U);
}

TEST_F(StoreTest, IsReadableByItsOwnUserAlone) {
  Store store = *open();
  const Item item = keep(store, "hello");

  for (const std::string& name : {std::string{"index"}, "contents/" + item.sha256}) {
    struct stat about {};
    ASSERT_EQ(::stat((folder() + "/" + name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(StoreTest, KeepsEqualContentsOnce) {
  Store store = *open();

  const Item first = keep(store, "hello");
  const Item second = keep(store, "hello");

  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(files_in("contents"), 1U);
  EXPECT_EQ(store.bytes(), 5U);
  ASSERT_TRUE(store.purge(first.id));
  EXPECT_EQ(content_of(store, second.id), "hello");
  ASSERT_TRUE(store.purge(second.id));
  EXPECT_EQ(files_in("contents"), 0U);
}

TEST_F(StoreTest, LeavesNothingOfWhatWasNotKept) {
  Store store = *open();
  {
    auto incoming = store.begin();
    ASSERT_TRUE(incoming->write("hello"));
  }

  EXPECT_EQ(files_in("incoming"), 0U);
  EXPECT_THAT(store.items(), IsEmpty());
}

TEST_F(StoreTest, TakesNothingInWhenItIsFull) {
  Store store = *open({.bytes = 5, .retention = std::chrono::days{30}});
  (void)keep(store, "hello");

  const auto refused = store.begin();

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("full"));
}

TEST_F(StoreTest, PurgesWhatIsOlderThanTheRetention) {
  Store store = *open({.bytes = 1000, .retention = std::chrono::days{30}});
  const Item old = keep(store, "old", kNow - std::chrono::days{30});
  const Item young = keep(store, "young", kNow - std::chrono::days{30} + std::chrono::seconds{1});

  EXPECT_EQ(*store.expire(kNow), 1U);

  EXPECT_FALSE(store.content(old.id));
  EXPECT_TRUE(store.find(old.id)->purged);
  EXPECT_EQ(content_of(store, young.id), "young");
}

/// The machine stops while the index is written: whatever of it is on disk, no content is lost, and
/// no item that was told to be kept.
TEST_F(StoreTest, LosesNothingWhereverTheIndexWasCutOff) {
  std::vector<std::size_t> ends;
  std::vector<std::string> ids;
  const std::string index = folder() + "/index";
  {
    Store store = *open();
    for (const std::string content : {"one", "two", "three"}) {
      ids.push_back(keep(store, content).id);
      ends.push_back(fs::file_size(index));
    }
  }
  std::ifstream file{index};
  const std::string whole{std::istreambuf_iterator<char>{file}, {}};
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    std::ofstream{index, std::ios::trunc} << whole.substr(0, length);

    const auto store = open();

    ASSERT_TRUE(store) << length;
    ASSERT_THAT(store->items(), SizeIs(3)) << length;
    std::set<std::string> contents;
    for (const Item& item : store->items()) {
      contents.insert(content_of(*store, item.id));
    }
    EXPECT_EQ(contents, (std::set<std::string>{"one", "two", "three"})) << length;
    for (std::size_t i = 0; i < ids.size() && ends[i] <= length; ++i) {
      ASSERT_NE(store->find(ids[i]), nullptr) << length;
      EXPECT_EQ(store->find(ids[i])->about, kAbout);
    }
  }
}

/// A process that is killed while it keeps one after another: what it has told is there.
TEST_F(StoreTest, HasEverythingThatWasToldToBeKeptWhenTheProcessIsKilled) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open();
    for (int i = 0; store; ++i) {
      auto incoming = store->begin();
      (void)incoming->write("content " + std::to_string(i));
      const auto item = store->keep(*std::move(incoming), kAbout, kNow);
      (void)!::write(pipe_ends[1], item->id.data(), item->id.size());
    }
    ::_exit(1);
  }
  ::close(pipe_ends[1]);
  std::vector<std::string> told;
  std::string id(16, '\0');
  while (told.size() < 50 && ::read(pipe_ends[0], id.data(), id.size()) == 16) {
    told.push_back(id);
  }
  ::kill(child, SIGKILL);
  while (::read(pipe_ends[0], id.data(), id.size()) == 16) {
    told.push_back(id);
  }
  ::close(pipe_ends[0]);
  (void)::waitpid(child, nullptr, 0);

  const Store store = *open();

  ASSERT_GE(told.size(), 50U);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(content_of(store, told[i]), "content " + std::to_string(i));
  }
  EXPECT_EQ(files_in("incoming"), 0U);
}

TEST_F(StoreTest, SaysThatTheDiskFails) {
  Store store = *open();
  auto incoming = store.begin();
  ASSERT_TRUE(incoming);
  const rlimit before = [] {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    return limit;
  }();
  const rlimit small{4, before.rlim_max};
  (void)::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = incoming->write("more than four bytes");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);

  EXPECT_FALSE(written);
  EXPECT_THAT(store.items(), IsEmpty());
}

TEST_F(StoreTest, PassesOverLinesThatMeanNothing) {
  std::string id;
  {
    Store store = *open();
    id = keep(store, "hello").id;
  }
  std::ofstream{folder() + "/index", std::ios::app}
      << "nonsense\n{}\n[1]\n{\"id\":\"" + id +
             "\",\"note\":7}\n{\"id\":\"x\",\"note\":\"purged\"}\n";

  const Store store = *open();

  ASSERT_THAT(store.items(), SizeIs(1));
  EXPECT_EQ(content_of(store, id), "hello");
}

}  // namespace
}  // namespace sekisho::quarantine
