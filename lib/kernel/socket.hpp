// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One netlink socket of the calling thread's network namespace: sends bytes, receives the kernel's answers. It knows
/// no subsystem.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "kernel/message.hpp"

#include <cstdint>
#include <functional>
#include <tl/expected.hpp>
#include <vector>

namespace sekisho::kernel {

class Socket {
 public:
  /// `protocol` is NETLINK_NETFILTER or NETLINK_ROUTE. Buffers are forced large where CAP_NET_ADMIN allows it.
  [[nodiscard]] static Result<Socket> open(int protocol);
  /// Takes over a bound netlink socket, as a service manager hands one back.
  [[nodiscard]] static Result<Socket> adopt(UniqueFd fd);

  /// Gives the descriptor away; the socket is of no use afterwards.
  [[nodiscard]] UniqueFd release() && noexcept { return std::move(fd_); }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::uint32_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint32_t next_sequence() noexcept { return ++sequence_; }
  /// Leaves out `count` numbers that a batch has used.
  void skip_sequences(std::size_t count) noexcept { sequence_ += static_cast<std::uint32_t>(count); }

  /// Membership in a multicast group (NFNLGRP_…).
  [[nodiscard]] Result<void> join(int group);
  /// One sendmsg; the error is errno.
  [[nodiscard]] tl::expected<void, int> send(ByteView bytes);
  /// One datagram from the kernel, valid until the next call. The error is errno: EAGAIN when there is none and
  /// `wait` is false (or none came for ten seconds), ENOBUFS when some were lost, EMSGSIZE for one that was cut.
  [[nodiscard]] tl::expected<ByteView, int> receive(bool wait);

  /// Sends one request (with NLM_F_ACK or NLM_F_DUMP) and hands every answer to `each`, to the end. The error is the
  /// kernel's errno; EINTR when a dump was disturbed by a change and must be asked again.
  [[nodiscard]] tl::expected<void, int> ask(ByteView request, std::uint32_t sequence,
                                            const std::function<void(const Message&)>& each);

 private:
  explicit Socket(UniqueFd fd) : fd_{std::move(fd)}, buffer_(std::size_t{128} * 1024) {}
  Result<void> prepare();

  UniqueFd fd_;
  std::uint32_t port_ = 0;
  std::uint32_t sequence_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace sekisho::kernel
