// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journald.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sekisho::journal {
namespace {

/// "NAME=value\n", or for values of several lines "NAME\n", their length (64 bits, little endian)
/// and "value\n".
std::string datagram_of(const Entry& entry) {
  std::string text;
  for (const auto& [name, value] : fields_of(entry)) {
    text += name;
    if (value.find('\n') == std::string::npos) {
      text += "=" + value + "\n";
      continue;
    }
    text += '\n';
    for (unsigned shift = 0; shift < 64; shift += 8) {
      text += static_cast<char>((value.size() >> shift) & 0xffU);
    }
    text += value + "\n";
  }
  return text;
}

Result<UniqueFd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail("the journal's path is too long");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of connect(2)
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(system_error("no journal answers at '" + path + "'", errno));
  }
  return socket;
}

/// An entry above the size of a datagram travels as a sealed memfd.
bool send_memory(int socket, const std::string& bytes) {
  const UniqueFd memory{::memfd_create("entry", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!memory ||
      ::write(memory.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      ::fcntl(memory.get(), F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    return false;
  }
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = memory.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace

Result<> Journald::send(const Entry& entry) {
  if (!fd_) {
    auto socket = connect_to(path_);
    if (!socket) {
      return fail(std::move(socket).error());
    }
    fd_ = *std::move(socket);
  }
  const std::string bytes = datagram_of(entry);
  if (::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) {
    return {};
  }
  if (errno == EMSGSIZE && send_memory(fd_.get(), bytes)) {
    return {};
  }
  const int number = errno;
  fd_.reset();  // a journal that was started anew has another socket
  return fail(system_error("the journal at '" + path_ + "' takes nothing", number));
}

}  // namespace sekisho::journal
