// SPDX-License-Identifier: GPL-3.0-or-later
// One folder per idea: what its config compiles to at a fixed instant is the text beside it, and
// nft takes that text. After a change that is meant: tests/golden/update BUILD-DIR shows the
// differences and writes them if you agree.
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "ruleset/to_nft.hpp"
#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace sekisho::golden {
namespace {

namespace fs = std::filesystem;

constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24
const fs::path kCases{SEKISHO_SOURCE "/tests/golden"};

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator{kCases}) {
    if (entry.is_directory()) {
      names.push_back(entry.path().filename());
    }
  }
  std::ranges::sort(names);
  return names;
}

std::string text_of(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string compiled(const std::string& name) {
  const policy::Source source{"sekisho.toml", text_of(kCases / name / "sekisho.toml")};
  const auto parsed = policy::parse({source}, Language::En, kNow);
  for (const policy::Diagnostic& error : parsed.errors) {
    ADD_FAILURE() << name << ": " << error.str("error");
  }
  if (!parsed.policy) {
    return "";
  }
  const compile::Compiled made = compile::compile(*parsed.policy, {kNow}, {});
  return ruleset::to_nft(made.table, kNow) + ruleset::to_nft(made.frames, kNow);
}

/// A folder that goes away with it.
class Folder {
 public:
  Folder() {
    std::string name = ::testing::TempDir() + "sekisho-golden-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"cannot make a folder"};
    }
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Set by tests/golden/update: where the texts of now are to be written, for it to compare.
fs::path written_to() {
  const char* folder =
      std::getenv("SEKISHO_GOLDEN_OUT");  // NOLINT(concurrency-mt-unsafe): one thread
  return folder == nullptr ? fs::path{} : fs::path{folder};
}

class Golden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Golden, CompilesToTheTextBesideIt) {
  const Folder folder;
  const fs::path now = folder.path() / "ruleset.nft";
  const fs::path expected = kCases / GetParam() / "ruleset.nft";
  std::ofstream{now} << compiled(GetParam());
  if (!written_to().empty()) {
    fs::create_directories(written_to() / GetParam());
    fs::copy_file(now, written_to() / GetParam() / "ruleset.nft",
                  fs::copy_options::overwrite_existing);
    GTEST_SKIP() << "written, not compared";
  }

  if (text_of(now) != text_of(expected)) {
    const std::string command = "diff -u '" + expected.string() + "' '" + now.string() + "' >'" +
                                (folder.path() / "diff").string() + "' 2>&1";
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): test code, fixed text
    EXPECT_EQ(std::system(command.c_str()), 0) << text_of(folder.path() / "diff");
  }
}

TEST_P(Golden, IsAcceptedByNft) {
  if (!testing::can_make_namespaces()) {
    GTEST_SKIP() << "needs root for a network namespace";
  }
  const Folder folder;
  const fs::path path = folder.path() / "ruleset.nft";
  std::ofstream{path} << compiled(GetParam());

  testing::NetNs::create().sh("nft -c -f " + path.string());
}

TEST(GoldenCases, AreAtLeastTwentyAndEachSaysWhatItIsAbout) {
  EXPECT_GE(cases().size(), 20U);
  for (const std::string& name : cases()) {
    EXPECT_THAT(text_of(kCases / name / "sekisho.toml"), ::testing::StartsWith("# ")) << name;
  }
}

}  // namespace
}  // namespace sekisho::golden
