// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Who changes the ruleset: the kernel's announcement after every commit in this namespace. While such a socket listens,
/// the kernel reports every element of every commit to it and large ones take many times longer; leave it closed while
/// writing a large batch of our own.

#include "base/result.hpp"
#include "kernel/message.hpp"
#include "kernel/socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::kernel {

struct GenerationChange {
  std::uint32_t generation = 0;
  std::uint32_t pid = 0;
  std::string command;  ///< as the process calls itself; escaped
};
/// Of a NEWGEN message; nothing for any other.
[[nodiscard]] std::optional<GenerationChange> decode_generation(const Message& message);

class GenerationEvents {
 public:
  struct News {
    std::vector<GenerationChange> changes;
    bool lost = false;  ///< there were more than the socket held
  };

  [[nodiscard]] static Result<GenerationEvents> open();
  /// Readable when there is news.
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }
  /// What has come since the last call; never waits.
  [[nodiscard]] Result<News> read();

 private:
  explicit GenerationEvents(Socket socket) : socket_{std::move(socket)} {}
  Socket socket_;
};

}  // namespace sekisho::kernel
