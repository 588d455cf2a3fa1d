// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/filter.hpp"

#include "base/unique_fd.hpp"
#include "jail/build.hpp"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>

namespace sekisho::jail {
namespace {

// each call with the reason it is there
// clang-format off
constexpr std::array kEveryone{
    SCMP_SYS(write),          // the answer
    SCMP_SYS(brk),            // memory
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),          // uncontended locks of libraries seldom come here, but may
    SCMP_SYS(clock_gettime),  // where the kernel offers it without a call, this is none
    SCMP_SYS(getrandom),      // seeds of hash tables
    SCMP_SYS(sysinfo),        // qsort asks how much memory there is
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit_group),
};
constexpr std::array kRasteriser{
    SCMP_SYS(openat),         // fonts; landlock and the root hold nothing else
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(getdents64),
    SCMP_SYS(access),
    SCMP_SYS(readlink),
    SCMP_SYS(fcntl),
    SCMP_SYS(statfs),         // fontconfig asks what kind of file system its cache is on
    SCMP_SYS(fstatfs),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),   // before the first thread
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(exit),
};
/// What ASan needs to work and to say what it found; no build for use has it.
constexpr std::array kSanitizedBuild{
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(prctl),
    SCMP_SYS(getrlimit), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(read),
    SCMP_SYS(tgkill), SCMP_SYS(prlimit64),
};
// clang-format on

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

int allow(const Context& context, std::span<const int> calls) {
  for (const int call : calls) {
    if (const int error = ::seccomp_rule_add(context.get(), SCMP_ACT_ALLOW, call, 0); error != 0) {
      return error;
    }
  }
  return 0;
}

/// Memory that is, or becomes, executable is forbidden.
int allow_memory(const Context& context) {
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    if (const int error =
            ::seccomp_rule_add(context.get(), SCMP_ACT_ALLOW, call, 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, scmp_datum_t{PROT_EXEC}, 0));
        error != 0) {
      return error;
    }
  }
  return 0;
}

/// Threads of this process, never a process: glibc asks by clone3 first and takes ENOSYS for an
/// answer, as the flags of clone3 lie in memory where no filter can see them.
int allow_threads(const Context& context) {
  constexpr scmp_datum_t kThread = 0x10000;  // CLONE_THREAD
  const int error = ::seccomp_rule_add(context.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                       SCMP_A0(SCMP_CMP_MASKED_EQ, kThread, kThread));
  return error != 0
             ? error
             : ::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

int fill(const Context& context, Kind kind) {
  int error = ::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  error = error != 0 ? error : allow(context, kEveryone);
  error = error != 0 ? error : allow_memory(context);
  if (kind == Kind::Rasteriser) {
    error = error != 0 ? error : allow(context, kRasteriser);
    error = error != 0 ? error : allow_threads(context);
  }
  if (kSanitized) {
    error = error != 0 ? error : allow(context, kSanitizedBuild);
  }
  return error;
}

Result<std::vector<sock_filter>> exported(const Context& context) {
  const UniqueFd file{::memfd_create("filter", MFD_CLOEXEC)};
  if (!file) {
    return fail(system_error("cannot make memory", errno));
  }
  if (const int error = ::seccomp_export_bpf(context.get(), file.get()); error != 0) {
    return fail(system_error("cannot compile", -error));
  }
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size) {
    return fail(system_error("cannot read back", errno));
  }
  return program;
}

}  // namespace

Result<Filter> Filter::of(Kind kind) {
  const Context context{::seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release};
  if (context == nullptr) {
    return fail("libseccomp does not know this machine");
  }
  if (const int error = fill(context, kind); error != 0) {
    return fail(system_error("cannot add a rule", -error));
  }
  auto program = exported(context);
  return program ? Result<Filter>{Filter{kind, *std::move(program)}}
                 : fail(std::move(program).error());
}

Result<> Filter::load() const {
  std::vector<sock_filter> program = program_;
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    return fail(system_error("cannot load", errno));
  }
  return {};
}

}  // namespace sekisho::jail
