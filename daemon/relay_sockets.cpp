// SPDX-License-Identifier: GPL-3.0-or-later
#include "relay_sockets.hpp"

#include "compile/compile.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace sekisho::daemon {
namespace {

constexpr int kWaiting = 64;

Result<UniqueFd> stream(int family) {
  UniqueFd socket{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  return socket ? Result<UniqueFd>{std::move(socket)}
                : fail(system_error("cannot make a socket of the relay", errno));
}

Result<> set(const UniqueFd& socket, int level, int option, int value) {
  return ::setsockopt(socket.get(), level, option, &value, sizeof value) == 0
             ? Result<>{}
             : fail(system_error("cannot prepare a socket of the relay", errno));
}

Result<> bind_and_listen(const UniqueFd& socket, int family) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(compile::kRelayPort);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(compile::kRelayPort);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the interface of bind(2)
  const int bound = family == AF_INET
                        ? ::bind(socket.get(), reinterpret_cast<sockaddr*>(&v4), sizeof v4)
                        : ::bind(socket.get(), reinterpret_cast<sockaddr*>(&v6), sizeof v6);
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return bound == 0 && ::listen(socket.get(), kWaiting) == 0
             ? Result<>{}
             : fail(system_error("cannot listen for what is diverted", errno));
}

Result<UniqueFd> listener(int family) {
  auto socket = stream(family);
  if (!socket) {
    return socket;
  }
  const bool v4 = family == AF_INET;
  auto done = set(*socket, SOL_SOCKET, SO_REUSEADDR, 1);
  done =
      done ? set(*socket, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_TRANSPARENT : IPV6_TRANSPARENT, 1) : done;
  done = done && !v4 ? set(*socket, SOL_IPV6, IPV6_V6ONLY, 1) : done;
  done = done ? bind_and_listen(*socket, family) : done;
  return done ? Result<UniqueFd>{std::move(socket)} : fail(std::move(done).error());
}

}  // namespace

Result<std::vector<UniqueFd>> relay_listeners() {
  std::vector<UniqueFd> made;
  for (const int family : {AF_INET, AF_INET6}) {
    auto one = listener(family);
    if (!one) {
      return fail(std::move(one).error());
    }
    made.push_back(*std::move(one));
  }
  return made;
}

Result<UniqueFd> far_socket(const net::Address& destination, std::uint32_t mark) {
  auto socket = stream(destination.is_v4() ? AF_INET : AF_INET6);
  if (!socket) {
    return socket;
  }
  auto marked = set(*socket, SOL_SOCKET, SO_MARK, static_cast<int>(mark));
  return marked ? Result<UniqueFd>{std::move(socket)} : fail(std::move(marked).error());
}

}  // namespace sekisho::daemon
