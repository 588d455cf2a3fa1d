// SPDX-License-Identifier: GPL-3.0-or-later
#include "ipc/channel.hpp"

#include "base/bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace sekisho::ipc {
namespace {

/// What fits beside the header in one datagram of a default-sized socket buffer.
constexpr std::size_t kInline = 64ULL << 10U;
/// Header: type (u16), flags (u16).
constexpr std::size_t kHeader = 4;
constexpr std::uint16_t kInMemory = 1;
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr std::size_t kMostFds = 2;

struct Received {
  std::string bytes;
  std::vector<UniqueFd> fds;
};

void collect_fds(msghdr& message, std::vector<UniqueFd>& fds) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
}

Result<std::optional<Received>> receive_datagram(int fd) {
  Received received;
  received.bytes.resize(kHeader + kInline);
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
  iovec io{received.bytes.data(), received.bytes.size()};
  msghdr message{};
  message.msg_iov = &io;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t length = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return std::nullopt;
    }
    return fail(system_error("cannot receive from a peer process", errno));
  }
  collect_fds(message, received.fds);
  if (length == 0) {
    return fail("the peer process is gone");
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return fail("a peer process sent too much at once");
  }
  received.bytes.resize(static_cast<std::size_t>(length));
  return received;
}

Result<> wait_writable(int fd, std::chrono::milliseconds deadline) {
  pollfd poll{fd, POLLOUT, 0};
  const int ready = ::poll(&poll, 1, static_cast<int>(deadline.count()));
  if (ready == 0) {
    return fail("a peer process does not read");
  }
  if (ready < 0 && errno != EINTR) {
    return fail(system_error("cannot wait for a peer process", errno));
  }
  return {};
}

}  // namespace

Channel::Channel(UniqueFd fd) : fd_{std::move(fd)} {
  ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(fd_.get(), F_SETFD, FD_CLOEXEC);
}

Result<std::pair<Channel, Channel>> Channel::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(system_error("cannot make a socket pair", errno));
  }
  return std::pair{Channel{UniqueFd{ends[0]}}, Channel{UniqueFd{ends[1]}}};
}

Result<> Channel::send(std::uint16_t type, std::string_view payload, int fd,
                       std::chrono::milliseconds deadline) const {
  if (payload.size() > kLargest) {
    return fail("message of " + std::to_string(payload.size()) + " bytes is too large");
  }
  UniqueFd memory;
  std::vector<int> fds;
  const bool in_memory = payload.size() > kInline;
  if (in_memory) {
    auto made = sealed_memory(payload);
    if (!made) {
      return fail(std::move(made).error());
    }
    memory = std::move(*made);
    fds.push_back(memory.get());
  }
  if (fd >= 0) {
    fds.push_back(fd);
  }
  Writer writer;
  writer.u16(type);
  writer.u16(in_memory ? kInMemory : 0);
  if (!in_memory) {
    writer.raw(payload);
  }
  std::string bytes = std::move(writer).take();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
  iovec io{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &io;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size() * sizeof(int));
  }
  while (::sendmsg(fd_.get(), &message, MSG_NOSIGNAL) < 0) {
    if (errno == EAGAIN) {
      if (auto waited = wait_writable(fd_.get(), deadline); !waited) {
        return waited;
      }
    } else if (errno != EINTR) {
      return fail(system_error("cannot send to a peer process", errno));
    }
  }
  return {};
}

Result<std::optional<Frame>> Channel::receive() const {
  auto received = receive_datagram(fd_.get());
  if (!received) {
    return fail(std::move(received).error());
  }
  if (!*received) {
    return std::nullopt;
  }
  Reader reader{as_bytes((*received)->bytes)};
  Frame frame;
  frame.type = reader.u16();
  const std::uint16_t flags = reader.u16();
  std::vector<UniqueFd>& fds = (*received)->fds;
  if (reader.failed() || flags > kInMemory) {
    return fail("a peer process sent a broken frame");
  }
  if (flags == kInMemory) {
    if (fds.empty() || reader.left() != 0) {
      return fail("a peer process sent a large message without its memory");
    }
    auto content = read_sealed(fds.front().get(), kLargest);
    if (!content) {
      return fail(std::move(content).error());
    }
    frame.payload = std::move(*content);
    fds.erase(fds.begin());
  } else {
    frame.payload = (*received)->bytes.substr(kHeader);
  }
  if (fds.size() > 1) {
    return fail("a peer process passed too many descriptors");
  }
  if (!fds.empty()) {
    frame.fd = std::move(fds.front());
  }
  return frame;
}

Result<UniqueFd> sealed_memory(std::string_view bytes) {
  UniqueFd fd{::memfd_create("sekisho", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd) {
    return fail(system_error("cannot make a memory file", errno));
  }
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      return fail(system_error("cannot fill a memory file", errno));
    }
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) {
    return fail(system_error("cannot seal a memory file", errno));
  }
  return fd;
}

Result<std::string> read_sealed(int fd, std::size_t limit) {
  if ((::fcntl(fd, F_GET_SEALS) & kSeals) != kSeals) {
    return fail("a memory file is not sealed");
  }
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size < 0 || static_cast<std::size_t>(size) > limit) {
    return fail("a memory file is larger than " + std::to_string(limit) + " bytes");
  }
  std::string content(static_cast<std::size_t>(size), '\0');
  std::size_t at = 0;
  while (at < content.size()) {
    const ssize_t got = ::pread(fd, content.data() + at, content.size() - at, static_cast<off_t>(at));
    if (got == 0 || (got < 0 && errno != EINTR)) {
      return fail(system_error("cannot read a memory file", errno));
    }
    at += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return content;
}

}  // namespace sekisho::ipc
