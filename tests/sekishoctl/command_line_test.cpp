// SPDX-License-Identifier: GPL-3.0-or-later
// Words that are right and words that are wrong, before anything is asked of anybody.
#include "ctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<std::string> kVerbs{
    "check",   "diff",     "apply",      "confirm",     "reload",     "rollback",
    "history", "lockdown", "unlock",     "grant",       "requests",   "approve",
    "revoke",  "status",   "permits",    "top",         "selfcheck",  "explain",
    "compile", "verify",   "violations", "message-ids", "dump-tables"};

TEST(CommandLine, HelpNamesEveryVerb) {
  const Spoken help = ctl({"--help"});

  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(help.err, "");
  for (const std::string& verb : kVerbs) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + verb + " "));
  }
}

TEST(CommandLine, HelpOfEveryVerbIsThere) {
  for (const std::string& verb : kVerbs) {
    const Spoken help = ctl({verb, "--help"});

    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_THAT(help.out, StartsWith("usage: sekishoctl " + verb));
    EXPECT_EQ(help.out, ctl({"--help", verb}).out);
    EXPECT_EQ(help.out, ctl({verb, "-h"}).out);
  }
}

TEST(CommandLine, HelpIsInTheLanguageOfTheEnvironment) {
  const std::string ja = "設定を検査する";

  EXPECT_THAT(ctl({"--help"}, {{"LANG", "ja_JP.UTF-8"}}).out, HasSubstr(ja));
  EXPECT_THAT(ctl({"--help"}, {{"LC_MESSAGES", "ja_JP.UTF-8"}, {"LANG", "C"}}).out, HasSubstr(ja));
  EXPECT_THAT(ctl({"--help"}, {{"LC_ALL", "ja_JP.UTF-8"}, {"LANG", "C"}}).out, HasSubstr(ja));
  EXPECT_THAT(ctl({"--help"}, {{"LC_ALL", "C"}, {"LANG", "ja_JP.UTF-8"}}).out,
              HasSubstr("validate a config"));
  EXPECT_THAT(ctl({"--help"}).out, HasSubstr("validate a config"));
}

TEST(CommandLine, VersionIsSaid) {
  EXPECT_THAT(ctl({"--version"}).out, StartsWith("sekishoctl 0."));
  EXPECT_EQ(ctl({"--version"}).exit_code, 0);
}

TEST(CommandLine, WithoutAVerbTheHelpGoesToStderr) {
  const Spoken spoken = ctl({});

  EXPECT_EQ(spoken.exit_code, 2);
  EXPECT_EQ(spoken.out, "");
  EXPECT_THAT(spoken.err, HasSubstr("usage: sekishoctl"));
}

struct Wrong {
  std::vector<std::string> words;
  std::string why;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << ::testing::PrintToString(wrong.words);
}

class WrongWords : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongWords, EndWithTwoAndSayWhatIsWrong) {
  const Spoken spoken = ctl(GetParam().words);

  EXPECT_EQ(spoken.exit_code, 2);
  EXPECT_EQ(spoken.out, "");
  EXPECT_THAT(spoken.err, StartsWith("sekishoctl: " + GetParam().why));
  EXPECT_THAT(spoken.err, HasSubstr("--help tells more"));
}

TEST_P(WrongWords, AreADocumentTooWhereJsonIsAskedFor) {
  std::vector<std::string> words = GetParam().words;
  words.insert(words.begin(), "--json");
  const Spoken spoken = ctl(words);
  const auto document = spoken.json();

  EXPECT_EQ(spoken.exit_code, 2);
  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_THAT(std::string{document.at("error").as_string()}, StartsWith(GetParam().why));
}

std::vector<std::string> explain(std::vector<std::string> more) {
  std::vector<std::string> words{"explain", "--in",      "in0",     "--src", "10.30.0.2",
                                 "--dst",   "192.0.2.1", "--proto", "tcp"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, WrongWords,
    ::testing::Values(
        Wrong{{"frobnicate"}, "unknown verb 'frobnicate'"}, Wrong{{""}, "unknown verb ''"},
        Wrong{{"status", "--since", "1h"}, "unknown option '--since'"},
        Wrong{{"--frob", "status"}, "unknown option '--frob'"},
        Wrong{{"status", "-x"}, "unknown option '-x'"},
        Wrong{{"status", "now"}, "'now' is one argument too many"},
        Wrong{{"check", "a", "b"}, "'b' is one argument too many"},
        Wrong{{"status", "--runtime-dir"}, "option '--runtime-dir' wants a value"},
        Wrong{{"violations", "--follow=yes"}, "option '--follow' takes no value"},
        Wrong{{"violations", "--zone", "a", "--zone=b"}, "option '--zone' is said twice"},
        Wrong{{"violations", "--since", "yesterday"}, "--since 'yesterday' is no time"},
        Wrong{{"violations", "--since", "-1h"}, "--since '-1h' is no time"},
        Wrong{{"violations", "--since", "1h30"}, "--since '1h30' is no time"},
        Wrong{{"violations", "--since", "2026-02-31"}, "--since '2026-02-31' is no time"},
        Wrong{{"violations", "--since", ""}, "--since '' is no time"},
        Wrong{{"violations", "--reason", "boredom"}, "there is no reason 'boredom'"}));

INSTANTIATE_TEST_SUITE_P(
    Explain, WrongWords,
    ::testing::Values(
        Wrong{{"explain"}, "--src is missing"},
        Wrong{{"explain", "--src", "10.0.0.1"}, "--dst is missing"},
        Wrong{{"explain", "--src", "10.0.0.1", "--dst", "10.0.0.2"}, "--proto is missing"},
        Wrong{explain({"--dport", "65536"}), "--dport is a number from 0 to 65535, not '65536'"},
        Wrong{explain({"--sport", "-1"}), "--sport is a number from 0 to 65535, not '-1'"},
        Wrong{explain({"--dport", "80x"}), "--dport is a number from 0 to 65535, not '80x'"},
        Wrong{explain({"--dport", ""}), "--dport is a number from 0 to 65535, not ''"},
        Wrong{explain({"--mac", "02:00:00"}), "'02:00:00' is no hardware address"},
        Wrong{{"explain", "--src", "10.30.0.2", "--dst", "fd00::1", "--proto", "tcp"},
              "--src and --dst are two addresses of one family"},
        Wrong{{"explain", "--src", "10.30.0.2/16", "--dst", "10.0.0.1", "--proto", "tcp"},
              "--src and --dst are two addresses of one family"},
        Wrong{{"explain", "--src", "10.30.0.2", "--dst", "10.0.0.1", "--proto", "smtp"},
              "unknown protocol 'smtp'"},
        Wrong{{"explain", "--src", "10.30.0.2", "--dst", "10.0.0.1", "--proto", "icmp", "--type",
               "shout"},
              "unknown type 'shout' of protocol 'icmp'"},
        Wrong{{"explain", "--in", "an-interface-too-long", "--src", "10.30.0.2", "--dst",
               "10.0.0.1", "--proto", "tcp"},
              "no interface can be called 'an-interface-too-long'"}));

class WithoutADaemon : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(WithoutADaemon, TheToolEndsWithThreeAndSaysWhere) {
  const Scratch scratch;
  const std::string config =
      scratch.write("sekisho.toml", read_whole(SEKISHO_SOURCE "/conf/sekisho.toml"));
  std::vector<std::string> words = scratch.nowhere(GetParam());
  words.insert(words.end(), {"--config", config});
  const Spoken text = ctl(words);
  words.emplace_back("--json");
  const Spoken spoken = ctl(words);
  const auto document = spoken.json();

  EXPECT_EQ(text.exit_code, 3);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, StartsWith("sekishoctl: no daemon answers"));
  EXPECT_EQ(spoken.exit_code, 3);
  EXPECT_EQ(spoken.err, "");
  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_THAT(std::string{document.at("error").as_string()}, HasSubstr(scratch.path()));
}

INSTANTIATE_TEST_SUITE_P(CommandLine, WithoutADaemon,
                         ::testing::Values(std::vector<std::string>{"status"},
                                           std::vector<std::string>{"apply"},
                                           std::vector<std::string>{"reload"},
                                           std::vector<std::string>{"verify"},
                                           std::vector<std::string>{"diff"}, explain({})));

TEST(CommandLine, AFullDiskBehindTheOutputIsNoSuccess) {
  const Spoken spoken = ctl({"dump-tables"}, {}, {});
  ASSERT_EQ(spoken.exit_code, 0);

  const int status = std::system(SEKISHO_BIN "/sekishoctl dump-tables >/dev/full 2>/dev/null");

  EXPECT_EQ(WEXITSTATUS(status), 3);
}

}  // namespace
}  // namespace sekisho::testing
