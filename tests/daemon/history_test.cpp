// SPDX-License-Identifier: GPL-3.0-or-later
// Changes that cannot hurt: on trial, rolled back, refused where they would break what must flow.
#include "daemon_lab.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::string kWeb = flow("web", "", "\"tcp/80\"");
const std::string kBoth = flow("web", "", "\"tcp/80\", \"tcp/443\"");

class History : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (!IsSkipped()) {
      secure_.emplace(city_->host("sc0"), "198.51.100.80", 443);
    }
  }

  [[nodiscard]] bool secure_passes() const {
    return Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 443}.open();
  }
  [[nodiscard]] std::string config() const {
    std::ifstream file{daemon_->directory() + "/sekisho.toml"};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] Ran apply_on_trial(const std::string& text, const std::string& time) const {
    const std::string file = daemon_->directory() + "/trial.toml";
    std::ofstream{file} << text;
    return daemon_->ctl("apply --confirm " + time + " " + file);
  }

  std::optional<EchoServer> secure_;
};

TEST_F(History, AnEarlierTextComesBackAndBecomesTheConfigFile) {
  begin(kZones + kWeb);
  ASSERT_EQ(daemon_->apply(kZones + kBoth).exit_code, 0);
  ASSERT_TRUE(secure_passes());

  const Ran back = daemon_->ctl("rollback");

  ASSERT_EQ(back.exit_code, 0) << back.out;
  EXPECT_FALSE(secure_passes());
  EXPECT_EQ(config(), kZones + kWeb);
  EXPECT_THAT(daemon_->recorded("rollback", "SEKISHO_VERDICT"), Contains("permit"));
  ASSERT_EQ(daemon_->ctl("rollback 2").exit_code, 0);
  EXPECT_TRUE(secure_passes());
  EXPECT_EQ(config(), kZones + kBoth);
  EXPECT_THAT(daemon_->ctl("history").out, HasSubstr("root: rollback to 2"));
  EXPECT_EQ(daemon_->ctl("rollback 99").exit_code, 1);
}

TEST_F(History, ARollbackPutsConfDBackToo) {
  const std::string parts = daemon_ ? daemon_->directory() + "/conf.d" : "";
  std::filesystem::create_directory(parts);
  std::ofstream{parts + "/10.toml"} << kWeb;
  begin(kZones);
  std::filesystem::remove(parts + "/10.toml");
  std::ofstream{parts + "/20.toml"} << kBoth;
  ASSERT_TRUE(daemon_->reload());
  ASSERT_TRUE(secure_passes());

  ASSERT_EQ(daemon_->ctl("rollback").exit_code, 0);

  EXPECT_FALSE(secure_passes());
  EXPECT_TRUE(std::filesystem::exists(parts + "/10.toml"));
  EXPECT_FALSE(std::filesystem::exists(parts + "/20.toml"));
  EXPECT_TRUE(std::filesystem::exists(parts + "/20.toml.rolled-back"));
}

TEST_F(History, WhatIsNotConfirmedInTimeIsRolledBackByItself) {
  begin(kZones + kWeb);
  ASSERT_EQ(apply_on_trial(kZones + kBoth, "2s").exit_code, 0);
  EXPECT_TRUE(secure_passes());
  EXPECT_EQ(config(), kZones + kWeb);
  EXPECT_THAT(daemon_->ctl("history").out, HasSubstr("(on trial)"));

  EXPECT_TRUE(eventually([&] { return !daemon_->recorded("rollback", "MESSAGE").empty(); }));

  EXPECT_FALSE(secure_passes());
  EXPECT_EQ(daemon_->ctl("confirm").exit_code, 1);
}

TEST_F(History, WhatIsConfirmedStaysAndBecomesTheConfigFile) {
  begin(kZones + kWeb);
  ASSERT_EQ(apply_on_trial(kZones + kBoth, "10m").exit_code, 0);

  ASSERT_EQ(daemon_->ctl("confirm").exit_code, 0);

  EXPECT_EQ(config(), kZones + kBoth);
  EXPECT_TRUE(secure_passes());
  EXPECT_EQ(daemon_->ctl("confirm").exit_code, 1);
}

TEST_F(History, ATrialEndsWithTheDaemonAndIsNoGoodRevision) {
  begin(kZones + kWeb);
  ASSERT_EQ(apply_on_trial(kZones + kBoth, "10m").exit_code, 0);
  daemon_->kill();
  daemon_->write_config("broken");

  daemon_->start();
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();

  EXPECT_FALSE(secure_passes());
}

TEST_F(History, DuringATrialNothingElseIsAppliedButAReloadEndsIt) {
  begin(kZones + kWeb);
  ASSERT_EQ(apply_on_trial(kZones + kBoth, "10m").exit_code, 0);
  EXPECT_EQ(daemon_->apply(kZones + kWeb + "#\n").exit_code, 1);

  ASSERT_EQ(daemon_->ctl("reload").exit_code, 0);

  EXPECT_FALSE(secure_passes());
  EXPECT_EQ(daemon_->ctl("confirm").exit_code, 1);
}

TEST_F(History, ALockdownDuringATrialOutlivesIt) {
  begin(kZones + kWeb);
  ASSERT_EQ(apply_on_trial(kZones + kBoth, "2s").exit_code, 0);
  ASSERT_EQ(daemon_->ctl("lockdown all").exit_code, 0);

  EXPECT_TRUE(eventually([&] { return !daemon_->recorded("rollback", "MESSAGE").empty(); }));

  EXPECT_THAT(daemon_->ctl("status").out, HasSubstr("lockdown"));
}

TEST_F(History, DiffNamesTheConnectionsThatWouldEndAndEndsNone) {
  begin(kZones + kBoth);
  Connection secure{city_->host("in0"), "10.30.0.2", "198.51.100.80", 443};
  ASSERT_TRUE(secure.open() && secure.echoes());
  const std::string file = daemon_->directory() + "/next.toml";
  std::ofstream{file} << kZones + kWeb;

  const Ran diff = daemon_->ctl("diff " + file);

  EXPECT_THAT(diff.out, HasSubstr("x tcp 10.30.0.2:"));
  EXPECT_THAT(diff.out, HasSubstr("198.51.100.80:443"));
  EXPECT_TRUE(secure.echoes());
  std::ofstream{file} << kZones + flow("other", "", "\"tcp/1-1024\"");
  EXPECT_EQ(daemon_->ctl("diff " + file).out.find("x tcp"), std::string::npos);
}

const std::string kMustFlow = R"([[must_flow]]
id = "names"
from = { zone = "inet-office" }
to = { zone = "cloud" }
services = ["tcp/443"]
)";

TEST_F(History, AChangeThatWouldBreakAMustFlowIsRefusedUnlessItMay) {
  begin(kZones + kBoth + kMustFlow);

  const Ran refused = daemon_->apply(kZones + kWeb);

  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(secure_passes());
  EXPECT_EQ(config(), kZones + kBoth + kMustFlow);
  EXPECT_EQ(daemon_->ctl("revoke web").exit_code, 1);
  EXPECT_TRUE(secure_passes());
  EXPECT_EQ(daemon_->ctl("revoke web --break-must-flow names").exit_code, 0);
  EXPECT_FALSE(secure_passes());
}

TEST_F(History, ALockdownOutranksMustFlows) {
  begin(kZones + kBoth + kMustFlow);

  EXPECT_EQ(daemon_->ctl("lockdown all").exit_code, 0);

  EXPECT_FALSE(secure_passes());
}

}  // namespace
}  // namespace sekisho::testing
