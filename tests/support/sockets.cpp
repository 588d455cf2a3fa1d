// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/sockets.hpp"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sekisho::testing {

SocketAddress resolve(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    throw std::runtime_error{"no address " + address};
  }
  SocketAddress result;
  std::memcpy(&result.storage, found->ai_addr, found->ai_addrlen);
  result.length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return result;
}

UniqueFd bound(const SocketAddress& address, int type, int protocol) {
  UniqueFd fd{::socket(address.storage.ss_family, type | SOCK_CLOEXEC, protocol)};
  const int one = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(fd.get(), address.get(), address.length) != 0) {
    throw std::runtime_error{std::string{"cannot bind: "} + std::strerror(errno)};
  }
  return fd;
}

void connect(const UniqueFd& fd, const SocketAddress& to) {
  if (::connect(fd.get(), to.get(), to.length) != 0) {
    throw std::runtime_error{std::string{"cannot connect: "} + std::strerror(errno)};
  }
}

}  // namespace sekisho::testing
