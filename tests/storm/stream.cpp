// SPDX-License-Identifier: GPL-3.0-or-later
#include "storm/stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace sekisho::testing {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int kBuffer = 32 << 20;
constexpr int kQuietMillis = 300;  ///< nothing is on the way any more
constexpr std::size_t kMost = 10'000'000;

sockaddr_in address_of(const std::string& text, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error{"no address: " + text};
  }
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

UniqueFd datagrams(const std::string& source, int port) {
  UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof kBuffer);
  const sockaddr_in at = address_of(source, port);
  if (::bind(fd.get(), generic(at), sizeof at) != 0) {
    throw std::runtime_error{"cannot bind to " + source};
  }
  return fd;
}

}  // namespace

Stream::Stream(const Way& way, int packets_per_second) : seen_(kMost) {
  way.to.run([&] { receiver_ = datagrams(way.destination, way.port); });
  way.from.run([&] {
    sender_ = datagrams(way.source, 0);
    const sockaddr_in to = address_of(way.destination, way.port);
    if (::connect(sender_.get(), generic(to), sizeof to) != 0) {
      throw std::runtime_error{"no route to " + way.destination};
    }
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
