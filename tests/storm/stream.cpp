// SPDX-License-Identifier: GPL-3.0-or-later
#include "storm/stream.hpp"

#include "support/sockets.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace sekisho::testing {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int kBuffer = 32 << 20;
constexpr int kQuietMillis = 300;  ///< nothing is on the way any more
constexpr std::size_t kMost = 10'000'000;

UniqueFd datagrams(const std::string& source, int port) {
  UniqueFd fd = bound(resolve(source, port), SOCK_DGRAM);
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof kBuffer);
  return fd;
}

}  // namespace

Stream::Stream(const Way& way, int packets_per_second) : seen_(kMost) {
  way.to.run([&] { receiver_ = datagrams(way.destination, way.port); });
  way.from.run([&] {
    sender_ = datagrams(way.source, 0);
    connect(sender_, resolve(way.destination, way.port));
  });
  receiving_ = std::thread{[this] { receive(); }};
  sending_ = std::thread{[this, packets_per_second] { send(packets_per_second); }};
}

Stream::~Stream() {
  stop();
}

void Stream::send(int packets_per_second) {
  const nanoseconds pause{1'000'000'000 / packets_per_second};
  auto due = steady_clock::now();
  while (!stopping_ && next_ < kMost) {
    const std::uint64_t number = next_;
    // numbered before it is sent: `next` is a promise about what comes after
    next_ = number + 1;
    (void)::send(sender_.get(), &number, sizeof number, MSG_NOSIGNAL);
    due += pause;
    std::this_thread::sleep_until(due);
  }
}

bool Stream::take() {
  std::uint64_t number = 0;
  if (::recv(receiver_.get(), &number, sizeof number, MSG_DONTWAIT) != sizeof number) {
    return false;
  }
  if (number < seen_.size()) {
    seen_[number] = true;
  }
  return true;
}

void Stream::receive() {
  while (true) {
    const bool last = stopping_;
    pollfd one{receiver_.get(), POLLIN, 0};
    const bool quiet = ::poll(&one, 1, kQuietMillis) == 0;
    while (take()) {
    }
    if (last && quiet) {
      return;
    }
  }
}

void Stream::stop() {
  stopping_ = true;
  for (std::thread* thread : {&sending_, &receiving_}) {
    if (thread->joinable()) {
      thread->join();
    }
  }
}

std::uint64_t Stream::arrived(std::uint64_t first, std::uint64_t end) const {
  const auto at = [this](std::uint64_t number) {
    return seen_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(number, kMost));
  };
  return static_cast<std::uint64_t>(std::count(at(first), at(end), true));
}

}  // namespace sekisho::testing
