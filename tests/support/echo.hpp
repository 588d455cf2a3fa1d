// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Connections that stay open, so that a test can ask whether they still carry packets.

#include "base/unique_fd.hpp"
#include "support/netns.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace sekisho::testing {

/// Answers every byte on a TCP port, and every datagram on the UDP port of the same number, of one
/// address.
class EchoServer {
 public:
  EchoServer(const NetNs& ns, const std::string& address, int port);
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

 private:
  void serve();
  UniqueFd listener_;
  UniqueFd datagrams_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

class Connection {
 public:
  enum class Kind { Tcp, Udp };

  /// Connects from `source` within `limit`; `open()` says whether it came about.
  Connection(const NetNs& ns, const std::string& source, const std::string& address, int port,
             Kind kind = Kind::Tcp, std::chrono::milliseconds limit = std::chrono::seconds{2});

  [[nodiscard]] bool open() const { return open_; }
  /// Whether a byte comes back within `limit`.
  [[nodiscard]] bool echoes(std::chrono::milliseconds limit = std::chrono::milliseconds{1500});

 private:
  UniqueFd socket_;
  bool open_ = false;
};

}  // namespace sekisho::testing
