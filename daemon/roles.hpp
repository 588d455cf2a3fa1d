// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The processes of the daemon, said once: name, user, powers, peers. The supervisor starts the
/// others by running the program again with --role; each finds its channels at fixed descriptors
/// and gives up its powers before it reads a byte from outside.

#include "base/result.hpp"
#include "options.hpp"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sekisho::daemon {

/// Descriptors that a role inherits.
inline constexpr int kSupervisorFd = 3;  ///< channel to the supervisor
inline constexpr int kOwnFd = 4;  ///< recorder: directory of the records; watch, sensor: channel to
                                  ///< the recorder; desk: listening control socket

struct Role {
  std::string_view name;
  std::string_view user;    ///< it runs as this user; as "nobody" where there is no such user
  std::string_view powers;  ///< what it keeps
  std::string_view peers;
  int (*run)(const Startup&);
};

int run_supervisor(const Startup& startup);
int run_recorder(const Startup& startup);
int run_desk(const Startup& startup);
int run_watch(const Startup& startup);
int run_sensor(const Startup& startup);
int run_receiver(const Startup& startup);
int run_sender(const Startup& startup);
int run_sanitizer(const Startup& startup);

inline constexpr std::array kRoles{
    Role{"supervisor", "root", "rules, routes, settings, spawning", "recorder desk watch sensor receiver sender sanitizer",
         run_supervisor},
    Role{"recorder", "sekisho-recorder", "none; its own directory", "supervisor watch sensor",
         run_recorder},
    Role{"desk", "sekisho-desk", "none; the control socket it was given", "supervisor", run_desk},
    Role{"watch", "sekisho-watch", "none; an NFLOG handle opened before", "supervisor recorder",
         run_watch},
    Role{"sensor", "sekisho-sensor", "none; capture handles that send nothing",
         "supervisor recorder", run_sensor},
    Role{"receiver", "sekisho-receiver", "none; accepted connections, the quarantine; cannot connect",
         "supervisor", run_receiver},
    Role{"sender", "sekisho-sender", "none; sockets to one destination each; cannot accept",
         "supervisor", run_sender},
    Role{"sanitizer", "sekisho-sanitizer", "none; starts jailed workers", "supervisor",
         run_sanitizer},
};
[[nodiscard]] const Role* role_named(std::string_view name);

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  bool own = false;  ///< false: there is no such user, and it is "nobody"
};
[[nodiscard]] Result<User> user_of(const Role& role);

/// Fails, naming it, where the supervisor lacks a capability without which it could not enforce, or
/// not confine and end the other roles.
[[nodiscard]] Result<> check_powers();

/// The same for a role that starts jailed workers: it may have children.
[[nodiscard]] Result<> confine_parent(std::string_view role);

/// Becomes the role's user with CAP_NET_RAW alone, for opening what only that user may hold;
/// `give_up_powers` must follow. Closes every descriptor but the inherited ones.
[[nodiscard]] Result<> step_down(std::string_view role);
/// Gives up every capability, core dumps, children and new privileges for good.
[[nodiscard]] Result<> give_up_powers();

/// Gives up root for the role's user for good: groups, ids, capabilities, core dumps, new
/// privileges, open descriptors beyond the inherited ones and `kept`. Each step is fatal when it
/// fails. Without root, everything but the ids.
[[nodiscard]] Result<> confine(std::string_view role, std::span<const int> kept);

/// Tells the supervisor why the role ends; returns the exit code for it.
int end_role(const Error& why);

}  // namespace sekisho::daemon
