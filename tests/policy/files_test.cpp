// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.hpp"
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kMoreFlow = R"([[flow]]
id = "more"
from = { zone = "inet" }
to = { zone = "cloud" }
services = ["udp/443"]
purpose = "browsing"
)";

TEST(PolicyFiles, AppendsTablesOfArraysInOrderOfTheFiles) {
  const Parsed result = parsed_files({good_config(), kMoreFlow});

  ASSERT_TRUE(result.policy);
  EXPECT_THAT(result.policy->permits(), SizeIs(5));
  EXPECT_EQ(result.policy->permits().back().id, "more");
  EXPECT_EQ(result.policy->permits().back().order, 4U);
  EXPECT_EQ(result.policy->permits().back().place, (Place{"conf.d/1.toml", 1, 1}));
}

TEST(PolicyFiles, OrdersPermitsByPlaceWhateverTheirKind) {
  const Parsed result = parsed(good_config() + kMoreFlow);

  ASSERT_TRUE(result.policy);
  std::vector<std::string> ids;
  for (const Permit& permit : result.policy->permits()) {
    EXPECT_EQ(permit.order, ids.size());
    ids.push_back(permit.id);
  }
  EXPECT_THAT(ids, ElementsAre("web", "eltax", "mail-in", "ntp", "more"));
}

TEST(PolicyFiles, RefusesATableSaidInTwoFiles) {
  const Parsed result =
      parsed_files({good_config(),
                    "[management]\ninterfaces = [\"m1\"]\nnetworks = [\"10.9.0.0/24\"]\n"
                    "services = [\"tcp/22\"]\n"});

  EXPECT_THAT(
      errors_of(result),
      ElementsAre("conf.d/1.toml:1:2: error: 'management' was already said at sekisho.toml:" +
                  place(good_config(), "management]")));
}

TEST(PolicyFiles, RefusesAKeySaidInTwoFiles) {
  EXPECT_THAT(
      errors_of(parsed_files({good_config(), "version = 1\n"})),
      ElementsAre("conf.d/1.toml:1:1: error: 'version' was already said at sekisho.toml:1:1"));
}

TEST(PolicyFiles, TakesDifferentProfilesFromDifferentFilesAndRefusesTheSameTwice) {
  const std::string one = "[sanitize.a]\nlinks = \"remove\"\n";
  const std::string other = "[sanitize.b]\nlinks = \"remove\"\n";

  EXPECT_THAT(errors_of(parsed_files({good_config(), one, other})), IsEmpty());
  EXPECT_THAT(errors_of(parsed_files({good_config(), one, one})),
              ElementsAre("conf.d/2.toml:1:11: error: 'sanitize.a' was already said at "
                          "conf.d/1.toml:1:11"));
}

TEST(PolicyFiles, ReportsErrorsOfAllFilesInOrder) {
  const Parsed result = parsed_files({replaced(good_config(), "[\"tcp/443\"]", "[\"http\"]"),
                                      "[sensor]\nenable = \"yes\"\n", "colour = 1\n"});

  ASSERT_THAT(result.errors, SizeIs(3));
  EXPECT_EQ(result.errors.at(0).place.file, "sekisho.toml");
  EXPECT_EQ(result.errors.at(1).place, (Place{"conf.d/1.toml", 2, 10}));
  EXPECT_EQ(result.errors.at(2).place, (Place{"conf.d/2.toml", 1, 1}));
}

TEST(PolicyFiles, AFileThatIsNotTomlDoesNotMakeTheOthersLookWrong) {
  std::string main = good_config();
  const std::size_t systems = main.find("[[system]]");
  const std::string rest = main.substr(systems) + "colour = 1\n";
  main.resize(systems);

  const Parsed result = parsed_files({main + "[[", rest});

  ASSERT_THAT(errors_of(result), SizeIs(2));
  EXPECT_THAT(errors_of(result).at(0), StartsWith("sekisho.toml:"));
  EXPECT_EQ(result.errors.at(1).message, "unknown key 'colour'");
}

TEST(PolicyFiles, TheFingerprintOfOneFileIsItsHash) {
  EXPECT_EQ(fingerprint({{"sekisho.toml", "version = 1\n"}}), sha256("version = 1\n"));
}

TEST(PolicyFiles, TheFingerprintTellsWhereAFileEnds) {
  EXPECT_NE(fingerprint({{"a", "x = 1\n"}, {"b", "y = 2\n"}}),
            fingerprint({{"a", "x = 1\ny = 2\n"}, {"b", ""}}));
  EXPECT_EQ(fingerprint({{"a", "x"}, {"b", "y"}}), sha256(sha256("x") + "\n" + sha256("y") + "\n"));
}

}  // namespace
}  // namespace sekisho::policy::test
