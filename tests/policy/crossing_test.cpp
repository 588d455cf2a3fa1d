// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::ElementsAre;

TEST(PolicyCrossing, DemandsHostsOnBothSides) {
  expect_error(replaced(good_config(), "{ zone = \"office\", hosts = [\"10.20.3.4\"] }",
                        "{ zone = \"office\" }"),
               "{ zone = \"office\" }",
               "both ends of [[specific_flow]] must name hosts, or a system (6(3)①)");
  expect_error(replaced(good_config(), "{ zone = \"cloud\", hosts = [\"203.0.113.25\"] }",
                        "{ zone = \"cloud\" }\n"),
               "{ zone = \"cloud\" }\n\n",
               "both ends of [[exchange]] must name hosts, or a system (6(3)②)");
}

TEST(PolicyCrossing, RefusesWidePrefixes) {
  expect_error(replaced(good_config(), "\"10.20.3.4\"", "\"10.20.2.0/23\""), "\"10.20.2.0/23\"",
               "'10.20.2.0/23' is too wide: no prefix in [[specific_flow]] is shorter than /24 "
               "(6(3)①)");
  expect_error(
      replaced(good_config(), "\"203.0.113.25\"", "\"203.0.113.25\", \"2001:db8::/55\""),
      "\"2001:db8::/55\"",
      "'2001:db8::/55' is too wide: no prefix in [[exchange]] is shorter than /56 (6(3)②)");
  expect_good(replaced(good_config(), "\"10.20.3.4\"", "\"10.20.2.0/24\", \"fd00:20::/56\""));
}

TEST(PolicyCrossing, RefusesOtherServices) {
  for (const std::string service :
       {"proto/50", "icmp/echo-reply", "proto/1", "icmpv6/packet-too-big"}) {
    expect_error(replaced(good_config(), "\"tcp/8443\"", '"' + service + '"'), '"' + service + '"',
                 "[[specific_flow]] allows tcp, udp, sctp and echo-request only, not '" + service +
                     "' (6(3)①)");
  }
  expect_good(replaced(good_config(), "\"tcp/8443\"",
                       R"("udp/1", "sctp/2", "icmp/echo-request", "icmpv6/128")"));
}

TEST(PolicyCrossing, RefusesARangeOfMoreThan16Ports) {
  expect_error(replaced(good_config(), "\"tcp/25\"", "\"tcp/100-116\""), "\"tcp/100-116\"",
               "a range in [[exchange]] spans at most 16 ports, not 'tcp/100-116' (6(3)②)");
  expect_error(replaced(good_config(), "\"tcp/25\"", "\"proto/6\""), "\"proto/6\"",
               "a range in [[exchange]] spans at most 16 ports, not 'proto/6' (6(3)②)");
  expect_good(replaced(good_config(), "\"tcp/25\"", "\"tcp/100-115\""));
}

TEST(PolicyCrossing, DemandsItsFiveTextsAndNamesTheClause) {
  for (const std::string key : {"purpose", "applicant", "approver", "approved", "valid_until"}) {
    for (const bool exchange : {false, true}) {
      std::string text = good_config();
      const std::size_t table = text.find(exchange ? "[[exchange]]" : "[[specific_flow]]");
      const std::size_t begin = text.find("\n" + key + " =", table) + 1;
      text.erase(begin, text.find('\n', begin) - begin);

      expect_error(text, exchange ? "[[exchange]]" : "[[specific_flow]]",
                   "missing key '" + key + "' " + (exchange ? "(6(3)②)" : "(6(3)①)"));
    }
  }
}

TEST(PolicyCrossing, RefusesEmptyTexts) {
  expect_error(replaced(good_config(), "purpose = \"tax returns\"", "purpose = \" \""), "\" \"",
               "'purpose' is empty");
}

TEST(PolicyCrossing, RefusesInvisibleCharactersInTexts) {
  expect_error(replaced(good_config(), "purpose = \"tax returns\"", "purpose = \"a\\u202eb\""),
               "\"a\\u202eb\"", "'purpose' holds a control character");
}

TEST(PolicyCrossing, RefusesAnApproverWhoIsTheApplicant) {
  expect_error(replaced(good_config(), "approver = \"suzuki\"", "approver = \"  SATO\u3000\""),
               "\"  SATO\u3000\"", "approver '  SATO\u3000' is the applicant (6(3)①)");
}

TEST(PolicyExchange, OfFilesIsNotSupportedYet) {
  expect_error(replaced(good_config(), "kind = \"mail\"", "kind = \"file\""), "\"file\"",
               "an exchange of kind 'file' is not supported yet");
}

TEST(PolicyExchange, RefusesAnUnknownProfile) {
  expect_error(replaced(good_config(), "kind = \"mail\"", "kind = \"mail\"\nprofile = \"loose\""),
               "\"loose\"", "unknown sanitize profile 'loose'");
}

TEST(PolicyExchange, FallsBackToTheProfileOfItsKind) {
  const Parsed mail = parsed(good_config());
  const Parsed screen = parsed(replaced(good_config(), "kind = \"mail\"", "kind = \"screen\""));

  ASSERT_TRUE(mail.policy);
  ASSERT_TRUE(screen.policy);
  EXPECT_EQ(mail.policy->permits().at(2).profile, "mail-strict");
  EXPECT_EQ(screen.policy->permits().at(2).profile, "screen");
  EXPECT_EQ(screen.policy->permits().at(2).exchange, ExchangeKind::Screen);
}

TEST(PolicySanitize, KnowsTheBuiltInProfilesAndLetsATableChangeOne) {
  const Parsed result = parsed(good_config() +
                               "[sanitize.mail-files]\nlinks = \"remove\"\n"
                               "max_message = \"2MiB\"\nmy_number = \"block\"\n");

  ASSERT_TRUE(result.policy);
  std::vector<std::string> names;
  for (const SanitizeProfile& profile : result.policy->profiles()) {
    names.push_back(profile.name);
  }
  EXPECT_THAT(names, ElementsAre("mail-files", "mail-strict", "screen", "file"));
  const SanitizeProfile& changed = result.policy->profiles().front();
  EXPECT_EQ(changed.attachments, Attachments::Sanitize);
  EXPECT_EQ(changed.links, Links::Remove);
  EXPECT_EQ(changed.max_message, 2U << 20U);
  EXPECT_EQ(changed.my_number, MyNumberFound::Block);
}

TEST(PolicySanitize, ReadsBoundsAndModes) {
  const Parsed result = parsed(good_config() +
                               "[sanitize.file]\nmax_bytes = \"10MiB\"\nmax_entries = 20\n"
                               "max_depth = 0\nmax_ratio = 30\nmax_pixels = 40\n"
                               "timeout = \"5m\"\nmax_memory = \"64GiB\"\n"
                               "documents = \"flatten\"\nbad_entries = \"refuse\"\n");

  ASSERT_TRUE(result.policy);
  const SanitizeProfile& said = result.policy->profiles().front();
  EXPECT_EQ(said.attachments, Attachments::Sanitize);
  EXPECT_EQ(said.limits.max_bytes, 10U << 20U);
  EXPECT_EQ(said.limits.max_entries, 20U);
  EXPECT_EQ(said.limits.max_depth, 0U);
  EXPECT_EQ(said.limits.max_ratio, 30U);
  EXPECT_EQ(said.limits.max_pixels, 40U);
  EXPECT_EQ(said.limits.timeout, std::chrono::minutes{5});
  EXPECT_EQ(said.limits.max_memory, 64ULL << 30U);
  EXPECT_EQ(said.documents, Documents::Flatten);
  EXPECT_EQ(said.bad_entries, BadEntries::Refuse);
}

TEST(PolicySanitize, RefusesBoundsOutOfRange) {
  const auto expect = [](const std::string& key, const std::string& value,
                         const std::string& message) {
    expect_error(good_config() + "[sanitize.x]\n" + key + " = " + value + "\n", value, message);
  };

  expect("max_entries", "0", "'max_entries' must lie between 1 and 1000000");
  expect("max_depth", "17", "'max_depth' must lie between 0 and 16");
  expect("max_ratio", "100001", "'max_ratio' must lie between 1 and 100000");
  expect("max_pixels", "1000000001", "'max_pixels' must lie between 1 and 1000000000");
  expect("timeout", "\"11m\"", "'11m' is not a time from 1s to 10m, as in \"60s\"");
  expect("timeout", "\"0s\"", "'0s' is not a time from 1s to 10m, as in \"60s\"");
  expect("max_memory", "\"63MiB\"", "'63MiB' is not a size from 64MiB to 64GiB, as in \"2GiB\"");
  expect("documents", "\"burn\"", "'burn' is not one of rebuild, flatten, text");
  expect("bad_entries", "\"keep\"", "'keep' is not one of replace, refuse");
}

TEST(PolicySanitize, RefusesBadSizes) {
  for (const std::string size :
       {"25", "25MB", "MiB", "-1MiB", "0MiB", "2GiB", "99999999999GiB", "1 MiB"}) {
    expect_error(good_config() + "[sanitize.x]\nmax_message = \"" + size + "\"\n",
                 "\"" + size + "\"",
                 "'" + size + "' is not a size from 1KiB to 1GiB, as in \"25MiB\"");
  }
}

TEST(PolicySanitize, RefusesABadProfileName) {
  expect_error(good_config() + "[sanitize.X]\nlinks = \"remove\"\n", "X]",
               "bad name 'X': it must match [a-z][a-z0-9-]{0,62}");
}

}  // namespace
}  // namespace sekisho::policy::test
