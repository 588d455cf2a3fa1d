// SPDX-License-Identifier: GPL-3.0-or-later
// The compiled table as text, judged by nft itself.
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "ruleset/to_nft.hpp"
#include "support/netns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sekisho::compile {
namespace {

constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

std::string shipped_text() {
  std::ifstream file{SEKISHO_SOURCE "/conf/sekisho.toml"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto parsed = policy::parse({{"sekisho.toml", text}}, Language::En, kNow);
  return ruleset::to_nft(compile(parsed.policy.value(), {kNow, {}, {}}, {}).table, kNow);
}

/// Remaining times run on between two listings.
constexpr const char* kListed = "nft list ruleset | sed -E 's/ expires [0-9a-z]+//g'";

class Text : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for a network namespace";
    }
    directory_ = ::testing::TempDir() + "sekisho-text-" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override {
    if (!directory_.empty()) {
      std::filesystem::remove_all(directory_);
    }
  }
  [[nodiscard]] std::string written(const std::string& name, const std::string& text) const {
    std::ofstream{directory_ + "/" + name} << text;
    return directory_ + "/" + name;
  }

  std::string directory_;
};

TEST_F(Text, IsLoadedByNftAndWhatNftPrintsIsLoadedAgain) {
  const auto first = testing::NetNs::create();
  const auto second = testing::NetNs::create();

  first.sh("nft -f " + written("compiled.nft", shipped_text()));
  const std::string listed = first.output("nft list ruleset");
  second.sh("nft -f " + written("listed.nft", listed));

  EXPECT_EQ(first.output(kListed), second.output(kListed));
  EXPECT_THAT(listed, ::testing::HasSubstr("ct mark . ct direction . iifname . oifname @live goto pass"));
  EXPECT_THAT(listed, ::testing::HasSubstr("comment \"eltax\""));
}

TEST_F(Text, RefusesWhatIsNoRuleset) {
  // guards the fixture: nft's judgement reaches the test
  const auto ns = testing::NetNs::create();

  const std::string refused =
      ns.output("nft -f " + written("broken.nft", shipped_text() + "chain") + " >/dev/null 2>&1; echo $?");

  EXPECT_EQ(refused, "1\n");
}

TEST_F(Text, EndsEveryBaseChainWithADropAndNeverAccepts) {
  const std::string text = shipped_text();

  EXPECT_EQ(text.find("policy accept"), std::string::npos);
  for (const std::string hook : {"forward", "input", "output"}) {
    const std::size_t start = text.find("\tchain " + hook + " {");
    ASSERT_NE(start, std::string::npos);
    const std::string body = text.substr(start, text.find("\n\t}", start) - start);
    EXPECT_TRUE(body.ends_with("\t\tdrop")) << body;
  }
}

}  // namespace
}  // namespace sekisho::compile
