// SPDX-License-Identifier: GPL-3.0-or-later
#include "child.hpp"

#include "roles.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

namespace sekisho::daemon {
namespace {

std::vector<std::string> command_of(std::string_view role, const Startup& startup) {
  return {"sekishod",
          "--role",
          std::string{role},
          "--config",
          startup.config,
          "--state-dir",
          startup.state_dir,
          "--runtime-dir",
          startup.runtime_dir,
          "--log",
          startup.log == LogTo::Journal ? "journal" : "console"};
}

/// In the child: the two descriptors where the role looks for them, then the program again. Returns
/// only on failure.
void become_role(int channel, int own, std::vector<char*>& arguments) {
  // first out of each other's way, then to their places, where they survive the exec
  const int kept_channel = ::fcntl(channel, F_DUPFD, kOwnFd + 1);
  const int kept_own = own < 0 ? -1 : ::fcntl(own, F_DUPFD, kOwnFd + 1);
  if (kept_channel < 0 || ::dup2(kept_channel, kSupervisorFd) < 0 ||
      (own >= 0 && ::dup2(kept_own, kOwnFd) < 0)) {
    return;
  }
  if (own < 0) {
    ::close(kOwnFd);
  }
  ::close_range(kOwnFd + 1, ~0U, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv("/proc/self/exe", arguments.data());
}

}  // namespace

Result<Child> Child::start(std::string_view role, const Startup& startup, int own) {
  auto pair = ipc::Channel::pair();
  if (!pair) {
    return fail(std::move(pair).error());
  }
  std::vector<std::string> words = command_of(role, startup);
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) {
    return fail(system_error("cannot start the " + std::string{role}, errno));
  }
  if (pid == 0) {
    become_role(pair->second.fd(), own, arguments);
    ::_exit(127);
  }
  Child child;
  child.pid_ = pid;
  child.channel_ = std::move(pair->first);
  return child;
}

void Child::end() noexcept {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
  }
}

bool Child::wait(int milliseconds) noexcept {
  if (pid_ <= 0) {
    return true;
  }
  const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
  pollfd one{process.get(), POLLIN, 0};
  if (process && ::poll(&one, 1, milliseconds) > 0) {
    end();
    return true;
  }
  return false;
}

}  // namespace sekisho::daemon
