// SPDX-License-Identifier: GPL-3.0-or-later
// The boundary while its rules are changed all the time, and while its daemon is killed all the
// time, under traffic that may pass and traffic that may not.
#include "daemon/daemon_lab.hpp"
#include "storm/stream.hpp"

#include <csignal>
#include <random>

namespace sekisho::testing {
namespace {

constexpr const char* kCloud = "198.51.100.80";
constexpr int kRate = 1500;  ///< datagrams a second and stream

class Storm : public DaemonLab {
 protected:
  void begin_streams() {
    const NetNs& office = city_->host("in0");
    const NetNs& cloud = city_->host("sc0");
    const auto to_cloud = [&](int port) {
      return Stream::Way{office, "10.30.0.2", cloud, kCloud, port};
    };
    always_.emplace(to_cloud(80), kRate);
    sometimes_.emplace(to_cloud(443), kRate);
    never_.emplace(to_cloud(81), kRate);
    across_.emplace(
        Stream::Way{city_->host("mn0"), "10.10.1.5", city_->host("lg0"), "10.20.3.4", 443}, kRate);
  }
  void end_streams() {
    for (std::optional<Stream>* stream : {&always_, &sometimes_, &never_, &across_}) {
      (*stream)->stop();
    }
    EXPECT_EQ(never_->arrived(), 0U) << "of " << never_->next();
    EXPECT_EQ(across_->arrived(), 0U) << "of " << across_->next();
  }

  std::optional<Stream> always_;     ///< permitted by every version
  std::optional<Stream> sometimes_;  ///< permitted by the wide version alone
  std::optional<Stream> never_;
  std::optional<Stream> across_;  ///< My Number to LGWAN, by nobody's leave
};

const std::string kNarrow = flow("web", "", "\"udp/80\"");
const std::string kWide = flow("web", "", "\"udp/80\", \"udp/443\"");

TEST_F(Storm, FiveHundredReloadsLoseNothingAndLetNothingThrough) {
  begin(kZones + kNarrow);
  begin_streams();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> shut;  ///< numbers sent while it was shut

  for (int i = 0; i < 250; ++i) {
    const std::uint64_t first = sometimes_->next() + 1;  // one may be on its way
    ASSERT_TRUE(eventually([&] { return sometimes_->next() > first + 5; }));
    daemon_->write_config(kZones + kWide);
    shut.emplace_back(first, sometimes_->next());
    ASSERT_TRUE(daemon_->reload()) << i;
    daemon_->write_config(kZones + kNarrow);
    ASSERT_TRUE(daemon_->reload()) << i;
  }

  end_streams();
  EXPECT_EQ(always_->lost(), 0U) << "of " << always_->next();
  EXPECT_GT(sometimes_->arrived(), 0U);
  for (const auto& [begin, end] : shut) {
    EXPECT_EQ(sometimes_->arrived(begin, end), 0U) << begin << " to " << end;
  }
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

TEST_F(Storm, TwoHundredKillsOpenNothingAndLeaveTheRulesWhole) {
  constexpr unsigned kSeed = 20261124;
  std::mt19937 random{kSeed};
  begin(kZones + kNarrow);
  begin_streams();

  for (int i = 0; i < 200; ++i) {
    const std::chrono::milliseconds moment{std::uniform_int_distribution{0, 500}(random)};
    const bool reloads = std::bernoulli_distribution{0.5}(random);
    daemon_->write_config(kZones + (i % 2 == 0 ? kWide : kNarrow));
    if (reloads) {
      ::kill(daemon_->pid(), SIGHUP);
    }
    std::this_thread::sleep_for(moment);  // any moment at all: of a start, of a reload, after both
    daemon_->kill();
    daemon_->start();
  }

  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  end_streams();
  EXPECT_EQ(always_->lost(), 0U) << "of " << always_->next();
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

}  // namespace
}  // namespace sekisho::testing
