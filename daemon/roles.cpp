// SPDX-License-Identifier: GPL-3.0-or-later
#include "roles.hpp"

#include "ipc/channel.hpp"
#include "messages.hpp"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <set>

namespace sekisho::daemon {
namespace {

constexpr int kLastInherited = kOwnFd;

Result<> checked(int result, const char* step) {
  return result == 0 ? Result<>{} : fail(system_error(step, errno));
}

/// Closes every descriptor above the inherited ones that is not kept.
Result<> close_others(std::span<const int> kept) {
  std::set<int> keep{kept.begin(), kept.end()};
  unsigned first = kLastInherited + 1;
  for (const int fd : keep) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) {
      if (auto closed =
              checked(::close_range(first, next - 1, 0), "cannot close inherited descriptors");
          !closed) {
        return closed;
      }
    }
    first = std::max(first, next + 1);
  }
  return checked(::close_range(first, ~0U, 0), "cannot close inherited descriptors");
}

/// The role's user, from root; nothing to do for anybody else.
Result<> become(std::string_view role) {
  const auto found = user_of(*role_named(role));
  if (!found || ::geteuid() != 0) {
    return found ? Result<>{} : fail(found.error());
  }
  const User& user = *found;
  if (auto done = checked(::setgroups(0, nullptr), "cannot leave groups"); !done) {
    return done;
  }
  if (auto done = checked(::setresgid(user.gid, user.gid, user.gid), "cannot set group"); !done) {
    return done;
  }
  return checked(::setresuid(user.uid, user.uid, user.uid), "cannot set user");
}

}  // namespace

const Role* role_named(std::string_view name) {
  const auto* found = std::ranges::find(kRoles, name, &Role::name);
  return found == kRoles.end() ? nullptr : found;
}

Result<User> user_of(const Role& role) {
  const std::string name{role.user};
  if (const passwd* entry =
          ::getpwnam(name.c_str())) {  // NOLINT(concurrency-mt-unsafe): one thread
    return User{entry->pw_uid, entry->pw_gid, true};
  }
  if (const passwd* entry = ::getpwnam("nobody")) {  // NOLINT(concurrency-mt-unsafe): one thread
    return User{entry->pw_uid, entry->pw_gid, false};
  }
  return fail("there is neither a user '" + name + "' nor 'nobody'");
}

Result<> check_powers() {
  for (const int power : {CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID, CAP_KILL, CAP_CHOWN}) {
    const auto number = static_cast<unsigned>(power);
    // where nobody changes user, nothing is to be done to another user's processes and files
    const bool needed = power == CAP_NET_ADMIN || ::geteuid() == 0;
    if (needed && capng_have_capability(CAPNG_EFFECTIVE, number) == 0) {
      std::string name = capng_capability_to_name(number);
      std::ranges::transform(name, name.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      return fail("needs CAP_" + name + ": start it as root, or with that capability");
    }
  }
  return {};
}

Result<> confine(std::string_view role, std::span<const int> kept) {
  if (auto done = close_others(kept); !done) {
    return done;
  }
  if (auto done = become(role); !done) {
    return done;
  }
  return give_up_powers();
}

Result<> confine_parent(std::string_view role) {
  if (auto done = close_others({}); !done) {
    return done;
  }
  if (auto done = become(role); !done) {
    return done;
  }
  capng_clear(CAPNG_SELECT_BOTH);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) {
    return fail("cannot give up capabilities");
  }
  const rlimit none{0, 0};
  return checked(::setrlimit(RLIMIT_CORE, &none), "cannot forbid core dumps");
}

Result<> step_down(std::string_view role) {
  if (auto done = close_others({}); !done) {
    return done;
  }
  if (auto done = checked(::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "cannot keep capabilities");
      !done) {
    return done;
  }
  if (auto done = become(role); !done) {
    return done;
  }
  capng_clear(CAPNG_SELECT_BOTH);
  const auto both = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
  return capng_update(CAPNG_ADD, both, CAP_NET_RAW) == 0 && capng_apply(CAPNG_SELECT_CAPS) == 0
             ? Result<>{}
             : fail("needs CAP_NET_RAW for the sensor");
}

Result<> give_up_powers() {
  capng_clear(CAPNG_SELECT_BOTH);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) {
    return fail("cannot give up capabilities");
  }
  const rlimit none{0, 0};
  if (auto done = checked(::setrlimit(RLIMIT_CORE, &none), "cannot forbid core dumps"); !done) {
    return done;
  }
  if (auto done = checked(::setrlimit(RLIMIT_NPROC, &none), "cannot forbid new processes"); !done) {
    return done;
  }
  if (auto done = checked(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "cannot refuse new privileges");
      !done) {
    return done;
  }
  return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "cannot close the process to others");
}

int end_role(const Error& why) {
  const ipc::Channel supervisor{UniqueFd{kSupervisorFd}};
  (void)supervisor.send(static_cast<std::uint16_t>(Type::Health), why.text());
  return 1;
}

}  // namespace sekisho::daemon
