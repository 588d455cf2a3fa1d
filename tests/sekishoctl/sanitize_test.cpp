// SPDX-License-Identifier: GPL-3.0-or-later
// The sanitizer by hand: every file gets one verdict, and nothing but whole results is left.
#include "base/escape.hpp"
#include "base/sha256.hpp"
#include "ctl.hpp"
#include "terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

/// Items of a report without what differs from run to run.
std::string lasting(const Spoken& spoken) {
  boost::json::value document = spoken.json();
  for (auto& item : document.at("items").as_array()) {
    item.as_object().erase("millis");
  }
  return boost::json::serialize(document);
}

/// A line for the shell; stdout and stderr together, and how it ended.
Spoken shell(const std::string& line) {
  std::FILE* pipe = ::popen(("{ " + line + " ; } 2>&1").c_str(), "re");
  Spoken spoken;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
    spoken.out += static_cast<char>(c);
  }
  spoken.exit_code = WEXITSTATUS(::pclose(pipe));
  return spoken;
}

TEST_F(Sanitize, ATextIsRebuiltAndItsOriginalStays) {
  const std::string text = scratch_.write("a.txt", "hello\x1B[2J\n");

  const auto rebuilt = item(text);

  EXPECT_EQ(text_in(rebuilt, "type"), "text");
  EXPECT_EQ(text_in(rebuilt, "status"), "sanitized");
  EXPECT_EQ(text_in(rebuilt, "reason"), "null");
  EXPECT_EQ(text_in(rebuilt, "output"), out() + "/a.txt");
  EXPECT_EQ(text_in(rebuilt, "sha256_in"), sha256("hello\x1B[2J\n"));
  EXPECT_EQ(text_in(rebuilt, "sha256_out"), sha256(read_whole(out() + "/a.txt")));
  EXPECT_THAT(read_whole(out() + "/a.txt"), Not(HasSubstr("\x1B")));
  EXPECT_EQ(read_whole(text), "hello\x1B[2J\n");
  const auto& action = rebuilt.at("actions").as_array().at(0).as_object();
  EXPECT_EQ(text_in(action, "action"), "DEL_CHAR");
  EXPECT_GE(action.at("count").to_number<int>(), 1);
}

TEST_F(Sanitize, WhatWasRebuiltIsRebuiltToTheSameBytes) {
  const std::string text = scratch_.write("a.txt", "see http://example.jp/ \xE2\x80\xAEtxt\n");
  ASSERT_EQ(run({text}).exit_code, 0);

  const auto again = item(out() + "/a.txt");

  EXPECT_EQ(text_in(again, "output"), out() + "/a-2.txt");
  EXPECT_EQ(text_in(again, "sha256_out"), text_in(again, "sha256_in"));
}

TEST_F(Sanitize, NamesThatCollideAreNumberedInTheOrderOfTheFiles) {
  std::filesystem::create_directory(out());
  scratch_.write("out/a.txt", "was here");
  const std::string first = scratch_.write("1/a.txt", "first");
  const std::string second = scratch_.write("2/a.txt", "second");

  ASSERT_EQ(run({first, second}, {"--jobs", "8"}).exit_code, 0);

  EXPECT_THAT(results(), ElementsAre("a-2.txt", "a-3.txt", "a.txt"));
  EXPECT_EQ(read_whole(out() + "/a.txt"), "was here");
  EXPECT_THAT(read_whole(out() + "/a-2.txt"), HasSubstr("first"));
  EXPECT_THAT(read_whole(out() + "/a-3.txt"), HasSubstr("second"));
}

TEST_F(Sanitize, NamesOfResultsAreMadeAnew) {
  ASSERT_EQ(run({scratch_.write("\xE2\x80\xAE"
                                "con.pdf.txt",
                                "x"),
                 scratch_.write("NUL.txt", "x"), scratch_.write("\x83\x65.txt", "x")})
                .exit_code,
            0);

  for (const std::string& name : results()) {
    EXPECT_TRUE(is_utf8(name)) << name;
    EXPECT_THAT(name, Not(StartsWith("NUL."))) << name;
    EXPECT_THAT(name, Not(HasSubstr("\xE2\x80\xAE"))) << name;
  }
  EXPECT_EQ(results().size(), 3U);
}

TEST_F(Sanitize, HowManyAtOnceChangesNothing) {
  std::vector<std::string> files;
  for (int i = 0; i < 30; ++i) {
    const std::string name = std::to_string(i % 4) + (i % 5 == 0 ? ".exe" : ".txt");
    files.push_back(scratch_.write(std::to_string(i) + "/" + name,
                                   i % 5 == 0 ? "MZ" : "text " + std::to_string(i)));
  }

  const std::string one = lasting(run(files, {"--json", "--jobs", "1"}));
  std::filesystem::remove_all(out());
  const std::string many = lasting(run(files, {"--json", "--jobs", "7"}));

  EXPECT_EQ(one, many);
  EXPECT_EQ(results().size(), 24U);
}

TEST_F(Sanitize, AFullDiskIsAVerdictAndLeavesNothingBehind) {
  const std::string large = scratch_.write("large.txt", std::string(100'000, 'x'));
  const std::string small = scratch_.write("small.txt", "small");
  std::filesystem::create_directory(out());

  const Spoken spoken = shell("unshare -m sh -c 'mount -t tmpfs -o size=32k none " + out() +
                              " && " SEKISHO_BIN "/sekishoctl sanitize " + large + " " + small +
                              " -o " + out() + "; echo $?; ls -A " + out() + "'");

  EXPECT_THAT(spoken.out, HasSubstr("large.txt: error: the result cannot be written"));
  EXPECT_THAT(spoken.out, EndsWith("\n1\nsmall.txt\n"));
}

TEST_F(Sanitize, NoPrivilegeIsNeeded) {
  std::filesystem::permissions(scratch_.path(), std::filesystem::perms::all);
  const std::string bin = scratch_.path() + "/bin";
  std::filesystem::create_directory(bin);
  for (const char* program : {"sekishoctl", "sekisho-worker"}) {
    std::filesystem::copy(std::string{SEKISHO_BIN "/"} + program, bin);
  }
  const std::string text = scratch_.write("a.txt", "x");
  const std::string secret = scratch_.write("secret.txt", "x");
  std::filesystem::permissions(secret, std::filesystem::perms::none);

  const Spoken spoken = shell("setpriv --reuid 65534 --regid 65534 --clear-groups " + bin +
                              "/sekishoctl sanitize " + text + " " + secret + " -o " + out());

  EXPECT_EQ(spoken.exit_code, 1);
  EXPECT_THAT(spoken.out, HasSubstr("secret.txt: error: it cannot be read"));
  EXPECT_THAT(results(), ElementsAre("a.txt"));
}

TEST_F(Sanitize, AKernelThatLetsNobodyMakeNamespacesIsNamed) {
  const std::string text = scratch_.write("a.txt", "x");

  const Spoken spoken = shell(
      "unshare -U --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; " SEKISHO_BIN
      "/sekishoctl sanitize " +
      text + " -o " + out() + "'");

  EXPECT_EQ(spoken.exit_code, 3);
  EXPECT_THAT(spoken.out, HasSubstr("step 5, user namespace: "));
  EXPECT_THAT(spoken.out, HasSubstr("user.max_user_namespaces"));
  EXPECT_TRUE(results().empty());
}

TEST_F(Sanitize, WhatIsTooLargeIsNotRead) {
  const std::string sparse = scratch_.write("large.txt", "");
  std::filesystem::resize_file(sparse, 1ULL << 40U);

  EXPECT_EQ(text_in(item(sparse), "reason"), "too_large");
}

TEST_F(Sanitize, AProfileOfTheConfigSetsTheBounds) {
  const std::string config = scratch_.write("sekisho.toml",
                                            "version = 1\n[appliance]\nname = \"b\"\n"
                                            "model = \"alpha\"\nlanguage = \"en\"\n"
                                            "[sanitize.small]\nmax_bytes = \"1KiB\"\n");
  const std::string text = scratch_.write("a.txt", std::string(1025, 'x'));

  const Spoken spoken = run({text}, {"--config", config, "--profile", "small", "--json"});

  EXPECT_EQ(text_in(spoken.json().at("items").as_array().at(0).as_object(), "reason"), "too_large");
  EXPECT_EQ(run({text}, {"--config", config}).exit_code, 0);
}

TEST_F(Sanitize, ABadConfigIsNamedAndNothingIsDone) {
  const std::string config = scratch_.write("sekisho.toml", "version = 2\n");

  const Spoken spoken = run({scratch_.write("a.txt", "x")}, {"--config", config});

  EXPECT_EQ(spoken.exit_code, 2);
  EXPECT_THAT(spoken.err, HasSubstr("is not valid"));
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

TEST_F(Sanitize, ATerminalShowsHowFarItIs) {
  const std::string program = scratch_.write("a.exe", "MZ");

  Terminal terminal{scratch_.nowhere({"sanitize", "-o", out(), program, program}), 80, 24};

  EXPECT_TRUE(terminal.until([](const std::string& written) {
    return written.find("2/2") != std::string::npos &&
           written.find("cannot be sanitized") != std::string::npos;
  }));
  EXPECT_EQ(terminal.wait(), 1);
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
