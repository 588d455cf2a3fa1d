// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/state.hpp"
#include "state/config_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sekisho::state {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class State : public ::testing::Test {
 protected:
  State() {
    std::string pattern = (fs::temp_directory_path() / "state-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~State() override { fs::remove_all(directory_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static Revision revision(std::uint64_t number, const std::string& text) {
    std::vector<policy::Source> sources{{"/etc/sekisho/sekisho.toml", text}};
    return {{number, policy::fingerprint(sources), "root", "2026-04-01T00:00:00Z", "apply"},
            sources};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{directory_ + "/" + name} << text;
  }

  std::string directory_;
};

TEST_F(State, TheNewestRevisionComesBack) {
  ASSERT_TRUE(save(directory_, revision(9, "nine")));
  ASSERT_TRUE(save(directory_, revision(10, "ten \"quoted\"\n")));

  const auto found = newest(directory_);

  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->number, 10U);
  EXPECT_EQ((*found)->sources.front().text, "ten \"quoted\"\n");
  EXPECT_EQ((*found)->who, "root");
  EXPECT_THAT(*revisions(directory_), ElementsAre(9, 10));
}

TEST_F(State, WithoutRevisionsThereIsNoneAndNoError) {
  const auto found = newest(directory_);

  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
  EXPECT_EQ(*load_numbers(directory_), compile::Numbers{});
}

TEST_F(State, AChangedTextIsAnErrorThatNamesItsFile) {
  const Revision saved = revision(1, "text");
  ASSERT_TRUE(save(directory_, saved));
  const std::string path = "revisions/texts/" + saved.sha256 + ".json";
  std::ifstream file{directory_ + "/" + path};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  text.replace(text.find("\"text\":\"text\""), 13, "\"text\":\"tExt\"");
  write(path, text);

  const auto found = newest(directory_);

  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().text(), HasSubstr(saved.sha256));
}

TEST_F(State, ADamagedChangeIsAnErrorThatNamesItsFile) {
  ASSERT_TRUE(save(directory_, revision(1, "text")));
  for (const std::string damage :
       {"garbage", R"({"sha256":"../../numbers"})", R"({"sha256":7})", "{}"}) {
    write("revisions/0000000001.json", damage);

    const auto found = load(directory_, 1);

    ASSERT_FALSE(found) << damage;
    EXPECT_THAT(found.error().text(), HasSubstr("0000000001.json"));
  }
}

TEST_F(State, ChangesShareOneText) {
  const Revision first = revision(1, "text");
  ASSERT_TRUE(save(directory_, first));
  Change second = first;
  second.number = 2;
  second.what = "lockdown 'lgwan'";
  second.provisional = true;
  ASSERT_TRUE(save_change(directory_, second));

  const auto found = load(directory_, 2);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->sources.front().text, "text");
  EXPECT_EQ(found->what, "lockdown 'lgwan'");
  EXPECT_TRUE(found->provisional);
  EXPECT_FALSE(load_change(directory_, 1)->provisional);
}

TEST_F(State, WhatOperatorsDecidedComesBack) {
  using std::chrono::seconds;
  policy::Standing standing;
  standing.locked = {"all", "lgwan"};
  standing.revoked = {{"eltax", "abc"}};
  standing.granted["maintenance"] = {
      "def", policy::Instant{seconds{1'800'000'000}}, {1001, "suzuki"}, {1002, "sato"}};
  standing.requests = {
      {7, "other", "ghi", seconds{7200}, {1001, "suzuki"}, policy::Instant{seconds{5}}}};
  standing.last_request = 7;
  EXPECT_EQ(*load_standing(directory_), policy::Standing{});
  ASSERT_TRUE(save_standing(directory_, standing));

  EXPECT_EQ(*load_standing(directory_), standing);
}

TEST_F(State, ADamagedDecisionIsNoDecision) {
  for (const std::string damage :
       {"", "[]", "{}", R"({"locked":[],"revoked":{},"granted":{},"requests":[]})",
        R"({"locked":[1],"revoked":{},"granted":{},"requests":[],"last_request":0})",
        R"({"locked":[],"revoked":{"a":1},"granted":{},"requests":[],"last_request":0})",
        R"({"locked":[],"revoked":{},"granted":{"a":{}},"requests":[],"last_request":0})",
        R"({"locked":[],"revoked":{},"granted":{},"requests":[{}],"last_request":0})"}) {
    write("standing.json", damage);

    EXPECT_FALSE(load_standing(directory_)) << damage;
  }
}

TEST_F(State, TheLatestTimeComesBack) {
  const Life life{policy::Instant{std::chrono::seconds{1'800'000'000}}, "5a1c"};
  EXPECT_EQ(*load_life(directory_), Life{});
  ASSERT_TRUE(save_life(directory_, life));

  EXPECT_EQ(*load_life(directory_), life);
  write("clock.json", "{\"seen\":\"noon\"}");
  EXPECT_FALSE(load_life(directory_));
}

TEST_F(State, NumbersComeBack) {
  const compile::Numbers numbers{{{"jumin", 1}, {"cloud", 2}}, {{{1, 2}, 0x80000001U}, {{3}, 0x80000002U}}, 0x80000003U};
  ASSERT_TRUE(save_numbers(directory_, numbers));

  EXPECT_EQ(*load_numbers(directory_), numbers);
  write("numbers.json", "{\"zones\":{\"jumin\":300},\"permits\":{},\"next_permit\":1}");
  EXPECT_FALSE(load_numbers(directory_));  // no such number fits a zone
  write("numbers.json", "{\"zones\":{},\"permits\":{\"abc\":2147483649},\"next_permit\":1}");
  EXPECT_FALSE(load_numbers(directory_));  // no digest is that short
}

TEST_F(State, ConfigFilesComeInNameOrderBehindTheMainOne) {
  write("sekisho.toml", "main");
  fs::create_directory(directory_ + "/conf.d");
  write("conf.d/20.toml", "twenty");
  write("conf.d/10.toml", "ten");
  write("conf.d/notes.txt", "no config");

  const auto sources = read_config(directory_ + "/sekisho.toml");

  ASSERT_TRUE(sources);
  ASSERT_EQ(sources->size(), 3U);
  EXPECT_EQ((*sources)[0].text, "main");
  EXPECT_EQ((*sources)[1].text, "ten");
  EXPECT_EQ((*sources)[2].text, "twenty");
  EXPECT_EQ((*read_config(directory_ + "/sekisho.toml", "given"))[0].text, "given");
  EXPECT_FALSE(read_config(directory_ + "/absent.toml"));
  EXPECT_FALSE(read_config(directory_));
}

}  // namespace
}  // namespace sekisho::state
