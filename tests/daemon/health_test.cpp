// SPDX-License-Identifier: GPL-3.0-or-later
// When the machine runs out of something: the rules go on, people hear of it, and nothing that was
// promised is forgotten.
#include "health.hpp"

#include "daemon_lab.hpp"
#include "support/small_disk.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

namespace sekisho::testing {
namespace {

using daemon::Resources;
using daemon::Shortages;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string judged(Shortages& shortages, const Resources& now, const std::string& name) {
  return shortages.judge(now, Language::En)[name];
}

Resources connections(std::uint64_t entries, std::uint64_t dropped, std::uint64_t given_up = 0) {
  Resources now;
  now.connections = kernel::ConnectionTable{entries, 1000, dropped, given_up, 0};
  return now;
}

TEST(ShortagesOfConnections, BeginWhenOneIsRefusedAndEndAfterFiveReadingsWithEnough) {
  Shortages shortages;
  EXPECT_EQ(judged(shortages, connections(10, 7), "connections"), "");  // of before our time

  const std::string said = judged(shortages, connections(999, 8), "connections");

  EXPECT_THAT(said, HasSubstr("999 of 1000"));
  for (int reading = 0; reading < 4; ++reading) {
    EXPECT_EQ(judged(shortages, connections(10, 8), "connections"), said);
  }
  EXPECT_EQ(judged(shortages, connections(10, 8), "connections"), "");
}

TEST(ShortagesOfConnections, BeginBeforeTheTableIsFullAndWhenOthersAreGivenUp) {
  Shortages nearly;
  EXPECT_EQ(judged(nearly, connections(949, 0), "connections"), "");
  EXPECT_NE(judged(nearly, connections(950, 0), "connections"), "");
  Shortages evicting;
  EXPECT_EQ(judged(evicting, connections(500, 0, 3), "connections"), "");
  EXPECT_NE(judged(evicting, connections(500, 0, 4), "connections"), "");
}

TEST(ShortagesOfConnections, GoOnWhileThereIsNeitherLittleNorEnough) {
  Shortages shortages;
  const std::string said = judged(shortages, connections(990, 0), "connections");

  for (int reading = 0; reading < 20; ++reading) {
    EXPECT_EQ(judged(shortages, connections(920, 0), "connections"), said);
  }
}

TEST(ShortagesOfNeighbours, AreToldByFamily) {
  const auto tables = [](std::uint64_t v4, std::uint64_t v6) {
    Resources now;
    now.neighbours = {{net::Family::V4, 1024, 1024, v4}, {net::Family::V6, 5, 1024, v6}};
    return now;
  };
  Shortages shortages;
  (void)shortages.judge(tables(0, 3), Language::En);

  const auto said = shortages.judge(tables(1, 3), Language::En);

  EXPECT_THAT(said.at("neighbours-v4"), HasSubstr("1024 of 1024"));
  EXPECT_EQ(said.at("neighbours-v6"), "");
}

TEST(ShortagesOfMemoryAndDisk, HaveBounds) {
  const auto left = [](std::uint64_t memory, Resources::Room disk) {
    Resources now;
    now.memory = Resources::Room{3200, memory, 1};
    now.disk = disk;
    return now;
  };
  const std::uint64_t large = 1ULL << 40U;
  Shortages shortages;

  auto said = shortages.judge(left(100, {large, 65ULL << 20U, 1}), Language::En);
  EXPECT_EQ(said.at("memory"), "");
  EXPECT_EQ(said.at("disk"), "");
  said = shortages.judge(left(99, {large, 63ULL << 20U, 1}), Language::En);
  EXPECT_THAT(said.at("memory"), HasSubstr("memory runs out"));
  EXPECT_THAT(said.at("disk"), HasSubstr("KiB left"));
  Shortages small;
  EXPECT_EQ(small.judge(left(3200, {2000, 100, 1}), Language::En).at("disk"), "");
  EXPECT_NE(small.judge(left(3200, {2000, 99, 1}), Language::En).at("disk"), "");
  Shortages files;
  EXPECT_NE(files.judge(left(3200, {2000, 2000, 0}), Language::Ja).at("disk"), "");
}

TEST(MemoryIn, TakesWhatIsThereAndNothingElse) {
  const auto room = daemon::memory_in("MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable: 512 kB\n");

  ASSERT_TRUE(room);
  EXPECT_EQ(room->total, 2048U * 1024);
  EXPECT_EQ(room->free, 512U * 1024);
  EXPECT_FALSE(daemon::memory_in("MemTotal: 2048 kB\n"));
  EXPECT_FALSE(daemon::memory_in("MemTotal: many\nMemAvailable: 512 kB\n"));
  EXPECT_FALSE(daemon::memory_in(""));
}

class Health : public DaemonLab {
 protected:
  /// Starts it in a mount namespace of its own, in which this was run before.
  void begin_where(const std::string& mounted, const std::string& config) {
    daemon_->write_config(config);
    daemon_->start({"unshare", "--mount", "--propagation", "private", "sh", "-c",
                    mounted + " && exec \"$@\"", "sh"});
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }
  /// A command in the daemon's mount namespace; what it prints.
  [[nodiscard]] std::string beside(const std::string& command) const {
    return city_->appliance().output("nsenter --mount=/proc/" + std::to_string(daemon_->pid()) +
                                     "/ns/mnt sh -c '" + command + "'");
  }
  [[nodiscard]] boost::json::value status() const {
    return boost::json::parse(daemon_->ctl("status --json").out);
  }
  [[nodiscard]] bool told(const std::string& text) const {
    return eventually([&] {
      return std::ranges::any_of(daemon_->recorded("health", "MESSAGE"), [&](const auto& message) {
        return message.find(text) != std::string::npos;
      });
    });
  }
  [[nodiscard]] std::string warnings() const { return serialize(status().at("warnings")); }
  void knock(int from, int to) const {
    city_->host("mn0").sh("bash -c 'for port in {" + std::to_string(from) + ".." +
                          std::to_string(to) +
                          "}; do echo x > /dev/udp/198.51.100.80/$port; done'");
  }
};

TEST_F(Health, MemoryThatRunsOutIsToldWhenItBeginsAndWhenItEnds) {
  const std::string file = daemon_->directory() + "/meminfo";
  const auto available = [&](const char* amount) {
    std::ofstream{file} << "MemTotal: 1000000 kB\nMemAvailable: " << amount << " kB\n";
  };
  available("900000");
  begin_where("mount --bind " + file + " /proc/meminfo", kZones);

  available("20000");

  EXPECT_TRUE(told("memory: memory runs out (MiB left): 19 of 976")) << daemon_->log();
  EXPECT_THAT(warnings(), HasSubstr("memory runs out"));
  EXPECT_EQ(status().at("state").as_string(), "degraded");
  available("900000");
  EXPECT_TRUE(told("memory: is well again"));
  EXPECT_EQ(status().at("state").as_string(), "enforcing");
}

class FullDisk : public Health {
 protected:
  [[nodiscard]] std::string state() const { return daemon_->directory() + "/state"; }
  void begin_on_small_disk(const std::string& config) {
    disk_.emplace(state(), "6m");
    daemon_->write_config(config);
    start();
    // the reserve is taken with the first look
    ASSERT_TRUE(eventually(
        [this] { return beside("ls " + state()).find("reserve") != std::string::npos; }));
  }
  void start() {
    daemon_->start({"nsenter", "--mount=" + disk_->mount_namespace()});
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }
  [[nodiscard]] bool chained() const {
    const std::string said = beside(SEKISHO_BIN "/sekishoctl --runtime-dir " +
                                    daemon_->directory() + "/run violations --verify --json");
    return said.find("\"ok\":true") != std::string::npos;
  }
  [[nodiscard]] bool allows(const std::string& port) const {
    return daemon_
               ->ctl("explain --in in0 --src 10.30.0.2 --dst 198.51.100.80 --proto tcp --dport " +
                     port)
               .exit_code == 0;
  }

  std::optional<SmallDisk> disk_;
};

TEST_F(FullDisk, RecordsWaitUntilThereIsRoomAndTheChainIsWhole) {
  begin_on_small_disk(kZones);
  disk_->fill();

  EXPECT_TRUE(told("disk: the state dir")) << daemon_->log();  // with the room taken beforehand
  for (int round = 0; round < 8; ++round) {
    knock(1000 + 100 * round, 1099 + 100 * round);
  }
  EXPECT_TRUE(eventually([this] {
    return warnings().find("recorder: cannot write records") != std::string::npos;
  })) << warnings();
  EXPECT_LT(record_sums()["jumin>cloud cross_zone"], 800U);
  disk_->empty();

  EXPECT_TRUE(balanced()) << sums_text();
  EXPECT_EQ(record_sums()["jumin>cloud cross_zone"], 800U);
  EXPECT_TRUE(told("disk: is well again"));
  EXPECT_TRUE(chained());
  EXPECT_THAT(warnings(), Not(HasSubstr("disk")));
}

TEST_F(FullDisk, NothingIsAppliedAndNothingChanges) {
  begin_on_small_disk(kZones + flow("web", "", "\"tcp/80\""));
  const auto before = status();
  disk_->fill();

  EXPECT_NE(daemon_->apply(kZones + flow("web", "", "\"tcp/81\"")).exit_code, 0);

  const auto after = status();
  EXPECT_EQ(after.at("revision"), before.at("revision"));
  EXPECT_EQ(after.at("policy_sha256"), before.at("policy_sha256"));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  EXPECT_TRUE(allows("80"));
  EXPECT_FALSE(allows("81"));
}

TEST_F(FullDisk, ALockdownIsWrittenWithTheLastOfTheRoomAndOutlivesTheDaemon) {
  begin_on_small_disk(kZones + eltax("2027-03-31T23:59:59+09:00"));
  disk_->fill();

  EXPECT_EQ(daemon_->ctl("lockdown my_number").exit_code, 0) << daemon_->log();

  EXPECT_EQ(status().at("state").as_string(), "lockdown");
  daemon_->kill();
  start();
  EXPECT_EQ(status().at("state").as_string(), "lockdown");
}

TEST_F(FullDisk, TheDaemonStartsAndSumsAfterwardsWhatItCouldNotKeep) {
  begin_on_small_disk(kZones + flow("web", "", "\"tcp/80\""));
  knock(1000, 1009);
  ASSERT_TRUE(balanced());
  daemon_->kill();
  disk_->fill();
  knock(2000, 2009);

  start();

  EXPECT_TRUE(allows("80"));
  EXPECT_FALSE(allows("81"));
  disk_->empty();
  EXPECT_TRUE(balanced()) << sums_text();
  EXPECT_TRUE(chained());
}

class Watchdog : public Health {};

TEST_F(Watchdog, IsFedWhileTheSupervisorWorksAndNotWhileItHangs) {
  using std::chrono::milliseconds;
  constexpr milliseconds kHalf{500};
  daemon_->write_config(kZones);
  daemon_->start({"env", "WATCHDOG_USEC=1000000"});
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(daemon_->notified("WATCHDOG=1"));
  }

  ::kill(daemon_->pid(), SIGSTOP);

  while (daemon_->notified("WATCHDOG=1", milliseconds{1})) {
  }
  EXPECT_FALSE(daemon_->notified("WATCHDOG=1", 4 * kHalf));
  ::kill(daemon_->pid(), SIGCONT);
  EXPECT_TRUE(daemon_->notified("WATCHDOG=1"));
}

TEST_F(Watchdog, IsLeftAloneWhereNobodyWaitsForIt) {
  begin(kZones);

  EXPECT_FALSE(daemon_->notified("WATCHDOG=1", std::chrono::milliseconds{700}));
}

class Losses : public Health {
 protected:
  [[nodiscard]] std::uint64_t lost(const std::string& name) const {
    const auto now = status();
    for (const auto& row : now.at("kernel").at("dropped_by_stack").as_array()) {
      if (row.at("name").as_string() == name) {
        return row.at("packets").to_number<std::uint64_t>();
      }
    }
    ADD_FAILURE() << "no counter is named " << name;
    return 0;
  }
};

TEST_F(Losses, OfTheKernelsOwnAreShownByName) {
  begin(kZones + flow("web", "", "\"udp/80\""));
  const auto send = [this](const char* family, const char* option, const char* to) {
    city_->host("in0").sh(std::string{"python3 -c \"import socket as s; k=s.socket(s."} + family +
                          ", s.SOCK_DGRAM); k.setsockopt(" + option + ", 1); [k.sendto(b'x', ('" +
                          to + "', 80)) for _ in range(3)]\"");
  };
  ASSERT_EQ(lost("Ip InHdrErrors"), 0U);

  send("AF_INET", "s.IPPROTO_IP, s.IP_TTL", "198.51.100.80");
  send("AF_INET6", "s.IPPROTO_IPV6, s.IPV6_UNICAST_HOPS", "2001:db8:80::80");

  EXPECT_EQ(lost("Ip InHdrErrors"), 3U);
  EXPECT_EQ(lost("Ip6InHdrErrors"), 3U);
  for (const char* name :
       {"softnet dropped", "Ip ReasmFails", "Ip6ReasmFails", "conntrack drop",
        "conntrack early_drop", "arp_cache table_fulls", "ndisc_cache table_fulls"}) {
    (void)lost(name);  // is there
  }
  EXPECT_THAT(daemon_->ctl("status").out, HasSubstr("Ip InHdrErrors"));
}

}  // namespace
}  // namespace sekisho::testing
