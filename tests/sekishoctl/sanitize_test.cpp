// SPDX-License-Identifier: GPL-3.0-or-later
// The sanitizer by hand: every file gets one verdict, and nothing but whole results is left.
#include "ctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;

class Sanitize : public ::testing::Test {
 protected:
  [[nodiscard]] Spoken run(const std::vector<std::string>& files,
                           const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{"sanitize", "-o", out()};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), files.begin(), files.end());
    return ctl(scratch_.nowhere(words));
  }

  /// The only item, asked for as JSON.
  [[nodiscard]] boost::json::object item(const std::string& file) const {
    const boost::json::value document = run({file}, {"--json"}).json();
    const auto& items = document.at("items").as_array();
    EXPECT_EQ(items.size(), 1U);
    return items.empty() ? boost::json::object{} : items.front().as_object();
  }

  [[nodiscard]] std::string out() const { return scratch_.path() + "/out"; }
  [[nodiscard]] std::vector<std::string> results() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{out()}) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Scratch scratch_;
};

std::string text_in(const boost::json::object& object, const char* key) {
  const auto& value = object.at(key);
  return value.is_string() ? std::string{value.as_string()} : "null";
}

TEST_F(Sanitize, WhatIsNoFileIsRefusedWithoutBeingOpened) {
  const std::string fifo = scratch_.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);

  for (const std::string& path : {fifo, scratch_.path(), std::string{"/dev/null"}}) {
    const auto refused = item(path);

    EXPECT_EQ(text_in(refused, "status"), "error") << path;
    EXPECT_EQ(text_in(refused, "reason"), "not_a_file") << path;
    EXPECT_EQ(text_in(refused, "output"), "null") << path;
    EXPECT_EQ(text_in(refused, "sha256_in"), "null") << path;
  }
}

TEST_F(Sanitize, WhatIsNotThereIsUnreadable) {
  const auto refused = item(scratch_.path() + "/no-such");

  EXPECT_EQ(text_in(refused, "reason"), "unreadable");
}

TEST_F(Sanitize, AProgramIsUnsupportedAndLeavesNothing) {
  const std::string program = scratch_.write("setup.exe", "MZ" + std::string(100, '\0'));

  const Spoken spoken = run({program});

  EXPECT_EQ(spoken.exit_code, 1);
  EXPECT_THAT(spoken.out, HasSubstr("this type cannot be sanitized (executable)"));
  EXPECT_TRUE(results().empty());
}

TEST_F(Sanitize, ANameThatIsNotUtf8StaysReadableInJson) {
  const std::string program = scratch_.write("\x83\x65\x83X.exe", "MZ");

  EXPECT_THAT(text_in(item(program), "input"), HasSubstr("\\x83"));
}

TEST_F(Sanitize, BehindTwoHyphensANameMayBeginWithOne) {
  const Spoken spoken = run({"--", "--json"});

  EXPECT_EQ(spoken.exit_code, 1);
  EXPECT_THAT(spoken.out, HasSubstr("--json: error"));
}

TEST_F(Sanitize, WrongArgumentsAreUsage) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({"/dev/null"}, {"--profile", "no-such"}).exit_code, 2);
  EXPECT_EQ(run({"/dev/null"}, {"--jobs", "0"}).exit_code, 2);
  EXPECT_EQ(run({"/dev/null"}, {"--jobs", "many"}).exit_code, 2);
}

TEST_F(Sanitize, TypesAreListedWithHowTheyLeave) {
  const Spoken spoken = ctl({"sanitize", "--list-types", "--json"});

  const boost::json::value document = spoken.json();

  const auto& types = document.at("types").as_array();
  EXPECT_EQ(types.size(), 42U);
  EXPECT_EQ(types.at(5).at("type"), "xml");
  EXPECT_EQ(types.at(5).at("mode"), "rebuild");
}

}  // namespace
}  // namespace sekisho::testing
