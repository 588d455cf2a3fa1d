// SPDX-License-Identifier: GPL-3.0-or-later
#include "post_office.hpp"

#include <boost/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace sekisho::testing {
namespace {

namespace fs = std::filesystem;

const std::string kCity = R"(version = 1
[appliance]
name = "relay.example"
model = "alpha"
language = "en"
[[zone]]
name = "lgwan-office"
class = "lgwan"
interfaces = ["lg0"]
networks = ["10.20.0.0/16", "fd00:20::/48"]
[[zone]]
name = "cloud"
class = "security_cloud"
interfaces = ["sc0"]
networks = ["0.0.0.0/0", "::/0"]
gateways = ["203.0.113.1", "2001:db8:c::1"]
[violations]
window = "200ms"
)";

}  // namespace

void PostOffice::SetUp() {
  if (!can_make_namespaces()) {
    GTEST_SKIP() << "needs root";
  }
  city_.emplace();
  client().sh(
      "ip addr add 203.0.113.25/32 dev eth0; ip addr add 2001:db8:c::25/128 dev eth0 nodad");
  server().sh("ip addr add fd00:20::25/48 dev eth0 nodad");
  // the daemon, with the sanitizer of tests beside it: it takes the one that is there
  const fs::path bin = scratch_.path("bin");
  fs::permissions(fs::path{scratch_.path(".")}, fs::perms{0755});
  fs::create_directory(bin);
  for (const char* program : {"sekishod", "sekishoctl"}) {
    fs::copy_file(fs::path{SEKISHO_BIN} / program, bin / program);
  }
  fs::copy_file(fs::path{SEKISHO_BIN} / "exchange_worker", bin / "sekisho-worker");
  daemon_.emplace(city_->appliance(), bin.string());
  daemon_->write_config(kCity + kExchange);
  daemon_->start();
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
}

void PostOffice::TearDown() {
  for (const std::string& command : stops_) {
    (void)scratch_.run(command);
  }
  for (const int pid : running_) {
    (void)::kill(-pid, SIGKILL);
  }
  daemon_.reset();
}

std::string PostOffice::file(const std::string& name) const {
  std::ifstream file{scratch_.path(name), std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void PostOffice::run(const NetNs& where, const std::string& command) {
  const std::string pid =
      where.output("setsid " + command + " >" + scratch_.path("log") + " 2>&1 & echo $!");
  running_.push_back(std::stoi(pid));
}

void PostOffice::start_sink(const std::string& options) {
  std::ofstream{scratch_.path("box")}.close();
  fs::permissions(scratch_.path("box"), fs::perms{0666});
  fs::permissions(fs::path{scratch_.path(".")}, fs::perms{0777});
  for (const std::string address : {"10.20.0.25:25", "[fd00:20::25]:25"}) {
    run(server(), "smtp-sink -u nobody -D " + scratch_.path("box") + " " + options +
                      " inet:" + address + " 100");
  }
  ASSERT_TRUE(eventually([this] {
    return server().output("ss -ltnH sport = :25").find("10.20.0.25") != std::string::npos;
  }));
}

void PostOffice::start_postfix(const NetNs& where, const std::string& name,
                               const std::string& main_cf) {
  const std::string home = scratch_.path(name);
  ASSERT_EQ(scratch_
                .run("mkdir -p " + home + "/etc " + home + "/queue " + home + "/data " + home +
                     "/mail && chown postfix " + home + "/data && chmod 777 " + home +
                     "/mail && sed -E 's/^([a-z]+ +[a-z]+ +[-yn]+ +[-yn]+ +)[-yn]( +)/\\1n\\2/' "
                     "/usr/share/postfix/master.cf.dist >" +
                     home + "/etc/master.cf")
                .status,
            0);
  std::ofstream{home + "/etc/main.cf"}
      << "compatibility_level = 3.6\nqueue_directory = " << home
      << "/queue\ndata_directory = " << home << "/data\nmaillog_file = " << home
      << "/log\nmaillog_file_prefixes = " << home
      << "\nmail_owner = postfix\nsetgid_group = postdrop\nalias_maps =\nmydestination =\n"
      << main_cf;
  where.sh("postfix -c " + home + "/etc start >" + home + "/start 2>&1");
  stops_.push_back("nsenter --net=" + where.path() + " postfix -c " + home + "/etc stop");
}

void PostOffice::make_certificate(const std::string& name) const {
  ASSERT_EQ(scratch_
                .run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=" + name +
                     " -addext subjectAltName=DNS:" + name + " -keyout " + name + ".key -out " +
                     name + ".crt")
                .status,
            0);
}

void PostOffice::configure(const std::string& exchange) {
  daemon_->write_config(kCity + exchange);
  ASSERT_TRUE(daemon_->reload()) << daemon_->log();
  ASSERT_TRUE(opens()) << daemon_->log();
}

PostOffice::Sent PostOffice::send(const std::string& text, const std::string& options,
                                  bool v6) const {
  const std::string file = scratch_.write(
      "message", "From: a@outside.example\nTo: c@lgwan.example\nSubject: test\n\n" + text + "\n");
  const std::string to = v6 ? "-6 --server fd00:20::25 --local-interface 2001:db8:c::25"
                            : "-4 --server 10.20.0.25 --local-interface 203.0.113.25";
  const std::string said =
      client().output("swaks " + to +
                      " --port 25 --helo mx.outside.example --from a@outside.example"
                      " --to c@lgwan.example --timeout 30 --data @" +
                      file + " " + options + " 2>&1; echo \"code $?\"");
  const std::size_t code = said.rfind("code ");
  return {std::stoi(said.substr(code + 5)), said};
}

bool PostOffice::is_open() const {
  const Ran status = daemon_->ctl("status --json");
  boost::system::error_code error;
  const auto value = boost::json::parse(status.out, error);
  if (error || !value.is_object() || !value.get_object().contains("exchanges")) {
    return false;
  }
  const auto& exchanges = value.at("exchanges").as_array();
  return !exchanges.empty() && exchanges.front().at("open").as_bool();
}

pid_t PostOffice::pid_of(const std::string& role) const {
  const auto status = boost::json::parse(daemon_->ctl("status --json").out);
  for (const auto& process : status.at("processes").as_array()) {
    if (process.at("role").as_string() == role) {
      return static_cast<pid_t>(process.at("pid").as_int64());
    }
  }
  return 0;
}

std::vector<PostOffice::Record> PostOffice::exchanged() const {
  std::vector<Record> found;
  for (const Record& record : daemon_->records()) {
    if (record.at("SEKISHO_EVENT") == "exchange") {
      found.push_back(record);
    }
  }
  return found;
}

}  // namespace sekisho::testing
