// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/sekishod.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace sekisho::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPoll{10};

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

UniqueFd listen_for_notifications(const std::string& path) {
  UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error{"cannot bind " + path};
  }
  return socket;
}

}  // namespace

bool eventually(const std::function<bool()>& holds, milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!holds()) {
    if (steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

std::string built_programs() { return SEKISHO_BIN; }

Sekishod::Sekishod(const NetNs& appliance, std::string bin)
    : bin_{std::move(bin)}, netns_{appliance.path()} {
  std::string pattern = (std::filesystem::temp_directory_path() / "sekisho-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error{"cannot make a temporary directory"};
  }
  directory_ = pattern;
  notified_ = listen_for_notifications(directory_ + "/notify");
}

Sekishod::~Sekishod() {
  if (pid_ > 0) {
    stop();
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Sekishod::write_config(const std::string& text) const {
  std::ofstream{directory_ + "/sekisho.toml"} << text;
}

void Sekishod::start(const std::vector<std::string>& before) {
  std::vector<std::string> words{"nsenter", "--net=" + netns_};
  words.insert(words.end(), before.begin(), before.end());
  words.insert(words.end(),
               {bin_ + "/sekishod", "--config", directory_ + "/sekisho.toml", "--state-dir",
                directory_ + "/state", "--runtime-dir", directory_ + "/run", "--log", "console"});
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  const std::string log = directory_ + "/log";
  const std::string notify = directory_ + "/notify";
  pid_ = ::fork();
  if (pid_ == 0) {
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, STDERR_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
}

bool Sekishod::ready() {
  return notified("READY=1");
}

bool Sekishod::notified(const std::string& wanted, milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  while (steady_clock::now() < end) {
    pollfd one{notified_.get(), POLLIN, 0};
    if (::poll(&one, 1, 100) > 0) {
      std::array<char, 4096> buffer{};
      const ssize_t size = ::recv(notified_.get(), buffer.data(), buffer.size(), 0);
      const std::string_view text{buffer.data(),
                                  static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
      if (text.find(wanted) != std::string_view::npos) {
        return true;
      }
    }
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        ended.si_pid == pid_) {
      return false;
    }
  }
  return false;
}

bool Sekishod::reload() {
  ::kill(pid_, SIGHUP);
  return ready();
}

int Sekishod::stop() {
  ::kill(pid_, SIGTERM);
  return wait();
}

void Sekishod::kill() {
  ::kill(pid_, SIGKILL);
  (void)wait();
}

int Sekishod::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Ran Sekishod::ctl(const std::string& arguments) const {
  const std::string command = "nsenter --net=" + netns_ + " " + bin_ +
                              "/sekishoctl --runtime-dir " + directory_ + "/run " + arguments +
                              " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "re");
  Ran ran;
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ran.out.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

Ran Sekishod::apply(const std::string& text) const {
  const std::string path = directory_ + "/new.toml";
  std::ofstream{path} << text;
  return ctl("apply " + path);
}

std::string Sekishod::log() const {
  return read_file(directory_ + "/log");
}

std::vector<Sekishod::Record> Sekishod::records() const {
  std::vector<Record> records;
  std::istringstream lines{log()};
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(line, error);
    if (error || !value.is_object()) {
      continue;  // the last line may not be whole yet
    }
    Record& record = records.emplace_back();
    for (const auto& field : value.as_object()) {
      record[std::string{field.key()}] = field.value().is_string()
                                             ? std::string{field.value().as_string()}
                                             : boost::json::serialize(field.value());
    }
  }
  return records;
}

std::vector<std::string> Sekishod::recorded(const std::string& event,
                                            const std::string& field) const {
  std::vector<std::string> values;
  for (Record& record : records()) {
    if (record["SEKISHO_EVENT"] == event && record.contains(field)) {
      values.push_back(record[field]);
    }
  }
  return values;
}

}  // namespace sekisho::testing
