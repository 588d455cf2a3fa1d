// SPDX-License-Identifier: GPL-3.0-or-later
// The tool and a running daemon: what it says is what the kernel does.
#include "appliance.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kWeb = flow("web", "", R"("tcp/80", "udp/443")");

void expect_kinds(const boost::json::value& object,
                  const std::vector<std::pair<const char*, boost::json::kind>>& kinds) {
  for (const auto& [key, kind] : kinds) {
    const auto* value = object.as_object().if_contains(key);
    ASSERT_NE(value, nullptr) << key;
    const bool number = kind == boost::json::kind::int64 && value->is_number();
    EXPECT_TRUE(value->kind() == kind || number) << key << " is " << *value;
  }
}

TEST_F(Appliance, StatusHasEveryKeyThatIsPromised) {
  using boost::json::kind;
  begin(kZones + kWeb);
  city_->host("mn0").sh("bash -c 'echo x > /dev/udp/198.51.100.80/53'");

  const auto status = ask("status");

  expect_kinds(status, {{"revision", kind::int64},
                        {"policy_sha256", kind::string},
                        {"state", kind::string},
                        {"ready", kind::bool_},
                        {"zones", kind::array},
                        {"permits", kind::array},
                        {"drops", kind::array},
                        {"kernel", kind::object},
                        {"processes", kind::array},
                        {"exchanges", kind::array},
                        {"warnings", kind::array}});
  EXPECT_EQ(status.at("state").as_string(), "enforcing");
  EXPECT_EQ(status.at("revision").to_number<int>(), 1);
  EXPECT_EQ(status.at("policy_sha256").as_string().size(), 64U);
  EXPECT_EQ(status.at("zones").as_array().size(), 4U);
  expect_kinds(status.at("permits").at(0), {{"id", kind::string}, {"in_force", kind::bool_}});
  ASSERT_FALSE(status.at("drops").as_array().empty());
  expect_kinds(status.at("drops").at(0), {{"src_zone", kind::string},
                                          {"dst_zone", kind::string},
                                          {"reason", kind::string},
                                          {"packets", kind::int64},
                                          {"bytes", kind::int64}});
  EXPECT_EQ(status.at("processes").as_array().size(), 4U);
  for (const auto& process : status.at("processes").as_array()) {
    expect_kinds(process, {{"role", kind::string}, {"pid", kind::int64}});
    EXPECT_EQ(::kill(process.at("pid").to_number<pid_t>(), 0), 0) << process;
  }
}

TEST_F(Appliance, StatusInWordsNamesZonesPermitsDropsAndProcesses) {
  begin(kZones + kWeb);
  city_->host("mn0").sh("bash -c 'echo x > /dev/udp/198.51.100.80/53'");

  const Spoken en = ctl(words({"status"}));
  const Spoken ja = ctl(words({"status"}), {{"LANG", "ja_JP.UTF-8"}});

  EXPECT_EQ(en.exit_code, 0) << en.err;
  for (const char* text :
       {"boundary-1: enforcing, revision 1", "\nzones\n", "jumin", "lgwan-office", "inet-office",
        "cloud", "10.10.0.0/16", "\npermits\n", "web", "in force", "\ndrops\n", "jumin > cloud",
        "cross_zone", "\nprocesses\n", "recorder"}) {
    EXPECT_THAT(en.out, HasSubstr(text));
  }
  EXPECT_THAT(ja.out, HasSubstr("\n領域\n"));
}

struct Packet {
  std::string host;  ///< interface of the appliance that it stands behind
  std::string source;
  std::string destination;
  std::string reason;
  std::string clause;
};

TEST_F(Appliance, ExplainSaysOfAPacketWhatTheKernelDoesWithIt) {
  begin(kZones + kWeb);
  city_->host("in0").sh(
      "ip addr add 10.20.9.9/32 dev eth0; "
      "sysctl -qw net.ipv4.conf.eth0.arp_announce=2");  // the gateway is asked in its own name
  const std::vector<Packet> packets{
      {"mn0", "10.10.1.5", "198.51.100.80", "cross_zone", "6(3)①"},
      {"lg0", "10.20.3.4", "10.30.0.2", "cross_zone", "6(3)②"},
      {"in0", "10.20.9.9", "198.51.100.80", "spoofed_source", "6(3)③"},
      {"in0", "10.30.0.2", "10.30.0.1", "self_protected", "6(3)③"},
      {"x0", "192.0.2.2", "10.30.0.2", "unknown_zone", "6(3)③"},
      {"mgmt0", "10.99.0.2", "10.30.0.2", "unknown_zone", "6(3)③"}};
  int port = 7000;
  for (const Packet& packet : packets) {
    ++port;
    const auto said = ask("explain --in " + packet.host + " --src " + packet.source + " --dst " +
                              packet.destination + " --proto udp --dport " + std::to_string(port),
                          1);
    EXPECT_EQ(said.at("verdict").as_string(), "deny") << packet.reason;
    EXPECT_EQ(said.at("reason").as_string(), packet.reason) << packet.source;
    EXPECT_EQ(said.at("clause").as_string(), packet.clause) << packet.reason;

    (void)Connection{city_->host(packet.host), packet.source, packet.destination, port,
                     Connection::Kind::Udp}
        .echoes(std::chrono::milliseconds{1});

    Sekishod::Record seen;
    EXPECT_TRUE(eventually([&] {
      for (const Sekishod::Record& record : daemon_->records()) {
        const auto found = record.find("SEKISHO_DPORT");
        if (found != record.end() && found->second == std::to_string(port)) {
          seen = record;
        }
      }
      return !seen.empty();
    })) << packet.reason;
    for (const auto& [key, field] : {std::pair{"reason", "SEKISHO_REASON"},
                                     {"clause", "SEKISHO_CLAUSE"},
                                     {"verdict", "SEKISHO_VERDICT"},
                                     {"src_zone", "SEKISHO_SRC_ZONE"},
                                     {"dst_zone", "SEKISHO_DST_ZONE"}}) {
      EXPECT_EQ(std::string{said.at(key).as_string()}, seen[field]) << packet.reason;
    }
  }
}

TEST_F(Appliance, ExplainSaysYesForWhatPasses) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + kWeb);
  const std::string question = "explain --in in0 --src 10.30.0.2 --dst 198.51.100.80 --proto tcp ";

  const auto said = ask(question + "--dport 80");
  const auto denied = ask(question + "--dport 81", 1);
  const bool opens = Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 80}.open();

  EXPECT_EQ(said, boost::json::value({{"verdict", "permit"},
                                      {"reason", "flow"},
                                      {"clause", "-"},
                                      {"permit", "web"},
                                      {"src_zone", "inet-office"},
                                      {"dst_zone", "cloud"}}));
  EXPECT_EQ(denied.at("reason").as_string(), "cross_zone");
  EXPECT_TRUE(opens);
  EXPECT_THAT(daemon_->ctl(question + "--dport 80").out,
              HasSubstr("permit: inet-office > cloud: flow"));
}

TEST_F(Appliance, ExplainKnowsIcmpManagementAndTheAppliancesOwnPackets) {
  begin(kZones + kWeb);

  EXPECT_EQ(ask("explain --in mgmt0 --src 10.99.0.2 --dst 10.99.0.1 --proto icmp")
                .at("reason")
                .as_string(),
            "management");
  EXPECT_EQ(ask("explain --in mgmt0 --src 10.99.0.2 --dst 10.99.0.1 --proto icmp --type "
                "timestamp-request",
                1)
                .at("reason")
                .as_string(),
            "unknown_zone");
  EXPECT_EQ(ask("explain --src 203.0.113.2 --dst 198.51.100.80 --proto udp --dport 123", 1)
                .at("reason")
                .as_string(),
            "self_protected");
}

TEST_F(Appliance, VerifyIsContentAndNobodyElseCanChangeTheTable) {
  begin(kZones + kWeb);

  const auto verified = ask("verify");

  EXPECT_EQ(verified, boost::json::value({{"ok", true},
                                          {"proved", true},
                                          {"differences", boost::json::array{}},
                                          {"counterexample", nullptr}}));
  EXPECT_THAT(nft("delete table inet sekisho"), HasSubstr("not permitted"));
  EXPECT_THAT(nft("add rule inet sekisho forward accept"), HasSubstr("not permitted"));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
}

TEST_F(Appliance, VerifyGoesOnWithoutTheDaemonAndNamesWhatWasChangedSince) {
  begin(kZones + kWeb);
  daemon_->kill();

  const auto whole = ask("verify");
  ASSERT_THAT(nft("add rule inet sekisho forward tcp dport 443 accept"), IsEmpty());
  const auto rule_more = ask("verify", 1);
  ASSERT_THAT(nft("delete element inet sekisho inet-office_to_cloud_zone_port4 '{ tcp . 80 }'"),
              IsEmpty());
  const auto element_less = ask("verify", 1);
  ASSERT_THAT(nft("delete table inet sekisho"), IsEmpty());
  const auto gone = ask("verify", 1);

  EXPECT_TRUE(whole.at("ok").as_bool());
  EXPECT_FALSE(rule_more.at("ok").as_bool());
  EXPECT_THAT(serialize(rule_more.at("differences")), HasSubstr("chain 'forward'"));
  EXPECT_THAT(serialize(element_less.at("differences")),
              HasSubstr("inet-office_to_cloud_zone_port4"));
  EXPECT_THAT(serialize(gone.at("differences")), HasSubstr("there is no table 'sekisho'"));
}

TEST_F(Appliance, VerifyOfAnotherNamespaceIsAboutThatNamespace) {
  begin(kZones + kWeb);
  daemon_->kill();

  const NetNs elsewhere = NetNs::create();
  const std::string out =
      elsewhere.output(std::string{SEKISHO_BIN} + "/sekishoctl verify --json --runtime-dir " +
                       daemon_->directory() + "/run");

  EXPECT_THAT(out, HasSubstr("there is no table 'sekisho'"));
}

TEST_F(Appliance, DiffNamesWhatIsLostAndChangesNothing) {
  begin(kZones + kWeb);
  const auto before = ask("status");
  const Scratch scratch;
  const std::string narrower = scratch.write("new.toml", kZones + flow("web", "", R"("tcp/80")"));
  const std::string wider =
      scratch.write("wide.toml", kZones + kWeb + flow("dns", "\"203.0.113.53\"", R"("udp/53")"));

  const auto less = ask("diff " + narrower);
  const auto more = ask("diff " + wider);
  const auto same = ask("diff");
  const auto after = ask("status");

  ASSERT_EQ(less.at("less").as_array().size(), 1U) << less;
  EXPECT_THAT(serialize(less.at("less")), HasSubstr("web"));
  EXPECT_THAT(serialize(less.at("less")), HasSubstr("udp/443"));
  EXPECT_TRUE(less.at("more").as_array().empty());
  EXPECT_THAT(serialize(more.at("more")), HasSubstr("dns"));
  EXPECT_TRUE(more.at("less").as_array().empty());
  EXPECT_EQ(same, boost::json::value({{"ok", true},
                                      {"more", boost::json::array{}},
                                      {"less", boost::json::array{}},
                                      {"other", boost::json::array{}},
                                      {"connections", boost::json::array{}},
                                      {"connections_total", 0},
                                      {"connections_complete", true}}));
  EXPECT_EQ(after.at("revision"), before.at("revision"));
  EXPECT_EQ(after.at("kernel").at("generation"), before.at("kernel").at("generation"));
  EXPECT_THAT(ctl(words({"diff", narrower})).out, HasSubstr("- "));
  EXPECT_EQ(ctl(words({"diff"})).out, "nothing changes\n");
}

TEST_F(Appliance, DiffMeansTheFileInThePlaceOfTheMainOne) {
  const Scratch part{};
  begin(kZones + kWeb);
  std::filesystem::create_directories(daemon_->directory() + "/conf.d");
  std::ofstream{daemon_->directory() + "/conf.d/10-dns.toml"}
      << flow("dns", "\"203.0.113.53\"", R"("udp/53")");
  ASSERT_EQ(daemon_->ctl("reload").exit_code, 0);

  const auto same = ask("diff " + part.write("new.toml", kZones + kWeb));

  EXPECT_TRUE(same.at("less").as_array().empty()) << same;
}

TEST_F(Appliance, DiffOfABadConfigSaysWhere) {
  begin(kZones + kWeb);
  const Scratch scratch;
  const std::string bad = scratch.write("bad.toml", "version = 7\n");

  const auto document = ask("diff " + bad, 1);
  const Spoken text = ctl(words({"diff", bad}));

  EXPECT_FALSE(document.at("ok").as_bool());
  EXPECT_EQ(document.at("errors").at(0).at("file").as_string(), bad);
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.err, HasSubstr(bad + ":1:"));
}

TEST_F(Appliance, DiffWithoutTheDaemonLooksIntoTheStateDir) {
  begin(kZones + kWeb);
  daemon_->stop();
  const Scratch scratch;

  const auto less =
      ask("diff " + scratch.write("new.toml", kZones + flow("web", "", R"("tcp/80")")));

  EXPECT_THAT(serialize(less.at("less")), HasSubstr("udp/443"));
}

TEST_F(Appliance, ApplyTakesItsTextFromStdinToo) {
  begin(kZones + kWeb);

  const Spoken done = ctl(words({"apply", "-", "--json"}), {}, kZones);
  const auto document = done.json();

  EXPECT_EQ(done.exit_code, 0);
  EXPECT_TRUE(document.at("ok").as_bool());
  EXPECT_TRUE(document.at("changed").as_bool());
  EXPECT_EQ(document.at("revision").to_number<int>(), 2);
  EXPECT_EQ(read_whole(daemon_->directory() + "/sekisho.toml"), kZones);
}

TEST_F(Appliance, ErrorsOfAnAppliedFileAreSaidByItsName) {
  begin(kZones + kWeb);
  const Scratch scratch;
  const std::string bad = scratch.write("bad.toml", kZones + flow("web", "", "\"tcp/0\""));

  const Spoken text = ctl(words({"apply", bad}));

  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.err, HasSubstr(bad + ":"));
  EXPECT_THAT(text.err, HasSubstr(": error: "));
  EXPECT_THAT(text.err, Not(HasSubstr(daemon_->directory())));
}

TEST_F(Appliance, ReloadSaysWhetherThereIsANewRevision) {
  begin(kZones + kWeb);

  const auto same = ask("reload");
  daemon_->write_config(kZones);
  const auto changed = ask("reload");
  daemon_->write_config("version = 7\n");
  const auto refused = ask("reload", 1);

  EXPECT_FALSE(same.at("changed").as_bool());
  EXPECT_EQ(same.at("revision").to_number<int>(), 1);
  EXPECT_TRUE(changed.at("changed").as_bool());
  EXPECT_EQ(changed.at("revision").to_number<int>(), 2);
  EXPECT_FALSE(refused.at("ok").as_bool());
  EXPECT_EQ(refused.at("revision").to_number<int>(), 2);
}

TEST_F(Appliance, ARuntimeDirIsEnoughFromOutsideItsNamespace) {
  begin(kZones + kWeb);
  city_->host("mn0").sh("bash -c 'echo x > /dev/udp/198.51.100.80/5353'");
  ASSERT_TRUE(
      eventually([this] { return !daemon_->recorded("violation", "SEKISHO_SEQ").empty(); }));

  const Spoken status = ctl(words({"status", "--json"}));
  const Spoken violations = ctl(words({"violations", "--json", "--zone", "jumin"}));
  const Spoken whole = ctl(words({"violations", "--verify"}));
  const Spoken checked = ctl(words({"check"}));
  daemon_->stop();
  const Spoken afterwards = ctl(words({"violations", "--json", "--zone", "jumin"}));

  EXPECT_EQ(status.json().at("name").as_string(), "boundary-1");
  EXPECT_FALSE(violations.json().as_array().empty());
  EXPECT_EQ(whole.exit_code, 0) << whole.out;
  EXPECT_EQ(checked.out, daemon_->directory() + "/sekisho.toml: OK\n");
  EXPECT_GE(afterwards.json().as_array().size(), violations.json().as_array().size());
}

}  // namespace
}  // namespace sekisho::testing
