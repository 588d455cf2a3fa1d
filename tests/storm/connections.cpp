// SPDX-License-Identifier: GPL-3.0-or-later
#include "storm/connections.hpp"

#include "base/unique_fd.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace sekisho::testing {
namespace {

constexpr std::size_t kAtOnce = 200;
constexpr std::size_t kMost = 2'000'000;

template <typename Value>
std::string bytes_of(const Value& value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string attribute(std::uint16_t type, const std::string& payload) {
  const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()), type};
  std::string bytes = bytes_of(header) + payload;
  bytes.resize(NLA_ALIGN(bytes.size()));
  return bytes;
}
std::string nested(std::uint16_t type, const std::string& payload) {
  return attribute(type | NLA_F_NESTED, payload);
}
std::string number(std::uint16_t type, std::uint32_t value) {
  return attribute(type, bytes_of(htonl(value)));
}

/// UDP, from or to one of many clients of one server.
std::string tuple(std::uint16_t type, std::uint32_t client, bool from_client) {
  const std::uint32_t ends[] = {0xc6336400U + (client >> 14U), 0xc6130101U};
  const std::uint16_t ports[] = {static_cast<std::uint16_t>(1024 + (client & 0x3fffU)), 443};
  const std::size_t src = from_client ? 0 : 1;
  const std::size_t dst = 1 - src;
  return nested(
      type,
      nested(CTA_TUPLE_IP, number(CTA_IP_V4_SRC, ends[src]) + number(CTA_IP_V4_DST, ends[dst])) +
          nested(CTA_TUPLE_PROTO, attribute(CTA_PROTO_NUM, std::string(1, IPPROTO_UDP)) +
                                      attribute(CTA_PROTO_SRC_PORT, bytes_of(htons(ports[src]))) +
                                      attribute(CTA_PROTO_DST_PORT, bytes_of(htons(ports[dst])))));
}

std::string message(std::uint16_t type, std::uint16_t flags, const std::string& attributes) {
  const nfgenmsg body{AF_INET, NFNETLINK_V0, 0};
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + sizeof body + attributes.size());
  header.nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8U | type);
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  return bytes_of(header) + bytes_of(body) + attributes;
}

std::string new_connection(std::uint32_t client) {
  return message(IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL,
                 tuple(CTA_TUPLE_ORIG, client, true) + tuple(CTA_TUPLE_REPLY, client, false) +
                     number(CTA_STATUS, IPS_CONFIRMED | IPS_ASSURED | IPS_SEEN_REPLY) +
                     number(CTA_TIMEOUT, 600));
}

/// Whether the kernel has refused one of those for want of room.
bool refused(int fd) {
  std::array<char, 65536> buffer{};
  bool full = false;
  for (ssize_t size = 0; (size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
    nlmsgerr error{};
    if (size >= static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof error)) {
      std::memcpy(&error, buffer.data() + sizeof(nlmsghdr), sizeof error);
      full = full || error.error == -ENOMEM;
    }
  }
  return full;
}

UniqueFd netlink() {
  return UniqueFd{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)};
}

}  // namespace

std::size_t fill_connections(const NetNs& ns) {
  std::size_t count = 0;
  ns.run([&count] {
    const UniqueFd fd = netlink();
    for (bool full = false; !full && count < kMost;) {
      std::string bytes;
      for (std::size_t i = 0; i < kAtOnce; ++i) {
        bytes += new_connection(static_cast<std::uint32_t>(count++));
      }
      (void)::send(fd.get(), bytes.data(), bytes.size(), 0);
      full = refused(fd.get());
    }
  });
  return count;
}

void forget_connections(const NetNs& ns) {
  ns.run([] {
    const std::string request = message(IPCTNL_MSG_CT_DELETE, 0, "");
    const UniqueFd fd = netlink();
    (void)::send(fd.get(), request.data(), request.size(), 0);
  });
}

}  // namespace sekisho::testing
