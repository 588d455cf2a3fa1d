// SPDX-License-Identifier: GPL-3.0-or-later
#include "muzzle.hpp"

#include <fcntl.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace sekisho::daemon {
namespace {

/// Ways to send that nobody here needs, and ways to give a handle another number or owner, by which
/// the rules below would not know it.
constexpr std::array kNever{SCMP_SYS(sendto),
                            SCMP_SYS(sendmmsg),
                            SCMP_SYS(sendfile),
                            SCMP_SYS(splice),
                            SCMP_SYS(tee),
                            SCMP_SYS(vmsplice),
                            SCMP_SYS(io_uring_setup),
                            SCMP_SYS(io_uring_register),
                            SCMP_SYS(io_uring_enter),
                            SCMP_SYS(io_submit),
                            SCMP_SYS(dup),
                            SCMP_SYS(dup2),
                            SCMP_SYS(dup3),
                            SCMP_SYS(pidfd_getfd),
                            SCMP_SYS(ptrace),
                            SCMP_SYS(execve),
                            SCMP_SYS(execveat),
                            SCMP_SYS(process_vm_writev)};
/// Writing calls whose first argument is the descriptor.
constexpr std::array kWrites{SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
                             SCMP_SYS(pwritev), SCMP_SYS(pwritev2)};
/// fcntl's ways to copy a descriptor.
constexpr std::array kCopies{F_DUPFD, F_DUPFD_CLOEXEC};

class Filter {
 public:
  Filter() : context_{::seccomp_init(SCMP_ACT_ALLOW), &seccomp_release} {}

  /// A rule that the library or the kernel does not take leaves the filter failed.
  template <typename... Compared>
  void kill(int call, Compared... compared) {
    failed_ = failed_ || context_ == nullptr ||
              ::seccomp_rule_add(context_.get(), SCMP_ACT_KILL_PROCESS, call, sizeof...(compared),
                                 compared...) != 0;
  }
  [[nodiscard]] bool load() {
    return !failed_ &&
           ::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) ==
               0 &&
           ::seccomp_load(context_.get()) == 0;
  }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool failed_ = false;
};

/// As the kernel reads it: of a descriptor, or a command, 32 bits alone count.
scmp_arg_cmp equals(unsigned argument, int value) {
  return {argument, SCMP_CMP_MASKED_EQ, 0xffffffffU, static_cast<scmp_datum_t>(value)};
}

}  // namespace

Result<> muzzle(std::span<const int> channels, std::span<const int> handles) {
  Filter filter;
  std::ranges::for_each(kNever, [&](int call) { filter.kill(call); });
  for (const int how : kCopies) {
    filter.kill(SCMP_SYS(fcntl), equals(1, how));
  }
  for (const int handle : handles) {
    for (const int call : kWrites) {
      filter.kill(call, equals(0, handle));
    }
  }
  // what lies below, between and above the channels; numbers with more than 32 bits among the
  // latter
  std::vector<int> sorted{channels.begin(), channels.end()};
  std::ranges::sort(sorted);
  int next = 0;
  for (const int channel : sorted) {
    for (; next < channel; ++next) {
      filter.kill(SCMP_SYS(sendmsg), equals(0, next));
    }
    next = channel + 1;
  }
  filter.kill(SCMP_SYS(sendmsg), scmp_arg_cmp{0, SCMP_CMP_GE, static_cast<scmp_datum_t>(next), 0});
  return filter.load() ? Result<>{} : fail("cannot forbid what sends");
}

}  // namespace sekisho::daemon
