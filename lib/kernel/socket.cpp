// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/socket.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <cerrno>

namespace sekisho::kernel {
namespace {

// a batch must be one datagram: 500,000 ranges take 32 MB
constexpr int kSendBuffer = 128 << 20;
constexpr int kReceiveBuffer = 64 << 20;
constexpr timeval kPatience{10, 0};

template <typename Value>
bool option(int fd, int level, int name, const Value& value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

sockaddr* generic(sockaddr_nl* address) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as the socket interface has it
  return reinterpret_cast<sockaddr*>(address);
}

/// What a message says about the end of an answer: nothing, 0 for the end, or errno.
std::optional<int> verdict_of(const Message& message) {
  if (message.type == NLMSG_ERROR) {
    const auto error = structure<int>(message.payload);
    return error ? -*error : EBADMSG;
  }
  if (message.type == NLMSG_DONE) {
    return -std::min(structure<int>(message.payload).value_or(0), 0);
  }
  return std::nullopt;
}

}  // namespace

Result<Socket> Socket::open(int protocol) {
  UniqueFd fd{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)};
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (!fd || ::bind(fd.get(), generic(&address), sizeof address) != 0) {
    return fail(system_error("cannot open a netlink socket", errno));
  }
  return adopt(std::move(fd));
}

Result<Socket> Socket::adopt(UniqueFd fd) {
  Socket made{std::move(fd)};
  if (auto prepared = made.prepare(); !prepared) {
    return fail(std::move(prepared).error());
  }
  return made;
}

Result<void> Socket::prepare() {
  sockaddr_nl address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd_.get(), generic(&address), &length) != 0 || address.nl_family != AF_NETLINK) {
    return fail(system_error("not a netlink socket", errno));
  }
  port_ = address.nl_pid;
  const int one = 1;
  // best effort: without the capability the kernel's defaults hold, and a batch that is too large is refused by name
  option(fd_.get(), SOL_SOCKET, SO_SNDBUFFORCE, kSendBuffer);
  option(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer);
  option(fd_.get(), SOL_NETLINK, NETLINK_CAP_ACK, one);
  if (!option(fd_.get(), SOL_NETLINK, NETLINK_EXT_ACK, one) ||
      !option(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, kPatience)) {
    return fail(system_error("cannot prepare a netlink socket", errno));
  }
  return {};
}

Result<void> Socket::join(int group) {
  if (!option(fd_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)) {
    return fail(system_error("cannot join a netlink group", errno));
  }
  return {};
}

tl::expected<void, int> Socket::send(ByteView bytes) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent =
      ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, generic(&kernel), sizeof kernel);
  if (sent < 0) {
    return tl::unexpected{errno};
  }
  return {};
}

tl::expected<ByteView, int> Socket::receive(bool wait) {
  while (true) {
    sockaddr_nl sender{};
    iovec part{buffer_.data(), buffer_.size()};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    const ssize_t length = ::recvmsg(fd_.get(), &header, wait ? 0 : MSG_DONTWAIT);
    if (length < 0 && errno != EINTR) {
      return tl::unexpected{errno};
    }
    if (length < 0 || sender.nl_pid != 0) {
      continue;  // other processes may send to this port; only the kernel is 0
    }
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      return tl::unexpected{EMSGSIZE};
    }
    return ByteView{buffer_}.first(static_cast<std::size_t>(length));
  }
}

tl::expected<void, int> Socket::ask(ByteView request, std::uint32_t sequence,
                                    const std::function<void(const Message&)>& each) {
  if (auto sent = send(request); !sent) {
    return sent;
  }
  bool disturbed = false;
  while (true) {
    const auto datagram = receive(true);
    if (!datagram) {
      return tl::unexpected{datagram.error()};
    }
    for (const Message& message : Messages{*datagram}) {
      if (message.sequence != sequence) {
        continue;
      }
      disturbed = disturbed || (message.flags & NLM_F_DUMP_INTR) != 0;
      const auto end = verdict_of(message);
      if (!end) {
        each(message);
      } else if (*end != 0) {
        return tl::unexpected{*end};
      } else if (disturbed) {
        return tl::unexpected{EINTR};
      } else {
        return {};
      }
    }
  }
}

}  // namespace sekisho::kernel
