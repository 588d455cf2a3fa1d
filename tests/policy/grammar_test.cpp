// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST(PolicyGrammar, TakesTheGoodConfigWithoutAWord) {
  const Parsed result = parsed(good_config());

  EXPECT_THAT(errors_of(result), IsEmpty());
  EXPECT_THAT(warnings_of(result), IsEmpty());
  EXPECT_TRUE(result.policy);
}

TEST(PolicyGrammar, TakesTheShippedExample) {
  std::ostringstream text;
  text << std::ifstream{SEKISHO_SOURCE "/conf/sekisho.toml"}.rdbuf();

  const Parsed result = parsed(text.str());

  EXPECT_THAT(errors_of(result), IsEmpty());
  EXPECT_THAT(warnings_of(result), IsEmpty());
  ASSERT_TRUE(result.policy);
  EXPECT_THAT(result.policy->zones(), SizeIs(4));
  EXPECT_THAT(result.policy->permits(), SizeIs(6));
}

TEST(PolicyGrammar, TakesAByteOrderMarkAndWindowsLineEnds) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : good_config()) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }

  expect_good(text);
}

TEST(PolicyGrammar, RefusesAnUnknownKeyWithItsPlaceAndTheNearestOne) {
  expect_error(replaced(good_config(), "interfaces = [\"in0\"]",
                        "interfaces = [\"in0\"]\nintrazone = \"deny\""),
               "intrazone", "unknown key 'intrazone'; did you mean 'intra_zone'?");
}

TEST(PolicyGrammar, RefusesAnUnknownKeyThatIsNearNone) {
  expect_error(good_config() + "\n[sensor]\nenable = true\nxyzzyplugh = 1\n", "xyzzyplugh",
               "unknown key 'xyzzyplugh'");
}

TEST(PolicyGrammar, RefusesAnUnknownTable) {
  expect_error(good_config() + "\n[[flows]]\nid = \"x\"\n", "flows",
               "unknown key 'flows'; did you mean 'flow'?");
}

TEST(PolicyGrammar, RefusesAnUnknownKeyOfAnInlineTable) {
  expect_error(replaced(good_config(), "{ zone = \"inet\" }", "{ zone = \"inet\", host = [] }"),
               "host = []", "unknown key 'host'; did you mean 'hosts'?");
}

TEST(PolicyGrammar, CountsColumnsInCodePoints) {
  const std::string text =
      replaced(good_config(), "to = { system = \"tax\" }",
               "\"宛先\" = \"長門市\"\nto = { \"𠮷野\" = 1, system = \"tax\" }");

  const Parsed result = parsed(text);

  EXPECT_THAT(
      errors_of(result),
      ElementsAre("sekisho.toml:" + place(text, "\"宛先\"") + ": error: unknown key '宛先'",
                  "sekisho.toml:" + place(text, "\"𠮷野\"") + ": error: unknown key '𠮷野'"));
  EXPECT_EQ(result.errors.at(1).place.column, 8U);
}

TEST(PolicyGrammar, RefusesCharactersThatAreNotAsciiOutsideQuotesAndComments) {
  const std::string message =
      ": error: not TOML: a character that is not ASCII can stand only in quotes or in a comment";

  EXPECT_THAT(errors_of(parsed("a = \"長門\" # 市\n[長門]\n")),
              ElementsAre("sekisho.toml:2:2" + message));
  EXPECT_THAT(errors_of(parsed("a = \"長門\"\u3000# 市\n")),
              ElementsAre("sekisho.toml:1:9" + message));
  EXPECT_THAT(errors_of(parsed("a = { \"長門\" = 1, 無 = 1 }")),
              ElementsAre("sekisho.toml:1:17" + message));
}

TEST(PolicyGrammar, KeepsKanaThatFollowAnEscapedLineEnd) {
  const Parsed result = parsed(replaced(good_config(), "purpose = \"browsing\"",
                                        "purpose = \"\"\"\\\n  あいう、\\  \n\n ｱ\u0300ー\"\"\""));

  ASSERT_TRUE(result.policy);
  EXPECT_EQ(result.policy->permits().front().purpose, "あいう、ｱ\u0300ー");
}

TEST(PolicyGrammar, RefusesAWrongType) {
  expect_error(replaced(good_config(), "name = \"boundary\"", "name = 7"), "7\nmodel",
               "'name' must be a string, not an integer");
  expect_error(replaced(good_config(), "interfaces = [\"in0\"]", "interfaces = \"in0\""), "\"in0\"",
               "'interfaces' must be an array, not a string");
  expect_error(replaced(good_config(), "{ zone = \"inet\" }", "[]"), "[]",
               "'from' must be a table, not an array");
  expect_error(good_config() + "[sensor]\nenable = 1.5\n", "1.5",
               "'enable' must be a boolean, not a float");
}

TEST(PolicyGrammar, RefusesATableWhereAnArrayOfTablesBelongs) {
  const std::string text = good_config() + "\n[must_flow]\nid = \"x\"\n";

  expect_error(text, "must_flow",
               "'must_flow' must be an array of tables [[must_flow]], not a table");
}

TEST(PolicyGrammar, RefusesAPlainValueInAnArrayOfTables) {
  expect_error("must_flow = [3]\n" + good_config(), "3]",
               "'must_flow' must be a table, not an integer");
}

TEST(PolicyGrammar, RefusesAMissingKeyAtItsTable) {
  const std::string text = replaced(good_config(), "class = \"internet\"\n", "");

  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result), ElementsAre("sekisho.toml:20:1: error: missing key 'class'"));
}

TEST(PolicyGrammar, RefusesAMissingVersionAndAppliance) {
  EXPECT_THAT(errors_of(parsed("")),
              ElementsAre("sekisho.toml:1:1: error: missing key 'version'",
                          "sekisho.toml:1:1: error: missing table [appliance]"));
}

TEST(PolicyGrammar, RefusesAnotherVersion) {
  expect_error(replaced(good_config(), "version = 1", "version = 2"), "2\n\n[appl",
               "the only version of this grammar is 1");
}

TEST(PolicyGrammar, SaysThatAlphaPrimeIsNotSupportedYet) {
  expect_error(replaced(good_config(), "\"alpha\"", "\"alpha_prime\""), "\"alpha_prime\"",
               "model 'alpha_prime' is not supported yet");
}

TEST(PolicyGrammar, RefusesAnUnknownWordAndListsTheKnownOnes) {
  expect_error(replaced(good_config(), "\"alpha\"", "\"gamma\""), "\"gamma\"",
               "'gamma' is not one of alpha, beta, beta_prime");
  expect_error(replaced(good_config(), "\"my_number\"", "\"mynumber\""), "\"mynumber\"",
               "'mynumber' is not one of my_number, lgwan, internet, security_cloud");
}

TEST(PolicyGrammar, RefusesATextThatIsNotTomlWithItsPlaceAlone) {
  const Parsed result = parsed("version = 1\nname = \"長門\" x\nbad_key = 3\n");

  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_THAT(errors_of(result).front(), StartsWith("sekisho.toml:2:13: error: not TOML: "));
}

TEST(PolicyGrammar, RefusesBytesThatAreNotUtf8) {
  EXPECT_THAT(errors_of(parsed("version = 1\n# 長\xff\n")),
              ElementsAre("sekisho.toml:2:4: error: there is a byte here that is not UTF-8"));
  EXPECT_THAT(errors_of(parsed("\x80")),
              ElementsAre("sekisho.toml:1:1: error: there is a byte here that is not UTF-8"));
  EXPECT_THAT(errors_of(parsed("# \xe9\x95")),
              ElementsAre("sekisho.toml:1:3: error: there is a byte here that is not UTF-8"));
}

TEST(PolicyGrammar, RefusesAFileAboveTheLimit) {
  std::string text = "version = 1\n";
  text.resize(kLargestFile + 1, '#');

  EXPECT_THAT(errors_of(parsed(text)),
              ElementsAre("sekisho.toml:1:1: error: the file is larger than 64 MiB"));
}

TEST(PolicyGrammar, RefusesAKeyOfVeryManyPartsBeforeAnythingRecurses) {
  std::string text = "a";
  for (int i = 0; i < 1'000'000; ++i) {
    text += ".a";
  }

  EXPECT_THAT(errors_of(parsed(text + " = 1\n")),
              ElementsAre("sekisho.toml:1:16: error: the key has more than 8 parts"));
  EXPECT_THAT(errors_of(parsed("[" + text + "]\n")),
              ElementsAre("sekisho.toml:1:17: error: the key has more than 8 parts"));
}

TEST(PolicyGrammar, TakesDotsInStringsAndCommentsForWhatTheyAre) {
  expect_good(replaced(good_config(), "purpose = \"browsing\"",
                       "purpose = \"a.b.c.d.e.f.g.h.i.j.k\" # a.b.c.d.e.f.g.h.i.j.k\n") +
              "# '''\n");
  expect_good(replaced(good_config(), "purpose = \"browsing\"",
                       "purpose = '''a.b.c.d.e\"f.g.h.i.j.k''' # \"\"\" "));
}

TEST(PolicyGrammar, RefusesATableHeaderThatBeginsWithNoKey) {
  const std::string message = ": error: not TOML: a table header needs a key";

  for (const std::string header : {"[!]", "[[ !", " \t[\n]", "[=", "[\r\n"}) {
    const std::string column = header.front() == ' ' ? "3" : "1";
    EXPECT_THAT(errors_of(parsed("a = [\n[1], # [\n]\n" + header)),
                ElementsAre("sekisho.toml:4:" + column + message))
        << header;
    EXPECT_THAT(errors_of(parsed("\xef\xbb\xbf" + header)),
                ElementsAre("sekisho.toml:1:" + column + message))
        << header;
  }
  expect_good(good_config() +
              "[ \"sensor\" ]\nenable = true\n[[ 'must_flow' ]]\nid = \"m\"\n"
              "from = { zone = \"inet\" }\nto = { zone = \"cloud\" }\n"
              "services = [\n\"tcp/443\"\n]\n");
}

TEST(PolicyGrammar, RefusesDeeplyNestedValues) {
  const Parsed result = parsed("a = " + std::string(100'000, '['));

  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_THAT(result.errors.front().message, HasSubstr("exceeded maximum nested value depth"));
}

TEST(PolicyGrammar, ReportsAllErrorsInOrderOfPlace) {
  std::string text = replaced(good_config(), "class = \"internet\"", "class = \"outside\"");
  text = replaced(text, "[\"tcp/443\"]", "[\"tcp/0\", \"tcp/9-8\"]");
  text = replaced(text, "name = \"boundary\"", "nane = \"boundary\"");

  const Parsed result = parsed(text);

  EXPECT_THAT(
      errors_of(result),
      ElementsAre("sekisho.toml:3:1: error: missing key 'name'",
                  "sekisho.toml:4:1: error: unknown key 'nane'; did you mean 'name'?",
                  "sekisho.toml:" + place(text, "\"outside\"") +
                      ": error: 'outside' is not one of my_number, lgwan, internet, security_cloud",
                  "sekisho.toml:" + place(text, "\"tcp/0\"") +
                      ": error: bad port in 'tcp/0': 1 to 65535, or a range FIRST-LAST",
                  "sekisho.toml:" + place(text, "\"tcp/9-8\"") +
                      ": error: the port range of 'tcp/9-8' is reversed"));
}

TEST(PolicyGrammar, SpeaksTheConfigsLanguageWhateverElseIsWrong) {
  const Parsed result =
      parsed(replaced(replaced(good_config(), "\"en\"", "\"ja\""), "[\"tcp/443\"]", "[\"http\"]"));

  EXPECT_EQ(result.language, Language::Ja);
  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_THAT(result.errors.front().message, StartsWith("'http' というサービスはありません"));
}

TEST(PolicyGrammar, SpeaksTheFallbackWhileNoConfigHasSaidALanguage) {
  const Parsed result = parse({{"sekisho.toml", "version = ["}}, Language::Ja, now());

  EXPECT_EQ(result.language, Language::Ja);
  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_THAT(result.errors.front().message, StartsWith("TOML の構文の誤り"));
}

TEST(PolicyGrammar, MakesControlCharactersOfTheConfigHarmless) {
  const Parsed result =
      parsed(replaced(good_config(), "[\"tcp/443\"]", R"(["\u001b[31m\u202etcp"])"));

  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_THAT(result.errors.front().message, StartsWith("unknown service '\\x1b[31m\\u{202e}tcp'"));
}

TEST(PolicyGrammar, CutsAVeryLongQuotation) {
  const Parsed result =
      parsed(replaced(good_config(), "[\"tcp/443\"]", "[\"" + std::string(100'000, 'x') + "\"]"));

  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_LT(result.errors.front().message.size(), 400U);
}

}  // namespace
}  // namespace sekisho::policy::test
