// SPDX-License-Identifier: GPL-3.0-or-later
// Load for tools/bench, in the network namespace it is started in:
//   bench_load sink PORT SECONDS              UDP datagrams received, as a number
//   bench_load flood ADDRESS PORT SECONDS     small UDP datagrams as fast as one core sends them
//   bench_load accept PORT SECONDS            takes and closes TCP connections
//   bench_load connect ADDRESS PORT CLIENTS SECONDS   connections made and ended, as a number
#include "base/unique_fd.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using sekisho::UniqueFd;
using Clock = std::chrono::steady_clock;

sockaddr_in at(const char* address, int port) {
  sockaddr_in end{};
  end.sin_family = AF_INET;
  end.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, address, &end.sin_addr) != 1) {
    throw std::runtime_error{"no address"};
  }
  return end;
}

UniqueFd listening(int type, int port) {
  UniqueFd fd{::socket(AF_INET, type, 0)};
  const int one = 1;
  const int buffer = 8 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  const sockaddr_in own = at("0.0.0.0", port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
      (type == SOCK_STREAM && ::listen(fd.get(), 4096) != 0)) {
    throw std::runtime_error{"cannot listen"};
  }
  return fd;
}

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 100) > 0;
}

void sink(int port, Clock::time_point end) {
  const UniqueFd fd = listening(SOCK_DGRAM, port);
  constexpr unsigned kBatch = 64;
  std::array<std::array<char, 64>, kBatch> data{};
  std::array<iovec, kBatch> vectors{};
  std::array<mmsghdr, kBatch> messages{};
  for (unsigned i = 0; i < kBatch; ++i) {
    vectors.at(i) = {data.at(i).data(), data.at(i).size()};
    messages.at(i).msg_hdr.msg_iov = &vectors.at(i);
    messages.at(i).msg_hdr.msg_iovlen = 1;
  }
  unsigned long count = 0;
  while (Clock::now() < end) {
    const int got = readable(fd.get())
                        ? ::recvmmsg(fd.get(), messages.data(), kBatch, MSG_DONTWAIT, nullptr)
                        : 0;
    count += got > 0 ? static_cast<unsigned long>(got) : 0;
  }
  std::cout << count << '\n';
}

void flood(const char* address, int port, Clock::time_point end) {
  const UniqueFd fd{::socket(AF_INET, SOCK_DGRAM, 0)};
  const sockaddr_in to = at(address, port);
  ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  const std::array<char, 18> data{};
  while (Clock::now() < end) {
    for (int i = 0; i < 256; ++i) {
      (void)(::send(fd.get(), data.data(), data.size(), 0) < 0 && errno == EPIPE);
    }
  }
}

void accept_all(int port, Clock::time_point end) {
  const UniqueFd fd = listening(SOCK_STREAM, port);
  while (Clock::now() < end) {
    if (readable(fd.get())) {
      const UniqueFd taken{::accept4(fd.get(), nullptr, nullptr, SOCK_NONBLOCK)};
    }
  }
}

/// Each client: connect, wait for the peer's end, begin again; closed with RST so that no port
/// stays taken.
void connect_all(const char* address, int port, std::size_t clients, Clock::time_point end) {
  const sockaddr_in to = at(address, port);
  const auto begin = [&to] {
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    const linger none{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return fd;
  };
  std::vector<UniqueFd> fds;
  std::vector<pollfd> polled;
  for (std::size_t i = 0; i < clients; ++i) {
    fds.push_back(begin());
    polled.push_back({fds.back().get(), POLLIN, 0});
  }
  unsigned long count = 0;
  while (Clock::now() < end) {
    ::poll(polled.data(), polled.size(), 100);
    for (std::size_t i = 0; i < clients; ++i) {
      if (polled[i].revents != 0) {
        count += (polled[i].revents & POLLIN) != 0 ? 1U : 0U;
        fds[i] = begin();
        polled[i] = {fds[i].get(), POLLIN, 0};
      }
    }
  }
  std::cout << count << '\n';
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::vector<std::string> all{words + 1, words + count};
    const std::string what = all.empty() ? "" : all[0];
    const auto end = [&all] {
      return Clock::now() +
             std::chrono::milliseconds{static_cast<int>(1000 * std::stod(all.back()))};
    };
    if (what == "sink" && all.size() == 3) {
      sink(std::stoi(all[1]), end());
    } else if (what == "flood" && all.size() == 4) {
      flood(all[1].c_str(), std::stoi(all[2]), end());
    } else if (what == "accept" && all.size() == 3) {
      accept_all(std::stoi(all[1]), end());
    } else if (what == "connect" && all.size() == 5) {
      connect_all(all[1].c_str(), std::stoi(all[2]), std::stoul(all[3]), end());
    } else {
      std::cerr << "usage: bench_load sink|flood|accept|connect …\n";
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_load: " << error.what() << '\n';
    return 1;
  }
}
