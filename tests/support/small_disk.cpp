// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/small_disk.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace sekisho::testing {
namespace {

/// Mounts, says so and waits to be killed.
[[noreturn]] void hold(const std::string& directory, const std::string& size, int told) {
  const bool done = ::unshare(CLONE_NEWNS) == 0 &&
                    ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    ::mount("tmpfs", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  const char word = done ? 'y' : 'n';
  (void)::write(told, &word, 1);
  ::close(told);
  for (;;) {
    ::pause();
  }
}

}  // namespace

SmallDisk::SmallDisk(const std::string& directory, const std::string& size)
    : directory_{directory} {
  std::filesystem::create_directories(directory);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0 || (holder_ = ::fork()) < 0) {
    throw std::runtime_error{"cannot start a process"};
  }
  if (holder_ == 0) {
    ::close(ends[0]);
    hold(directory, size, ends[1]);
  }
  ::close(ends[1]);
  char word = 'n';
  const bool heard = ::read(ends[0], &word, 1) == 1;
  ::close(ends[0]);
  if (!heard || word != 'y') {
    throw std::runtime_error{"cannot mount a small disk at " + directory};
  }
}

SmallDisk::~SmallDisk() {
  if (holder_ > 0) {
    ::kill(holder_, SIGKILL);
    ::waitpid(holder_, nullptr, 0);
  }
}

std::string SmallDisk::mount_namespace() const {
  return "/proc/" + std::to_string(holder_) + "/ns/mnt";
}

void SmallDisk::fill() const {
  (void)std::system(("nsenter --mount=" + mount_namespace() + " sh -c 'cat /dev/zero > " +
                     directory_ + "/filler' 2>/dev/null")
                        .c_str());
}

void SmallDisk::empty() const {
  (void)std::system(
      ("nsenter --mount=" + mount_namespace() + " rm " + directory_ + "/filler").c_str());
}

}  // namespace sekisho::testing
