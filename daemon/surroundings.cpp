// SPDX-License-Identifier: GPL-3.0-or-later
#include "surroundings.hpp"

#include "files/files.hpp"
#include "roles.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <cerrno>
#include <cstring>

namespace sekisho::daemon {
namespace {

constexpr int kWaitingClients = 64;

Result<UniqueFd> take_lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  UniqueFd lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!lock) {
    return fail(system_error("cannot open '" + path + "'", errno));
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail("another sekishod works with '" + directory + "'");
  }
  return lock;
}

Result<UniqueFd> open_records(const std::string& state_dir, std::vector<std::string>& weaknesses) {
  const std::string path = state_dir + "/records";
  if (auto made = files::make_directories(path, 0750); !made) {
    return fail(std::move(made).error());
  }
  UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  if (!directory) {
    return fail(system_error("cannot open '" + path + "'", errno));
  }
  const auto user = user_of(*role_named("recorder"));
  if (!user) {
    return fail(user.error());
  }
  for (const Role& role : kRoles) {
    if (const auto own = user_of(role); own && !own->own) {
      weaknesses.push_back("there is no user '" + std::string{role.user} + "': the " +
                           std::string{role.name} + " runs as nobody");
    }
  }
  const group* operators = ::getgrnam("sekisho");  // NOLINT(concurrency-mt-unsafe): one thread
  const gid_t gid = operators == nullptr ? user->gid : operators->gr_gid;
  if (::geteuid() == 0 && ::fchown(directory.get(), user->uid, gid) != 0) {
    return fail(system_error("cannot give '" + path + "' to the recorder", errno));
  }
  return directory;
}

Result<UniqueFd> open_quarantine(const std::string& state_dir) {
  const std::string path = state_dir + "/quarantine";
  if (auto made = files::make_directories(path, 0700); !made) {
    return fail(std::move(made).error());
  }
  UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  if (!directory) {
    return fail(system_error("cannot open '" + path + "'", errno));
  }
  const auto user = user_of(*role_named("receiver"));
  if (!user) {
    return fail(user.error());
  }
  if (::geteuid() == 0 && ::fchown(directory.get(), user->uid, user->gid) != 0) {
    return fail(system_error("cannot give '" + path + "' to the receiver", errno));
  }
  return directory;
}

Result<UniqueFd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail("the path of the control socket is too long: '" + path + "'");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket) {
    return fail(system_error("cannot make the control socket", errno));
  }
  (void)::unlink(path.c_str());  // a former daemon's; the lock says that it is gone
  const mode_t before = ::umask(0177);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of bind(2)
  const int bound =
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0 || ::listen(socket.get(), kWaitingClients) != 0) {
    return fail(system_error("cannot listen at '" + path + "'", errno));
  }
  if (const group* operators =
          ::getgrnam("sekisho")) {  // NOLINT(concurrency-mt-unsafe): one thread
    if (::chown(path.c_str(), 0, operators->gr_gid) != 0 || ::chmod(path.c_str(), 0660) != 0) {
      return fail(system_error("cannot give '" + path + "' to the group 'sekisho'", errno));
    }
  }
  return socket;
}

/// For the operator's tool, also when no daemon runs.
Result<> leave_instance(const Startup& startup) {
  const boost::json::object instance{{"config", startup.config}, {"state_dir", startup.state_dir}};
  return files::replace(startup.runtime_dir + "/instance", serialize(instance) + "\n", 0644);
}

}  // namespace

Result<Surroundings> prepare_surroundings(const Startup& startup) {
  Surroundings surroundings;
  for (const std::string& directory : {startup.state_dir, startup.runtime_dir}) {
    if (auto made = files::make_directories(directory, 0755); !made) {
      return fail(std::move(made).error());
    }
    auto lock = take_lock(directory);
    if (!lock) {
      return fail(std::move(lock).error());
    }
    surroundings.locks.push_back(*std::move(lock));
  }
  auto records = open_records(startup.state_dir, surroundings.weaknesses);
  if (!records) {
    return fail(std::move(records).error());
  }
  surroundings.records = *std::move(records);
  auto quarantine = open_quarantine(startup.state_dir);
  if (!quarantine) {
    return fail(std::move(quarantine).error());
  }
  surroundings.quarantine = *std::move(quarantine);
  auto listener = listen_at(startup.runtime_dir + "/control.sock");
  if (!listener) {
    return fail(std::move(listener).error());
  }
  surroundings.listener = *std::move(listener);
  if (auto left = leave_instance(startup); !left) {
    return fail(std::move(left).error());
  }
  return surroundings;
}

}  // namespace sekisho::daemon
