// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A steady stream of numbered datagrams from one host to another, and which of them arrived.

#include "base/unique_fd.hpp"
#include "support/netns.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace sekisho::testing {

class Stream {
 public:
  struct Way {
    const NetNs& from;
    std::string source;
    const NetNs& to;
    std::string destination;
    int port = 0;
  };

  /// Sends so many a second from now on.
  Stream(const Way& way, int packets_per_second);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The number of the next datagram: what is sent from now on has this number at the least.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// Ends sending and takes in what is still on the way.
  void stop();

  /// After `stop`: how many of the numbers from `first` to before `end` arrived.
  [[nodiscard]] std::uint64_t arrived(std::uint64_t first, std::uint64_t end) const;
  [[nodiscard]] std::uint64_t arrived() const { return arrived(0, next_); }
  [[nodiscard]] std::uint64_t lost() const { return next_ - arrived(); }

 private:
  void send(int packets_per_second);
  void receive();
  [[nodiscard]] bool take();

  UniqueFd sender_;
  UniqueFd receiver_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> stopping_{false};
  std::vector<bool> seen_;
  std::thread sending_;
  std::thread receiving_;
};

}  // namespace sekisho::testing
