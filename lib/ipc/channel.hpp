// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Framed messages and file descriptors between the daemon's own processes, over one end of a SOCK_SEQPACKET pair. It
/// knows no message: types and payloads are the caller's. A peer that sends nonsense is an error, which ends the caller.

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho::ipc {

struct Frame {
  std::uint16_t type = 0;
  std::string payload;
  UniqueFd fd;  ///< passed along, or none
};

class Channel {
 public:
  /// Payloads above this are an error on both sides (a config file with room for its wrapping).
  static constexpr std::size_t kLargest = 80ULL << 20U;

  Channel() = default;
  /// Takes one end; makes it non-blocking and close-on-exec.
  explicit Channel(UniqueFd fd);
  static Result<std::pair<Channel, Channel>> pair();

  /// Sends one message; large payloads travel in a sealed memfd. Waits at most `deadline` for a peer that does not read.
  Result<> send(std::uint16_t type, std::string_view payload, int fd = -1,
                std::chrono::milliseconds deadline = std::chrono::seconds{5}) const;
  /// The next message; nothing when none is waiting. Fails when the peer is gone or breaks the framing.
  Result<std::optional<Frame>> receive() const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// Gives the descriptor up, for handing it to a child.
  [[nodiscard]] UniqueFd release() { return std::move(fd_); }

 private:
  UniqueFd fd_;
};

/// A sealed memfd that holds `bytes`: nobody can change or shrink it any more.
Result<UniqueFd> sealed_memory(std::string_view bytes);
/// The whole content of a sealed memfd; fails when it is not sealed or larger than `limit`.
Result<std::string> read_sealed(int fd, std::size_t limit);

}  // namespace sekisho::ipc
