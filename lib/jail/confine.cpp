// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/confine.hpp"

#include "base/unique_fd.hpp"
#include "jail/build.hpp"
#include "jail/landlock.hpp"
#include "jail/root.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace sekisho::jail {
namespace {

/// Whom a zygote becomes that root has started.
constexpr uid_t kNobody = 65534;

Result<> done(long result) {
  return result == 0 ? Result<>{} : fail(std::strerror(errno));
}

/// Signals as a new program has them: dispositions and masks outlive an exec.
Result<> reset_signals(Kind /*kind*/, int /*kept*/) {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) {
      (void)::signal(signal, SIG_DFL);  // refused for those that glibc keeps
    }
  }
  sigset_t none{};
  ::sigemptyset(&none);
  // a parent that is gone is seen by the failing write
  return ::signal(SIGPIPE, SIG_IGN) == SIG_ERR ? done(-1)
                                               : done(::sigprocmask(SIG_SETMASK, &none, nullptr));
}

Result<> leave_descriptors(Kind /*kind*/, int kept) {
  const UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (!null) {
    return done(-1);
  }
  // ASan's findings go where the developer sees them
  for (int fd = 0; fd < (kSanitized ? 2 : 3); ++fd) {
    if (::dup2(null.get(), fd) < 0) {
      return done(-1);
    }
  }
  const auto last = static_cast<unsigned>(kept);
  const bool below = kept <= 3 || ::syscall(SYS_close_range, 3U, last - 1, 0U) == 0;
  return done(below ? ::syscall(SYS_close_range, last + 1, ~0U, 0U) : -1);
}

/// A terminal's signals and tricks do not reach another session.
Result<> leave_session(Kind /*kind*/, int /*kept*/) {
  return ::setsid() >= 0 || errno == EPERM ? Result<>{} : done(-1);  // it leads one already
}

Result<> leave_root(Kind /*kind*/, int /*kept*/) {
  if (::geteuid() != 0) {
    return {};
  }
  if (::setresgid(kNobody, kNobody, kNobody) != 0) {
    // root of a user namespace that has nobody else is root of nothing
    return errno == EINVAL ? Result<>{} : done(-1);
  }
  if (::setgroups(0, nullptr) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0) {
    return done(-1);
  }
  return done(::prctl(PR_SET_DUMPABLE, 1));  // else its own maps in /proc are root's
}

Result<> write_to(const char* path, const std::string& text) {
  const UniqueFd fd{::open(path, O_WRONLY | O_CLOEXEC)};
  const bool written =
      fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written ? Result<>{} : fail(std::string{path} + ": " + std::strerror(errno));
}

Result<> enter_user_namespace(Kind /*kind*/, int /*kept*/) {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) {
    return fail(std::string{std::strerror(errno)} +
                " (the kernel must let users make namespaces: kernel.unprivileged_userns_clone, "
                "user.max_user_namespaces)");
  }
  if (auto denied = write_to("/proc/self/setgroups", "deny"); !denied) {
    return denied;
  }
  const std::string inside = std::to_string(kNobody);
  if (auto mapped = write_to("/proc/self/uid_map", inside + " " + user + " 1"); !mapped) {
    return mapped;
  }
  return write_to("/proc/self/gid_map", inside + " " + group + " 1");
}

Result<> enter_namespaces(Kind /*kind*/, int /*kept*/) {
  return done(::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
                        CLONE_NEWPID));
}

/// The parent waits, so that whoever started it has one process to watch; it holds nothing else.
Result<> become_first_process(Kind /*kind*/, int kept) {
  const pid_t child = ::fork();
  if (child < 0) {
    return done(-1);
  }
  if (child == 0) {
    return done(::prctl(PR_SET_PDEATHSIG, SIGKILL));
  }
  ::close(kept);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

Result<> enter_root(Kind kind, int /*kept*/) {
  return kind == Kind::Rasteriser ? enter_root_with(kFontTrees) : enter_root_with({});
}

Result<> forbid_new_privileges(Kind /*kind*/, int /*kept*/) {
  return done(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

Result<> enter_landlock(Kind kind, int /*kept*/) {
  return restrict_by_landlock(kind == Kind::Rasteriser ? MayRead::Root : MayRead::Nothing);
}

Result<> drop_capabilities(Kind /*kind*/, int /*kept*/) {
  constexpr unsigned long kNoRoot = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                    SECBIT_NO_CAP_AMBIENT_RAISE |
                                    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  if (::prctl(PR_SET_SECUREBITS, kNoRoot) != 0 ||
      ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return done(-1);
  }
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability) != 0) {
      return done(-1);
    }
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return done(::syscall(SYS_capset, &header, none.data()));
}

struct Limit {
  __rlimit_resource resource;
  rlim_t most;
  rlim_t grace = 0;  ///< between the signal that says why and the one that ends it
};

Result<> set(const Limit& limit) {
  const rlimit value{limit.most, limit.most + limit.grace};
  return done(::setrlimit(limit.resource, &value));
}

Result<> limit_zygote(Kind /*kind*/, int /*kept*/) {
  constexpr rlim_t kStack = 8U << 20U;
  for (const Limit& limit :
       {Limit{RLIMIT_CORE, 0}, Limit{RLIMIT_FSIZE, 0}, Limit{RLIMIT_MEMLOCK, 0},
        Limit{RLIMIT_MSGQUEUE, 0}, Limit{RLIMIT_STACK, kStack}}) {
    if (auto limited = set(limit); !limited) {
      return limited;
    }
  }
  return done(::prctl(PR_SET_DUMPABLE, 0));
}

using Act = Result<> (*)(Kind, int);
struct Step {
  const char* name;
  Act act;
};
constexpr std::array kSteps{
    Step{"signals", reset_signals},
    Step{"descriptors", leave_descriptors},
    Step{"session", leave_session},
    Step{"user", leave_root},
    Step{"user namespace", enter_user_namespace},
    Step{"namespaces", enter_namespaces},
    Step{"root", enter_root},
    Step{"no new privileges", forbid_new_privileges},
    Step{"landlock", enter_landlock},
    Step{"capabilities", drop_capabilities},
    Step{"limits", limit_zygote},
    Step{"first process", become_first_process},
};

std::string named(std::size_t number, const char* name) {
  return "step " + std::to_string(number) + ", " + name;
}

/// A rasteriser's fonts must be opened, and its threads started.
Result<> limit_worker(const Share& share, Kind kind) {
  constexpr rlim_t kFiles = 64;
  constexpr rlim_t kThreads = 64;
  const bool rasteriser = kind == Kind::Rasteriser;
  for (const Limit& limit :
       {Limit{RLIMIT_NOFILE, rasteriser ? kFiles : 0},
        Limit{RLIMIT_NPROC, rasteriser ? kThreads : 0}, Limit{RLIMIT_CPU, share.seconds, 1},
        Limit{RLIMIT_AS, kSanitized ? RLIM_INFINITY : share.memory}}) {
    if (auto limited = set(limit); !limited) {
      return limited;
    }
  }
  return {};
}

}  // namespace

Result<> confine_zygote(Kind kind, int kept) {
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    if (auto taken = kSteps.at(i).act(kind, kept); !taken) {
      return fail(std::move(taken).error().in(named(i + 1, kSteps.at(i).name)));
    }
  }
  return {};
}

Result<> confine_worker(const Share& share, const Filter& filter) {
  if (auto limited = limit_worker(share, filter.kind()); !limited) {
    return fail(std::move(limited).error().in(named(kSteps.size() + 1, "share")));
  }
  if (auto loaded = filter.load(); !loaded) {
    return fail(std::move(loaded).error().in(named(kSteps.size() + 2, "system calls")));
  }
  return {};
}

}  // namespace sekisho::jail
