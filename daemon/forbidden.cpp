// SPDX-License-Identifier: GPL-3.0-or-later
#include "forbidden.hpp"

#include <seccomp.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

namespace sekisho::daemon {
namespace {

/// `calls` end the process; `refused` only fail, as libraries try them and do without.
Result<> forbid(std::initializer_list<int> calls, std::initializer_list<int> refused = {}) {
  const std::unique_ptr<void, decltype(&seccomp_release)> filter{seccomp_init(SCMP_ACT_ALLOW),
                                                                 seccomp_release};
  if (!filter) {
    return fail("cannot make a filter of system calls");
  }
  for (const int call : calls) {
    if (seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0) != 0) {
      return fail("cannot forbid a system call");
    }
  }
  for (const int call : refused) {
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0) != 0) {
      return fail("cannot refuse a system call");
    }
  }
  return seccomp_load(filter.get()) == 0 ? Result<>{} : fail("cannot forbid system calls");
}

}  // namespace

Result<> forbid_connecting() {
  return forbid({SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
                 SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(io_uring_setup)});
}

Result<> forbid_accepting() {
  return forbid(
      {SCMP_SYS(socket), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
       SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(io_uring_setup)},
      {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2)});
}

}  // namespace sekisho::daemon
