// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs that work on files alone: check and compile, and the constants.
#include "ctl.hpp"

#include "base/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kGood = R"(version = 1
[appliance]
name = "boundary-1"
model = "alpha"
language = "en"
[[zone]]
name = "inet-office"
class = "internet"
interfaces = ["in0"]
networks = ["10.30.0.0/16"]
[[zone]]
name = "lgwan-office"
class = "lgwan"
interfaces = ["lg0"]
networks = ["10.20.0.0/16"]
)";
/// The ceiling forbids its second end, in its line 4.
const std::string kForbidden = R"([[flow]]
id = "leak"
from = { zone = "inet-office" }
to = { zone = "lgwan-office" }
services = ["tcp/80"]
purpose = "none"
)";

std::vector<std::string> keys_of(const boost::json::value& object) {
  std::vector<std::string> keys;
  for (const auto& member : object.as_object()) {
    keys.emplace_back(member.key());
  }
  return keys;
}

TEST(Check, AGoodConfigIsOk) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood);

  const Spoken text = ctl({"check", file});
  const Spoken json = ctl({"check", file, "--json"});

  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.out, file + ": OK\n");
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(json.json(), boost::json::parse(R"({"ok":true,"errors":[],"warnings":[]})"));
}

TEST(Check, TheExampleIsOk) {
  EXPECT_EQ(ctl({"check", SEKISHO_SOURCE "/conf/sekisho.toml"}).exit_code, 0);
}

TEST(Check, AnErrorHasItsPlaceAndItsClause) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood + kForbidden);

  const Spoken text = ctl({"check", file});
  const Spoken json = ctl({"--json", "check", file});
  const auto document = json.json();
  const auto& error = document.at("errors").at(0);

  EXPECT_EQ(text.exit_code, 1);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, StartsWith(file + ":19:6: error: "));
  EXPECT_THAT(text.err, EndsWith("(6(3)②)\n"));
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_EQ(keys_of(error),
            (std::vector<std::string>{"file", "line", "column", "message", "clause"}));
  EXPECT_EQ(error.at("file").as_string(), file);
  EXPECT_EQ(error.at("line").to_number<int>(), 19);
  EXPECT_EQ(error.at("column").to_number<int>(), 6);
  EXPECT_THAT(std::string{error.at("message").as_string()}, HasSubstr("from internet to lgwan"));
  EXPECT_EQ(error.at("clause").as_string(), "6(3)②");
}

TEST(Check, ErrorsOfConfDBesideAreReportedWithTheirFile) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood);
  const std::string part = scratch.write("conf.d/10-flows.toml", kForbidden);

  const auto document = ctl({"check", file, "--json"}).json();

  EXPECT_EQ(document.at("errors").at(0).at("file").as_string(), part);
  EXPECT_EQ(document.at("errors").at(0).at("line").to_number<int>(), 4);
}

TEST(Check, WarningsDoNotRefuse) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood + R"([[flow]]
id = "old"
from = { zone = "inet-office" }
to = { zone = "inet-office" }
services = ["tcp/80"]
purpose = "none"
valid_until = 2020-01-01T00:00:00Z
)");

  const Spoken json = ctl({"check", file, "--json"});
  const auto document = json.json();

  EXPECT_EQ(json.exit_code, 0);
  EXPECT_TRUE(document.at("ok").as_bool());
  ASSERT_FALSE(document.at("warnings").as_array().empty());
  EXPECT_EQ(document.at("warnings").at(0).at("file").as_string(), file);
  EXPECT_THAT(ctl({"check", file}).err, HasSubstr(": warning: "));
}

TEST(Check, AMissingFileIsAnErrorAtThatFile) {
  const Spoken text = ctl({"check", "/no/such/file.toml"});
  const Spoken json = ctl({"check", "/no/such/file.toml", "--json"});
  const auto document = json.json();

  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.err, StartsWith("/no/such/file.toml:0:0: error: "));
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_EQ(document.at("errors").at(0).at("file").as_string(), "/no/such/file.toml");
  EXPECT_THAT(std::string{document.at("errors").at(0).at("message").as_string()},
              HasSubstr("No such file"));
}

TEST(Check, ADirectoryAndADeviceAreNoConfig) {
  EXPECT_EQ(ctl({"check", "/"}).exit_code, 1);
  EXPECT_EQ(ctl({"check", "/dev/zero"}).exit_code, 1);
}

TEST(Check, ErrorsAreInTheLanguageOfTheEnvironmentWhileTheConfigHasSaidNone) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", "version = 2\n");

  const Spoken ja = ctl({"check", file}, {{"LANG", "ja_JP.UTF-8"}});
  const Spoken en = ctl({"check", file});

  EXPECT_NE(ja.err, en.err);
  EXPECT_THAT(en.err, HasSubstr("version"));
  EXPECT_THAT(ja.err, Not(HasSubstr("missing")));
}

TEST(Check, ANameThatIsNotUtf8StillGivesADocument) {
  const Scratch scratch;
  const std::string file = scratch.write("caf\xe9.toml", "version = \n");

  const Spoken json = ctl({"check", file, "--json"});
  const Spoken missing = ctl({"compile", "/no/such/caf\xe9", "--json"});

  EXPECT_THAT(std::string{json.json().at("errors").at(0).at("file").as_string()},
              HasSubstr("caf\\xe9"));
  EXPECT_THAT(std::string{missing.json().at("error").as_string()}, HasSubstr("caf\\xe9"));
}

TEST(Check, TheConfigIsTheOneThatIsNamedOrTheDaemonsOwn) {
  const Scratch scratch;
  const std::string bad = scratch.write("bad.toml", kGood + kForbidden);
  scratch.write("run/instance", R"({"config":")" + bad + R"(","state_dir":"/no/such"})");

  EXPECT_EQ(ctl({"check", "--config", bad}).exit_code, 1);
  EXPECT_THAT(ctl({"check", "--runtime-dir", scratch.path() + "/run"}).err, StartsWith(bad));
}

TEST(Check, AnInstanceFileThatIsDamagedIsPassedOver) {
  const Scratch scratch;
  const std::string good = scratch.write("good.toml", kGood);
  for (const char* text : {"{\"config\":", "[]", "{\"config\":7}", ""}) {
    scratch.write("run/instance", text);

    EXPECT_EQ(ctl({"check", good, "--runtime-dir", scratch.path() + "/run"}).exit_code, 0) << text;
  }
}

TEST(Compile, TheRulesetIsText) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood);

  const Spoken text = ctl({"compile", file});
  const Spoken json = ctl({"compile", file, "--json"});
  const auto document = json.json();

  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, HasSubstr("table inet sekisho {"));
  EXPECT_TRUE(document.at("ok").as_bool());
  EXPECT_EQ(document.at("ruleset").as_string(), text.out);
}

TEST(Compile, ABadConfigIsNotCompiled) {
  const Scratch scratch;
  const std::string file = scratch.write("sekisho.toml", kGood + kForbidden);

  const Spoken text = ctl({"compile", file});
  const Spoken json = ctl({"compile", file, "--json"});
  const auto document = json.json();

  EXPECT_EQ(text.exit_code, 1);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, HasSubstr(":19:6: error: "));
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_THAT(std::string{document.at("error").as_string()}, HasSubstr("is not valid"));
  EXPECT_EQ(document.at("errors").at(0).at("clause").as_string(), "6(3)②");
}

TEST(Compile, AMissingFileIsADocumentToo) {
  const Spoken json = ctl({"compile", "/no/such/file.toml", "--json"});

  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(json.json().at("ok").as_bool());
}

TEST(Constants, MessageIdsListsEveryEvent) {
  const auto document = ctl({"message-ids", "--json"}).json();
  const std::string text = ctl({"message-ids"}).out;

  ASSERT_EQ(document.as_array().size(), event_words().size());
  for (std::size_t i = 0; i < event_words().size(); ++i) {
    const EventWord& word = event_words()[i];
    EXPECT_EQ(document.at(i).at("event").as_string(), word.name);
    EXPECT_EQ(document.at(i).at("message_id").as_string(), word.message_id);
    EXPECT_EQ(document.at(i).at("priority").to_number<int>(), word.priority);
    EXPECT_THAT(text, HasSubstr(std::string{word.message_id}));
  }
}

TEST(Constants, DumpTablesHasEveryTable) {
  const auto document = ctl({"dump-tables", "--json"}).json();
  const std::string text = ctl({"dump-tables"}).out;

  EXPECT_EQ(document.at("classes").as_array().size(), 4U);
  EXPECT_EQ(document.at("ceiling").as_array().size(), 16U);
  EXPECT_EQ(document.at("clauses").as_array().size(), 4U);
  EXPECT_EQ(document.at("reasons").as_array().size(), reason_words().size());
  EXPECT_EQ(document.at("events").as_array().size(), event_words().size());
  EXPECT_EQ(document.at("fields").as_array().size(), field_words().size());
  EXPECT_THAT(document.at("ceiling").as_array(),
              Contains(boost::json::value(
                  {{"from", "my_number"}, {"to", "internet"}, {"ceiling", "never"}})));
  EXPECT_THAT(text, HasSubstr("[ceiling]\n"));
}

}  // namespace
}  // namespace sekisho::testing
