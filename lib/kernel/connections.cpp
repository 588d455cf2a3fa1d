// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/connections.hpp"

#include "kernel/owned.hpp"
#include "kernel/socket.hpp"
#include "net/service.hpp"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <array>

namespace sekisho::kernel {
namespace {

constexpr std::uint16_t kNewEntry = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_NEW;
constexpr std::uint16_t kDump = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET;

std::optional<std::uint8_t> byte_in(const Attributes& attributes, std::uint16_t type) {
  const auto bytes = attributes.find(type);
  return bytes && bytes->size() == 1 ? std::optional{bytes->front()} : std::nullopt;
}

std::optional<net::Address> address_in(const Attributes& ip, std::uint16_t v4, std::uint16_t v6) {
  const auto bytes = ip.has(v4) ? ip.find(v4) : ip.find(v6);
  return bytes ? net::Address::from_bytes(*bytes) : std::nullopt;
}

struct Way {
  std::uint8_t protocol = 0;
  Tuple tuple;
};

std::optional<Way> way_in(const Attributes& tuple) {
  const Attributes ip = tuple.nested(CTA_TUPLE_IP);
  const Attributes proto = tuple.nested(CTA_TUPLE_PROTO);
  const auto src = address_in(ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
  const auto dst = address_in(ip, CTA_IP_V4_DST, CTA_IP_V6_DST);
  const auto number = byte_in(proto, CTA_PROTO_NUM);
  if (!src || !dst || src->family() != dst->family() || !number) {
    return std::nullopt;
  }
  const std::uint16_t type = src->is_v4() ? CTA_PROTO_ICMP_TYPE : CTA_PROTO_ICMPV6_TYPE;
  return Way{*number,
             {*src, *dst, proto.u16(CTA_PROTO_SRC_PORT).value_or(0),
              proto.u16(CTA_PROTO_DST_PORT).value_or(0), byte_in(proto, type).value_or(0)}};
}

bool is_closed(const Attributes& entry) {
  const Attributes tcp = entry.nested(CTA_PROTOINFO).nested(CTA_PROTOINFO_TCP);
  const std::uint8_t state = byte_in(tcp, CTA_PROTOINFO_TCP_STATE).value_or(TCP_CONNTRACK_NONE);
  return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

}  // namespace

std::optional<Connection> decode_connection(const Message& message) {
  if (message.type != kNewEntry) {
    return std::nullopt;
  }
  const Attributes entry = attributes_after(message.payload, sizeof(nfgenmsg));
  const auto original = way_in(entry.nested(CTA_TUPLE_ORIG));
  const auto reply = way_in(entry.nested(CTA_TUPLE_REPLY));
  if (!original || !reply || original->protocol != reply->protocol) {
    return std::nullopt;
  }
  return Connection{original->protocol, entry.u32(CTA_MARK).value_or(0), original->tuple,
                    reply->tuple, is_closed(entry)};
}

Result<> each_connection(const std::function<void(const Connection&)>& each) {
  auto socket = Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  const std::uint32_t sequence = socket->next_sequence();
  alignas(nlmsghdr) std::array<char, 64> bytes{};
  nlmsghdr* header = mnl_nlmsg_put_header(bytes.data());
  header->nlmsg_type = kDump;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = sequence;
  const nfgenmsg both_families{AF_UNSPEC, NFNETLINK_V0, 0};
  std::memcpy(mnl_nlmsg_put_extra_header(header, sizeof both_families), &both_families,
              sizeof both_families);
  const auto asked = socket->ask(as_bytes({bytes.data(), header->nlmsg_len}), sequence,
                                 [&each](const Message& message) {
                                   if (const auto connection = decode_connection(message)) {
                                     each(*connection);
                                   }
                                 });
  if (!asked && asked.error() != EINTR) {
    return fail(system_error("cannot list connections", asked.error()));
  }
  return {};
}

}  // namespace sekisho::kernel
