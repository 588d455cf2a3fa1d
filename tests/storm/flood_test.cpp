// SPDX-License-Identifier: GPL-3.0-or-later
// Floods of forbidden packets: every one is accounted for, and nothing else suffers by them.
#include "storm/flood.hpp"

#include "daemon/daemon_lab.hpp"
#include "storm/stream.hpp"
#include "support/small_disk.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

namespace sekisho::testing {
namespace {

using ::testing::Each;
using ::testing::Lt;
using ::testing::Pair;

constexpr std::uint64_t kMostMemory = 256U << 10U;  ///< KiB of any role

class Floods : public DaemonLab {
 protected:
  /// With less of the sanitizer's memory for what has been freed, where there is a sanitizer.
  void begin_lean(const std::string& config) {
    daemon_->write_config(config);
    daemon_->start({"env", "ASAN_OPTIONS=quarantine_size_mb=8"});
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }
  [[nodiscard]] Flood::Way across() const {
    return {city_->host("mn0"), city_->appliance(), "mn0", "10.10.1.5", "10.20.3.4"};
  }
  /// VmHWM of each role, in KiB.
  [[nodiscard]] std::map<std::string, std::uint64_t> memory() const {
    std::map<std::string, std::uint64_t> all;
    const auto status = boost::json::parse(daemon_->ctl("status --json").out);
    for (const auto& row : status.at("processes").as_array()) {
      std::ifstream file{"/proc/" + std::to_string(row.at("pid").as_int64()) + "/status"};
      std::uint64_t& most = all[std::string{row.at("role").as_string()}];
      for (std::string word; file >> word;) {
        if (word == "VmHWM:") {
          file >> most;
        }
      }
      EXPECT_GT(most, 0U);
    }
    return all;
  }
  /// What the whole machine's backlogs could not take so far.
  [[nodiscard]] std::uint64_t backlog_drops() const {
    const auto status = boost::json::parse(daemon_->ctl("status --json").out);
    for (const auto& row : status.at("kernel").at("dropped_by_stack").as_array()) {
      if (row.at("name").as_string() == "softnet dropped") {
        return row.at("packets").to_number<std::uint64_t>();
      }
    }
    ADD_FAILURE() << "no counter of the backlogs";
    return 0;
  }
};

TEST_F(Floods, AreAccountedForExactlyWhilePermittedTrafficGoesOnAndMemoryStaysBounded) {
  std::string config = kZones + flow("web", "", "\"udp/80\"");
  config.replace(config.find("\"200ms\""), 7, "\"200ms\"\nmax_records = 50");
  begin_lean(config);
  const std::uint64_t backlog = backlog_drops();
  Stream permitted{{city_->host("in0"), "10.30.0.2", city_->host("sc0"), "198.51.100.80", 80}, 300};
  std::uint64_t sent = 0;

  for (const std::uint32_t flows : {1U, 1000U, 100'000U}) {
    for (const auto& [rate, packets] :
         {std::pair{100, 100U}, std::pair{10'000, 20'000U}, std::pair{0, 300'000U}}) {
      const std::uint64_t before = permitted.next();
      Flood flood{across(), {rate, flows}};
      ASSERT_TRUE(eventually([&] { return flood.sent() >= packets; }, std::chrono::seconds{60}));
      ASSERT_TRUE(eventually([&] { return permitted.next() > before; }));
      flood.stop();
      sent += flood.sent();
    }
    EXPECT_TRUE(balanced()) << flows << " flows: " << sums_text();
  }

  permitted.stop();
  EXPECT_LE(permitted.lost(), backlog_drops() - backlog) << "of " << permitted.next();
  EXPECT_GT(permitted.arrived(), permitted.next() / 2);
  const std::uint64_t counted = kernel_sums()["jumin>lgwan-office cross_zone"];
  EXPECT_LE(counted, sent);
  EXPECT_GT(counted, 60'000U);
  EXPECT_THAT(memory(), Each(Pair(::testing::_, Lt(kMostMemory))));
}

TEST_F(Floods, HideNoSinglePacketOfAnotherPair) {
  std::string config = kZones;
  config.replace(config.find("\"200ms\""), 7, "\"1s\"");
  begin_lean(config);
  Flood flood{across(), {0, 100'000}};
  ASSERT_TRUE(eventually([&] { return flood.sent() > 100'000; }));

  for (int port = 7001; port <= 7008; ++port) {
    const std::uint64_t before = flood.sent();
    city_->host("mn0").sh("bash -c 'echo x > /dev/udp/10.30.0.2/" + std::to_string(port) + "'");
    ASSERT_TRUE(eventually([&] { return flood.sent() > before + 30'000; }));
  }
  flood.stop();

  EXPECT_TRUE(balanced()) << sums_text();
  // a full backlog may have taken some of them, but what the rules saw has records of its own
  const std::string pair = "jumin>inet-office cross_zone";
  EXPECT_GT(kernel_sums()[pair], 0U);
  EXPECT_EQ(record_sums({"violation"})[pair], kernel_sums()[pair]);
}

/// Five pairs, as the kernel shows a thousand packets a second of each.
TEST_F(Floods, BeyondWhatMemoryHoldsWhileTheDiskIsFullAreSummedAfterwards) {
  const SmallDisk disk{daemon_->directory() + "/state", "96m"};
  daemon_->write_config(kZones);
  daemon_->start(
      {"nsenter", "--mount=" + disk.mount_namespace(), "env", "ASAN_OPTIONS=quarantine_size_mb=8"});
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  disk.fill();
  std::vector<std::unique_ptr<Flood>> floods;
  const auto flood = [&](const std::string& wire, const char* from, const char* to) {
    floods.push_back(
        std::make_unique<Flood>(Flood::Way{city_->host(wire), city_->appliance(), wire, from, to},
                                Flood::Measure{2500, 100'000}));
  };
  flood("mn0", "10.10.1.5", "10.20.3.4");
  flood("mn0", "10.10.1.5", "10.30.0.2");
  flood("mn0", "10.10.1.5", "198.51.100.80");
  flood("lg0", "10.20.3.4", "10.10.1.5");
  flood("lg0", "10.20.3.4", "10.30.0.2");

  ASSERT_TRUE(eventually(
      [&] {
        return std::ranges::all_of(floods, [](const auto& one) { return one->sent() > 45'000; });
      },
      std::chrono::seconds{60}));
  floods.clear();
  disk.empty();

  const auto only_counted = [this] {
    for (const std::string& message : daemon_->recorded("health", "MESSAGE")) {
      if (message.find("were only counted") != std::string::npos) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(eventually(only_counted, std::chrono::seconds{30}))
      << ::testing::PrintToString(record_sums({"violation"}));
  EXPECT_TRUE(
      eventually([this] { return kernel_sums() == record_sums(); }, std::chrono::seconds{30}))
      << sums_text();
  EXPECT_THAT(memory(), Each(Pair(::testing::_, Lt(kMostMemory))));
}

}  // namespace
}  // namespace sekisho::testing
