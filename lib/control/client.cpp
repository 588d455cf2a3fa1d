// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/client.hpp"

#include "base/unique_fd.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sekisho::control {
namespace {

using Clock = std::chrono::steady_clock;

Result<UniqueFd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail("the path '" + path + "' is too long for a socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of connect(2)
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return errno == EACCES ? fail("no leave to ask at '" + path +
                                  "': the daemon answers root and the group 'sekisho' only")
                           : fail(system_error("no daemon answers at '" + path + "'", errno));
  }
  return socket;
}

/// Until the descriptor is ready for `events`.
Result<> wait_for(int fd, short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  pollfd one{fd, events, 0};
  const int ready = ::poll(&one, 1, static_cast<int>(std::max<long long>(left, 0)));
  if (ready < 0 && errno != EINTR) {
    return fail(system_error("cannot wait for the daemon", errno));
  }
  return ready == 0 ? fail("the daemon did not answer in time") : Result<>{};
}

tl::unexpected<Error> closed() {
  return fail("the daemon closed the connection: it answers root and the group 'sekisho' only");
}

Result<> send_all(int fd, std::string_view bytes, Clock::time_point end) {
  while (!bytes.empty()) {
    if (auto ready = wait_for(fd, POLLOUT, end); !ready) {
      return ready;
    }
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
      return closed();
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      return fail(system_error("cannot ask the daemon", errno));
    }
    bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace

Result<Answer> ask(const std::string& socket_path, const Request& request,
                   std::chrono::seconds deadline) {
  const auto end = Clock::now() + deadline;
  const auto socket = connect_to(socket_path);
  if (!socket) {
    return fail(socket.error());
  }
  if (auto sent = send_all(socket->get(), Frames::frame(pack(request)), end); !sent) {
    return fail(std::move(sent).error());
  }
  Frames frames{kLargest};
  std::array<char, 65536> buffer{};
  for (;;) {
    if (const auto answer = frames.next()) {
      return unpack_answer(as_bytes(*answer));
    }
    if (auto ready = wait_for(socket->get(), POLLIN, end); !ready) {
      return fail(std::move(ready).error());
    }
    const ssize_t count = ::recv(socket->get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) {
      return closed();
    }
    if (count > 0) {
      if (auto fed = frames.feed({buffer.data(), static_cast<std::size_t>(count)}); !fed) {
        return fail(std::move(fed).error());
      }
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(system_error("cannot hear the daemon", errno));
    }
  }
}

}  // namespace sekisho::control
