// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Addresses and sockets for traffic of the tests' own. To be called inside the namespace meant.

#include "base/unique_fd.hpp"

#include <sys/socket.h>

#include <string>

namespace sekisho::testing {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// Of a numeric address of either family; throws for any other.
[[nodiscard]] SocketAddress resolve(const std::string& address, int port);
/// A socket of this type and protocol with that address; throws where it cannot have it.
[[nodiscard]] UniqueFd bound(const SocketAddress& address, int type, int protocol = 0);
/// Throws where it cannot be reached.
void connect(const UniqueFd& fd, const SocketAddress& to);

}  // namespace sekisho::testing
