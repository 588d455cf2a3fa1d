// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is proved before, what is there is proved on demand, and what turns out to be
// something else is shut off.
#include "proof.hpp"
#include "daemon_lab.hpp"

#include "compile/compile.hpp"
#include "kernel/compare.hpp"
#include "kernel/events.hpp"
#include "policy/parse.hpp"

#include <poll.h>
#include <boost/json.hpp>

#include <atomic>
#include <thread>

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kWeb = flow("web", "", "\"tcp/80\"");
const std::string kMoreWeb = flow("web", "", "\"tcp/80\"") + flow("dns", "", "\"udp/53\"");
constexpr std::uint32_t kWebMark = 0x80000001;

policy::Instant now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::shared_ptr<const policy::Policy> parsed(const std::string& text) {
  auto parsed = policy::parse({{"sekisho.toml", text}}, Language::En, now());
  return std::make_shared<const policy::Policy>(std::move(parsed.policy).value());
}

daemon::Tables tables_of(const policy::Policy& policy) {
  compile::Compiled compiled = compile::compile(policy, {now()}, {});
  return {std::move(compiled.table), std::move(compiled.frames)};
}

void put_first(ruleset::Table& table, const std::string& chain, ruleset::Rule rule) {
  for (ruleset::Chain& one : table.chains) {
    if (one.name == chain) {
      one.rules.insert(one.rules.begin(), rule);
    }
  }
}

ruleset::Element alive(std::uint32_t mark, const std::string& in, const std::string& out) {
  ruleset::Element made;
  made.key.append(ruleset::mark_bytes(mark).view())
      .append(ruleset::bytes_of(std::uint8_t{0}).view())
      .append(ruleset::name_bytes(in).view())
      .append(ruleset::name_bytes(out).view());
  made.comment = "web";
  return made;
}

class BeforeACommit : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
  }
};

TEST_F(BeforeACommit, WhatIsNotProvedIsNotWritten) {
  const NetNs ns = NetNs::create();
  ns.run([] {
    const auto policy = parsed(kZones + kWeb);
    const daemon::Tables good = tables_of(*policy);
    daemon::Tables bad = good;
    put_first(bad.packets, "forward", {{ruleset::Verdict{ruleset::VerdictKind::Accept, {}}}, {}});
    auto boundary = daemon::Boundary::open();
    ASSERT_TRUE(boundary) << boundary.error().text();
    const auto proof = daemon::proof_for(policy, {now()}, std::make_shared<prove::Prover>());
    ASSERT_TRUE(boundary->put(good, now(), proof));

    const auto refused = boundary->put(bad, now(), proof);

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("not proved: forward: "));
    const auto found = boundary->look(now());
    ASSERT_TRUE(found);
    EXPECT_THAT(found->differences, IsEmpty());
  });
}

TEST_F(BeforeACommit, WhatIsJudgedIsTheKernelsStateAndTheBatch) {
  const NetNs ns = NetNs::create();
  ns.run([] {
    const daemon::Tables before = tables_of(*parsed(kZones + kWeb));
    const daemon::Tables after = tables_of(*parsed(kZones + kMoreWeb));
    auto boundary = daemon::Boundary::open();
    ASSERT_TRUE(boundary) << boundary.error().text();
    std::vector<std::string> differences{"not asked"};
    const auto nothing = [](const daemon::Tables& /*tables*/) { return Result<>{}; };
    ASSERT_TRUE(boundary->put(before, now(), nothing));

    const auto done = boundary->put(after, now(), [&](const daemon::Tables& tables) {
      differences = ruleset::differences(after.packets, tables.packets, {}, 20);
      return Result<>{};
    });

    EXPECT_TRUE(done);
    EXPECT_THAT(differences, IsEmpty());
  });
}

TEST(ZonesConcerned, AreThoseOfThePermitAndOfTheInterfacesThatDiffer) {
  const auto policy = parsed(kZones + kWeb);
  const daemon::Tables wanted = tables_of(*policy);
  daemon::Boundary::Found found{wanted.packets, wanted.frames, {}};
  for (ruleset::Set& set : found.packets->sets) {
    if (set.shape.name == "live") {
      std::vector<ruleset::Element> elements{set.elements->begin(), set.elements->end()};
      elements.push_back(alive(kWebMark, "mn0", "sc0"));
      set.elements = std::make_shared<const ruleset::Elements>(std::move(elements));
    }
  }
  ruleset::normalise(*found.packets);

  EXPECT_THAT(daemon::zones_concerned(*policy, wanted, found),
              ElementsAre("cloud", "inet-office", "jumin"));
}

TEST(ZonesConcerned, AreAllWhereRulesDifferOrATableIsGone) {
  const auto policy = parsed(kZones + kWeb);
  const daemon::Tables wanted = tables_of(*policy);
  daemon::Boundary::Found ruled{wanted.packets, wanted.frames, {}};
  put_first(*ruled.packets, "pass", {{ruleset::Counter{}}, {}});
  const daemon::Boundary::Found gone{wanted.packets, std::nullopt, {}};

  for (const auto& found : {ruled, gone}) {
    EXPECT_THAT(daemon::zones_concerned(*policy, wanted, found),
                ElementsAre("cloud", "inet-office", "jumin", "lgwan-office"));
  }
}

TEST(ZonesConcerned, AreNoneWhereNothingDiffersButTheClock) {
  const auto policy = parsed(kZones + eltax("2027-03-31T00:00:00+09:00"));
  const daemon::Tables wanted = tables_of(*policy);
  daemon::Boundary::Found found{wanted.packets, wanted.frames, {}};
  for (ruleset::Set& set : found.packets->sets) {
    std::vector<ruleset::Element> elements{set.elements->begin(), set.elements->end()};
    for (ruleset::Element& element : elements) {
      if (element.expires) {
        *element.expires += std::chrono::seconds{1};
      }
    }
    set.elements = std::make_shared<const ruleset::Elements>(std::move(elements));
  }

  EXPECT_THAT(daemon::zones_concerned(*policy, wanted, found), IsEmpty());
}

/// Somebody who answers commits of the daemon with one element that nobody has permitted.
class Meddler {
 public:
  Meddler(const NetNs& ns, pid_t daemon)
      : thread_{
            [this, &ns, daemon] { ns.run([&] { meddle(static_cast<std::uint32_t>(daemon)); }); }} {}
  Meddler(const Meddler&) = delete;
  Meddler& operator=(const Meddler&) = delete;
  ~Meddler() {
    stopping_ = true;
    thread_.join();
  }

  /// So many commits from now on.
  void answer(int commits) { left_ = commits; }

 private:
  void meddle(std::uint32_t daemon) {
    auto events = kernel::GenerationEvents::open();
    auto nftables = kernel::Nftables::open();
    ASSERT_TRUE(events && nftables);
    while (!stopping_) {
      pollfd ready{events->fd(), POLLIN, 0};
      (void)::poll(&ready, 1, 20);
      const auto news = events->read();
      for (const auto& change : news ? news->changes : std::vector<kernel::GenerationChange>{}) {
        if (change.pid == daemon && left_ > 0) {
          --left_;
          add(*nftables);
        }
      }
    }
  }

  static void add(kernel::Nftables& nftables) {
    const ruleset::SetShape live{.name = "live",
                                 .key = {ruleset::Type::Mark, ruleset::Type::CtDirection,
                                         ruleset::Type::IfName, ruleset::Type::IfName},
                                 .timeout = true,
                                 .counter = true,
                                 .limit = {},
                                 .size = {}};
    (void)nftables.commit(
        {"sekisho", {ruleset::AddElements{live, {alive(kWebMark, "mn0", "sc0")}}}}, now());
  }

  std::atomic<bool> stopping_ = false;
  std::atomic<int> left_ = 0;
  std::thread thread_;
};

class AfterACommit : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (!IsSkipped()) {
      // what is there and not owned stays so: others can change it
      city_->appliance().sh("nft add table inet sekisho");
      begin(kZones + kWeb);
    }
  }

  [[nodiscard]] boost::json::object status() const {
    return boost::json::parse(daemon_->ctl("status --json").out).as_object();
  }
  [[nodiscard]] std::string forwarding() const {
    return city_->appliance().output("cat /proc/sys/net/ipv4/ip_forward");
  }
};

TEST_F(AfterACommit, WhatTheKernelHoldsOtherwiseLocksDownTheZonesItIsAbout) {
  Meddler meddler{city_->appliance(), daemon_->pid()};
  Ran reloaded;
  constexpr int kTries = 20;  // it may come too late and be repaired instead
  for (int i = 0; i < kTries && reloaded.out.find("locked down") == std::string::npos; ++i) {
    meddler.answer(1);
    reloaded = daemon_->apply(kZones + flow("web", "", i % 2 == 0 ? "\"tcp/443\"" : "\"tcp/80\""));
  }

  EXPECT_EQ(reloaded.exit_code, 1);
  EXPECT_THAT(reloaded.out, HasSubstr("locked down: 'cloud', 'inet-office', 'jumin'"));
  EXPECT_EQ(status().at("state"), "lockdown");
  EXPECT_THAT(serialize(status().at("warnings")), HasSubstr("zone 'jumin' is locked down"));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);

  EXPECT_EQ(daemon_->apply(kZones + kMoreWeb).exit_code, 0);
  EXPECT_EQ(status().at("state"), "enforcing");
}

TEST_F(AfterACommit, WhatCannotEvenBeLockedDownIsNotForwarded) {
  ASSERT_EQ(forwarding(), "1\n");
  {
    Meddler meddler{city_->appliance(), daemon_->pid()};
    meddler.answer(100'000);
    (void)daemon_->apply(kZones + kMoreWeb);

    EXPECT_TRUE(eventually([this] { return forwarding() == "0\n"; })) << daemon_->log();
  }

  EXPECT_TRUE(eventually([this] { return daemon_->ctl("verify").exit_code == 0; }));
  EXPECT_EQ(daemon_->apply(kZones + flow("web", "", "\"tcp/8080\"")).exit_code, 0);
  EXPECT_EQ(forwarding(), "1\n");
}

class Verify : public DaemonLab {
 protected:
  [[nodiscard]] boost::json::object verified(int exit_code) const {
    const Ran ran = daemon_->ctl("verify --json");
    EXPECT_EQ(ran.exit_code, exit_code) << ran.out;
    return boost::json::parse(ran.out).as_object();
  }
  void nft(const std::string& command) const { city_->appliance().sh("nft '" + command + "'"); }
};

TEST_F(Verify, ProvesWhatIsInForceWithTheDaemonAndWithout) {
  begin(kZones + kWeb + eltax("2027-03-31T00:00:00+09:00"));

  EXPECT_EQ(verified(0).at("proved"), true);
  EXPECT_EQ(daemon_->ctl("lockdown jumin").exit_code, 0);
  EXPECT_EQ(verified(0).at("proved"), true);
  daemon_->kill();
  EXPECT_EQ(verified(0).at("proved"), true);
}

TEST_F(Verify, ShowsThePacketThatAnAddedRuleLetsPass) {
  begin(kZones + kWeb);
  daemon_->kill();

  nft("insert rule inet sekisho forward iifname mn0 oifname sc0 accept");

  const auto document = verified(1);
  EXPECT_EQ(document.at("ok"), false);
  EXPECT_EQ(document.at("proved"), false);
  const auto& found = document.at("counterexample").as_object();
  EXPECT_EQ(found.at("hook"), "forward");
  EXPECT_EQ(found.at("packet").at("iifname"), "mn0");
  EXPECT_EQ(found.at("packet").at("oifname"), "sc0");
}

TEST_F(Verify, ShowsTheConnectionThatAChangedElementOpens) {
  begin(kZones + kWeb);
  daemon_->kill();

  nft("add element inet sekisho inet-office_to_cloud_zone_port4 { tcp . 25 comment web : "
      "0x80000001 }");

  const auto document = verified(1);
  EXPECT_EQ(document.at("proved"), false);
  const auto& found = document.at("counterexample").as_object();
  EXPECT_EQ(found.at("packet").at("th dport"), "25");
  EXPECT_THAT(std::string{found.at("why").as_string()}, HasSubstr("permit 'web'"));
}

TEST_F(Verify, TellsADifferenceThatIsHarmlessFromOneThatIsNot) {
  begin(kZones + kWeb);
  daemon_->kill();

  nft("insert rule inet sekisho forward iifname mn0 oifname sc0 drop");

  const auto document = verified(1);
  EXPECT_EQ(document.at("ok"), false);
  EXPECT_EQ(document.at("proved"), true);
  EXPECT_FALSE(document.at("differences").as_array().empty());
}

TEST_F(Verify, OfNoTableShowsThatEverythingPasses) {
  begin(kZones + kWeb);
  daemon_->kill();

  nft("delete table inet sekisho");

  const auto document = verified(1);
  EXPECT_EQ(document.at("proved"), false);
  EXPECT_EQ(document.at("counterexample").at("packet").at("iifname"), "mn0");
}

}  // namespace
}  // namespace sekisho::testing
