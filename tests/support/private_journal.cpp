// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/private_journal.hpp"

#include "support/sekishod.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <boost/json.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sekisho::testing {
namespace {

constexpr const char* kProgram = "/lib/systemd/systemd-journald";
constexpr const char* kMachineId = "/etc/machine-id";

/// No limit of rate or space, nothing read from or passed on to the host; the kernel's audit stays
/// as it is.
constexpr const char* kConfig = R"([Journal]
Storage=volatile
ReadKMsg=no
Audit=
RateLimitIntervalSec=0
RateLimitBurst=0
RuntimeMaxUse=256M
RuntimeKeepFree=1M
ForwardToSyslog=no
ForwardToKMsg=no
ForwardToConsole=no
ForwardToWall=no
)";

bool bind_mount(const std::string& from, const char* to) {
  return ::mount(from.c_str(), to, nullptr, MS_BIND, nullptr) == 0;
}

/// In the child, between fork and exec: system calls alone.
bool enter_own_mounts(const std::string& directory) {
  struct stat id {};
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0 &&
         ::mkdir("/run/systemd", 0755) == 0 && ::mkdir("/run/log", 0755) == 0 &&
         bind_mount(directory + "/run", "/run/systemd") &&
         bind_mount(directory + "/log", "/run/log") && bind_mount("/dev/null", "/dev/kmsg") &&
         ::stat(kMachineId, &id) == 0 &&
         (id.st_size > 0 || bind_mount(directory + "/machine-id", kMachineId));
}

std::string text_of(const boost::json::value& value) {
  if (value.is_string()) {
    return std::string{value.as_string()};
  }
  std::string bytes;
  if (value.is_array()) {
    for (const auto& byte : value.as_array()) {
      bytes += static_cast<char>(byte.to_number<unsigned char>());
    }
  }
  return bytes;
}

}  // namespace

std::string PrivateJournal::obstacle() {
  if (::geteuid() != 0) {
    return "only root makes mount namespaces";
  }
  if (::access(kProgram, X_OK) != 0 || std::system("command -v journalctl >/dev/null") != 0) {
    return "no systemd-journald here";
  }
  return ::access(kMachineId, R_OK) == 0 ? "" : "no /etc/machine-id here";
}

PrivateJournal::PrivateJournal() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "sekisho-journal-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error{"cannot make a temporary directory"};
  }
  directory_ = pattern;
  std::filesystem::create_directories(directory_ + "/run/journald.conf.d");
  std::filesystem::create_directory(directory_ + "/log");
  std::ofstream{directory_ + "/run/journald.conf.d/99-private.conf"} << kConfig;
  std::ofstream{directory_ + "/machine-id"} << "5e6b1d50000000000000000000000001\n";
  start();
}

PrivateJournal::~PrivateJournal() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void PrivateJournal::start() {
  const std::string output = directory_ + "/output";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no journald
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    if (namespace_ ? ::setns(namespace_.get(), CLONE_NEWNS) == 0 : enter_own_mounts(directory_)) {
      ::execl(kProgram, kProgram, nullptr);
    }
    std::perror("systemd-journald");
    ::_exit(127);
  }
  // it makes this directory when its sockets are bound and its files are open
  const bool ready = eventually(
      [this] { return std::filesystem::exists(socket()) && !journalctl("-n 1").empty(); });
  if (!ready) {
    std::ifstream said{output};
    throw std::runtime_error{
        (std::ostringstream{} << "journald did not start: " << said.rdbuf()).str()};
  }
  if (!namespace_) {
    const std::string path = "/proc/" + std::to_string(pid_) + "/ns/mnt";
    namespace_ = UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  }
}

void PrivateJournal::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGCONT);
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    std::filesystem::remove(socket());  // its successor's is the one to wait for
  }
}

void PrivateJournal::pause() const {
  ::kill(pid_, SIGSTOP);
}
void PrivateJournal::resume() const {
  ::kill(pid_, SIGCONT);
}

std::string PrivateJournal::mount_namespace() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(namespace_.get());
}

std::string PrivateJournal::journalctl(const std::string& arguments) const {
  const std::string command = "journalctl --directory=" + directory_ +
                              "/log/journal -q -o json --all " + arguments + " 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "re");
  std::string text;
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), n);
  }
  ::pclose(pipe);
  return text;
}

std::vector<PrivateJournal::Fields> PrivateJournal::entries(const std::string& arguments) const {
  std::vector<Fields> entries;
  std::istringstream lines{journalctl(arguments)};
  for (std::string line; std::getline(lines, line);) {
    Fields& fields = entries.emplace_back();
    const boost::json::value object = boost::json::parse(line);
    for (const auto& field : object.as_object()) {
      const std::string name{field.key()};
      if (!name.starts_with('_')) {
        fields[name] = text_of(field.value());
      }
    }
  }
  return entries;
}

}  // namespace sekisho::testing
