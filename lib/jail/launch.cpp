// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/launch.hpp"

#include "jail/build.hpp"
#include "jail/messages.hpp"
#include "jail/pool.hpp"
#include "jail/zygote.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

namespace sekisho::jail {
namespace {

constexpr const char* kInstalled = "/usr/libexec/sekisho/sekisho-worker";
constexpr std::chrono::seconds kPatience{10};

/// In the child: the channel where the program looks for it, then the program, without environment.
[[noreturn]] void become(const char* program, const char* kind, int channel) {
  // a descriptor that is already in its place would stay close-on-exec
  const int apart = ::fcntl(channel, F_DUPFD, kZygoteFd + 1);
  if (apart < 0 || ::dup2(apart, kZygoteFd) < 0) {
    ::_exit(126);
  }
  std::array<char*, 3> words{const_cast<char*>(program), const_cast<char*>(kind), nullptr};
  std::array<char*, 1> environment{nullptr};
  ::execve(program, words.data(), environment.data());
  ::_exit(127);
}

Result<> wait_for_word(const ipc::Channel& channel) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd readable{channel.fd(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) == 0) {
      return fail("it says nothing");
    }
    auto frame = channel.receive();
    if (!frame) {
      return fail("it ended at once");
    }
    if (*frame && (*frame)->type == static_cast<std::uint16_t>(Message::Ready)) {
      return {};
    }
    if (*frame) {
      return fail((*frame)->payload);
    }
  }
}

}  // namespace

std::string worker_program() {
  std::array<char, 4096> self{};
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size());
  const std::string path{self.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
  const std::string beside = path.substr(0, path.rfind('/') + 1) + "sekisho-worker";
  return ::access(beside.c_str(), X_OK) == 0 ? beside : kInstalled;
}

Result<Launched> Launched::launch(const std::string& program, Kind kind) {
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(system_error("cannot start the worker '" + program + "'", errno));
  }
  auto ends = ipc::Channel::pair();
  if (!ends) {
    return fail(std::move(ends).error());
  }
  const pid_t pid = ::fork();
  if (pid < 0) {
    return fail(system_error("cannot start the worker", errno));
  }
  if (pid == 0) {
    become(program.c_str(), kind == Kind::Rasteriser ? "rasteriser" : "worker", ends->second.fd());
  }
  ends->second = {};
  Launched launched{pid, std::move(ends->first)};
  if (auto ready = wait_for_word(launched.channel()); !ready) {
    return fail(std::move(ready).error().in("the worker '" + program + "' cannot be confined"));
  }
  return launched;
}

Launched::Launched(Launched&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, channel_{std::move(other.channel_)} {}

Launched& Launched::operator=(Launched&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(channel_, other.channel_);
  return *this;
}

Launched::~Launched() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace sekisho::jail
