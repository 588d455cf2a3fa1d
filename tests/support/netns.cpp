// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/netns.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace sekisho::testing {

NetNs NetNs::create() {
  UniqueFd fd;
  std::thread{[&fd] {
    // the namespace belongs to this thread, not to the process
    if (::unshare(CLONE_NEWNET) == 0) {
      fd = UniqueFd{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    }
  }}.join();
  if (!fd) {
    throw std::runtime_error{"cannot make a network namespace"};
  }
  NetNs made{std::move(fd)};
  made.sh("ip link set lo up");
  return made;
}

void NetNs::run(const std::function<void()>& body) const {
  std::thread{[this, &body] {
    ASSERT_EQ(::setns(fd_.get(), CLONE_NEWNET), 0);
    body();
  }}.join();
}

void NetNs::sh(const std::string& command) const {
  run([&command] {
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): test code, fixed text
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  });
}

std::string NetNs::output(const std::string& command) const {
  std::string text;
  run([&] {
    std::FILE* pipe = ::popen(command.c_str(), "re");  // NOLINT(cert-env33-c): test code
    ASSERT_NE(pipe, nullptr);
    std::array<char, 65536> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
      text.append(buffer.data(), n);
    }
    ::pclose(pipe);
  });
  return text;
}

std::string NetNs::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

bool can_make_namespaces() {
  return ::geteuid() == 0;
}

}  // namespace sekisho::testing
