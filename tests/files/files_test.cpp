// SPDX-License-Identifier: GPL-3.0-or-later
#include "files/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace sekisho::files {
namespace {

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "sekisho-files-XXXXXX";
    ASSERT_NE(::mkdtemp(path_.data()), nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string in(const std::string& name) const { return path_ + "/" + name; }

  std::string path_;
};

TEST_F(Files, ReplaceKeepsTheModeAndLeavesNoDraft) {
  ASSERT_TRUE(replace(in("a.toml"), "one", 0640));
  ASSERT_EQ(::chmod(in("a.toml").c_str(), 0600), 0);

  ASSERT_TRUE(replace(in("a.toml"), "two", 0644));

  struct stat status {};
  ASSERT_EQ(::stat(in("a.toml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(read(in("a.toml"), 100).value(), "two");
  EXPECT_EQ(list(path_, "").value(), std::vector<std::string>{"a.toml"});
}

TEST_F(Files, ReplaceThatFailsLeavesTheOldContent) {
  ASSERT_TRUE(make_directories(in("directory"), 0755));

  EXPECT_FALSE(replace(in("directory"), "x", 0644));

  EXPECT_TRUE(std::filesystem::is_directory(in("directory")));
  EXPECT_TRUE(list(path_, "").value().empty());
}

TEST_F(Files, ReadRefusesWhatIsTooLargeMissingOrNoFile) {
  ASSERT_TRUE(replace(in("big"), std::string(101, 'x'), 0644));

  EXPECT_FALSE(read(in("big"), 100));
  EXPECT_FALSE(read(in("missing"), 100));
  EXPECT_FALSE(read(path_, 100));
}

TEST_F(Files, ListSortsAndFilters) {
  for (const char* name : {"b.toml", "a.toml", "c.txt"}) {
    ASSERT_TRUE(replace(in(name), "", 0644));
  }

  EXPECT_EQ(list(path_, ".toml").value(), (std::vector<std::string>{"a.toml", "b.toml"}));
  EXPECT_TRUE(list(in("missing"), ".toml").value().empty());
}

}  // namespace
}  // namespace sekisho::files
