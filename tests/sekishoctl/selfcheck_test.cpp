// SPDX-License-Identifier: GPL-3.0-or-later
// Every check of the self-check can say no, and says it alone.
#include "appliance.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace sekisho::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

const std::string kWeb = flow("web", "", "\"tcp/80\"");

class Selfcheck : public Appliance {
 protected:
  /// Levels by id.
  [[nodiscard]] static std::map<std::string, std::string> levels(
      const boost::json::value& document) {
    std::map<std::string, std::string> found;
    for (const auto& check : document.at("checks").as_array()) {
      found[std::string{check.at("id").as_string()}] = check.at("level").as_string();
      EXPECT_EQ(check.at("ok").as_bool(), check.at("level").as_string() != "ng");
      EXPECT_FALSE(check.at("text").as_string().empty()) << check;
      EXPECT_FALSE(check.at("clause").as_string().empty()) << check;
    }
    return found;
  }
  [[nodiscard]] static std::string text_of(const boost::json::value& document, const char* id) {
    for (const auto& check : document.at("checks").as_array()) {
      if (check.at("id").as_string() == id) {
        return std::string{check.at("text").as_string()};
      }
    }
    return "";
  }
  [[nodiscard]] std::string nft(const std::string& command) const {
    return city_->appliance().output("nft " + command + " 2>&1");
  }
  [[nodiscard]] std::string records() const { return daemon_->directory() + "/state/records"; }
  void rewrite_last_record() const {
    for (const auto& file : std::filesystem::directory_iterator{records()}) {
      if (file.path().extension() == ".jsonl") {
        std::string text = read_whole(file.path());
        text.replace(text.rfind("boundary-1"), 10, "boundary-2");
        std::ofstream{file.path()} << text;
      }
    }
  }
};

TEST_F(Selfcheck, AnApplianceThatIsWellSaysSo) {
  begin(kZones + kWeb);

  const auto document = ask("selfcheck");
  auto found = levels(document);

  EXPECT_TRUE(document.at("ok").as_bool());
  EXPECT_EQ(found.size(), 11U);
  for (const char* id : {"config", "drift", "proof", "chain", "permits", "reviews", "processes",
                         "table", "must_flows"}) {
    EXPECT_EQ(found[id], "ok") << id << ": " << text_of(document, id);
  }
  EXPECT_NE(found["clock"], "ng");
  EXPECT_NE(found["disk"], "ng");
}

TEST_F(Selfcheck, ItIsRecordedWithWhoAskedAndWhatCameOfIt) {
  begin(kZones + kWeb);

  (void)ask("selfcheck");

  ASSERT_TRUE(eventually([this] { return !daemon_->recorded("selfcheck", "MESSAGE").empty(); }));
  EXPECT_THAT(daemon_->recorded("selfcheck", "MESSAGE").front(),
              AllOf(HasSubstr("(root)"), HasSubstr("ok: config drift proof")));
  EXPECT_THAT(daemon_->recorded("selfcheck", "SEKISHO_VERDICT"), ElementsAre("permit"));
  EXPECT_EQ(ask("violations --verify").at("ok"), true);
}

TEST_F(Selfcheck, FilesThatAreNotInForceAreToldAndBrokenOnesAreWrong) {
  begin(kZones + kWeb);
  daemon_->write_config(kZones);
  const auto changed = ask("selfcheck");
  daemon_->write_config("version = 7\n");
  const auto broken = ask("selfcheck", 1);

  EXPECT_EQ(levels(changed)["config"], "warn");
  EXPECT_THAT(text_of(changed, "config"), HasSubstr("revision 1"));
  EXPECT_EQ(levels(broken)["config"], "ng");
  EXPECT_THAT(text_of(broken, "config"), HasSubstr("sekisho.toml:1:"));
  ASSERT_TRUE(eventually([this] { return daemon_->recorded("selfcheck", "MESSAGE").size() == 2; }));
  EXPECT_THAT(daemon_->recorded("selfcheck", "SEKISHO_VERDICT"), ElementsAre("permit", "deny"));
}

TEST_F(Selfcheck, EndsAndReviewsAreToldByName) {
  const std::string end = "valid_until = ";
  const std::string permit = R"([[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/443"]
purpose = "tax"
applicant = "A"
approver = "B"
approved = 2026-03-20
)";
  const std::string must = R"([[must_flow]]
id = "must-tax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/443"]
)";
  const std::time_t soon = std::time(nullptr) + 20 * 86400;
  std::array<char, 32> day{};
  (void)std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&soon));
  const std::time_t past = std::time(nullptr) - 86400;
  std::array<char, 32> yesterday{};
  (void)std::strftime(yesterday.data(), yesterday.size(), "%Y-%m-%d", std::gmtime(&past));
  begin(kZones + permit + "valid_until = " + day.data() + "\n");
  const auto ending = ask("selfcheck");
  ASSERT_EQ(
      daemon_->apply(kZones + permit + "review_by = " + yesterday.data() + "\n" + must).exit_code,
      0);
  const auto overdue = ask("selfcheck");

  EXPECT_EQ(levels(ending)["permits"], "warn");
  EXPECT_THAT(text_of(ending, "permits"), HasSubstr("'eltax'"));
  EXPECT_EQ(levels(ending)["reviews"], "ok");
  EXPECT_EQ(levels(overdue)["reviews"], "warn") << overdue;
  EXPECT_THAT(text_of(overdue, "reviews"), HasSubstr("'eltax'"));
  EXPECT_EQ(levels(overdue)["permits"], "ok");
  EXPECT_EQ(levels(overdue)["must_flows"], "ok") << overdue;
}

TEST_F(Selfcheck, AMustFlowThatNoPacketCanTakeIsWrong) {
  const std::string must = R"([[must_flow]]
id = "must-web"
from = { zone = "inet-office", hosts = ["10.30.0.2"] }
to = { zone = "cloud", hosts = ["198.51.100.80"] }
services = ["tcp/80"]
)";
  begin(kZones + kWeb + must);
  const auto before = ask("selfcheck");
  city_->appliance().sh("ip route replace default via 203.0.113.5 dev sc0 onlink");
  const auto after = ask("selfcheck", 1);

  EXPECT_EQ(levels(before)["must_flows"], "ok") << before;
  EXPECT_EQ(levels(after)["must_flows"], "ng");
  EXPECT_THAT(text_of(after, "must_flows"), AllOf(HasSubstr("'must-web'"), HasSubstr("misrouted")));
  EXPECT_THAT(ctl(words({"selfcheck"}), {{"LANG", "ja_JP.UTF-8"}}).out,
              HasSubstr("NG    must_flows: 'must-web'"));
}

TEST_F(Selfcheck, WithoutTheDaemonTheRestIsStillChecked) {
  begin(kZones + kWeb);
  daemon_->kill();
  const auto whole = ask("selfcheck", 3);
  ASSERT_EQ(nft("insert rule inet sekisho forward tcp dport 443 accept"), "");
  const auto drifted = ask("selfcheck", 3);
  rewrite_last_record();
  const auto forged = ask("selfcheck", 3);

  auto found = levels(whole);
  EXPECT_FALSE(whole.at("ok").as_bool());
  EXPECT_EQ(found["daemon"], "ng");
  EXPECT_THAT(text_of(whole, "daemon"), HasSubstr("must-flows are not checked"));
  for (const char* id : {"config", "drift", "proof", "chain", "permits", "reviews"}) {
    EXPECT_EQ(found[id], "ok") << whole;
  }
  EXPECT_FALSE(found.contains("must_flows"));
  EXPECT_EQ(levels(drifted)["drift"], "ng");
  EXPECT_EQ(levels(drifted)["proof"], "ng");
  EXPECT_EQ(levels(drifted)["chain"], "ok");
  EXPECT_EQ(levels(forged)["chain"], "ng") << forged;
}

TEST(SelfcheckAlone, NothingAtAllIsExitThreeAndOneDocument) {
  const Scratch scratch;

  const Spoken said = ctl(scratch.nowhere({"selfcheck", "--json", "--config", "/nonexistent"}));

  EXPECT_EQ(said.exit_code, 3);
  EXPECT_FALSE(said.json().at("ok").as_bool());
}

}  // namespace
}  // namespace sekisho::testing
