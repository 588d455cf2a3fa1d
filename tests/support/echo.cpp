// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/echo.hpp"

#include "support/sockets.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <vector>

namespace sekisho::testing {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMillis = 20;

bool readable(int fd, std::chrono::milliseconds limit) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace

EchoServer::EchoServer(const NetNs& ns, const std::string& address, int port) {
  ns.run([&] {
    const SocketAddress at = resolve(address, port);
    listener_ = bound(at, SOCK_STREAM);
    ::listen(listener_.get(), 16);
    datagrams_ = bound(at, SOCK_DGRAM);
  });
  thread_ = std::thread{[this] { serve(); }};
}

EchoServer::~EchoServer() {
  ending_ = true;
  thread_.join();
}

void EchoServer::serve() {
  std::vector<UniqueFd> clients;
  std::array<char, 2048> buffer{};
  while (!ending_) {
    std::vector<pollfd> all{{listener_.get(), POLLIN, 0}, {datagrams_.get(), POLLIN, 0}};
    for (const UniqueFd& client : clients) {
      all.push_back({client.get(), POLLIN, 0});
    }
    ::poll(all.data(), all.size(), kPollMillis);
    if ((all[0].revents & POLLIN) != 0) {
      clients.emplace_back(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    if ((all[1].revents & POLLIN) != 0) {
      SocketAddress from;
      from.length = sizeof from.storage;
      const ssize_t n =
          ::recvfrom(datagrams_.get(), buffer.data(), buffer.size(), 0, from.get(), &from.length);
      if (n >= 0) {
        ::sendto(datagrams_.get(), buffer.data(), static_cast<std::size_t>(n), 0, from.get(),
                 from.length);
      }
    }
    for (std::size_t i = 2; i < all.size(); ++i) {
      if (all[i].revents != 0) {
        const ssize_t n = ::recv(all[i].fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) {
          ::send(all[i].fd, buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL);
        } else {
          clients[i - 2].reset();
        }
      }
    }
    std::erase_if(clients, [](const UniqueFd& fd) { return !fd; });
  }
}

Connection::Connection(const NetNs& ns, const std::string& source, const std::string& address,
                       int port, Kind kind, std::chrono::milliseconds limit) {
  ns.run([&] {
    socket_ = bound(resolve(source, 0), kind == Kind::Tcp ? SOCK_STREAM : SOCK_DGRAM);
    const SocketAddress to = resolve(address, port);
    const int flags = ::fcntl(socket_.get(), F_GETFL);
    ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
    ::connect(socket_.get(), to.get(), to.length);
    pollfd one{socket_.get(), POLLOUT, 0};
    int error = 0;
    socklen_t length = sizeof error;
    open_ = ::poll(&one, 1, static_cast<int>(limit.count())) > 0 &&
            ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
  });
}

bool Connection::echoes(std::chrono::milliseconds limit) {
  std::array<char, 2048> buffer{};
  while (::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
  if (::send(socket_.get(), "?", 1, MSG_NOSIGNAL) != 1) {
    return false;
  }
  return readable(socket_.get(), limit) &&
         ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0;
}

}  // namespace sekisho::testing
