// SPDX-License-Identifier: GPL-3.0-or-later
#include "processes.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sekisho::testing {
namespace {

std::string proc(pid_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

}  // namespace

std::map<std::string, std::string> status_of(pid_t pid) {
  std::map<std::string, std::string> lines;
  std::ifstream file{proc(pid, "status")};
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    lines[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return lines;
}

std::string limit_of(pid_t pid, const std::string& name) {
  std::ifstream file{proc(pid, "limits")};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) {
      std::string soft;
      std::string hard;
      std::istringstream{line.substr(26)} >> soft >> hard;
      return hard;
    }
  }
  return "";
}

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream file{proc(pid, "task/" + std::to_string(pid) + "/children")};
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) {
    children.push_back(child);
  }
  return children;
}

std::string namespace_of(pid_t pid, const std::string& kind) {
  std::error_code error;
  return std::filesystem::read_symlink(proc(pid, "ns/" + kind), error).string();
}

Watched::Watched(pid_t pid) : fd_{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))} {}

bool Watched::ends() const {
  constexpr int kPatience = 10'000;
  pollfd one{fd_.get(), POLLIN, 0};
  return !fd_ || ::poll(&one, 1, kPatience) == 1;
}

}  // namespace sekisho::testing
