// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/limits.hpp"

#include "kernel/route_dump.hpp"

#include <linux/neighbour.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

namespace sekisho::kernel {
namespace {

constexpr std::uint16_t kCounts = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET_STATS_CPU;
constexpr std::uint16_t kLimits = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET_STATS;

Result<> ask(Socket& socket, std::uint16_t type, std::uint16_t flags,
             const std::function<void(const Message&)>& each) {
  const std::uint32_t sequence = socket.next_sequence();
  const Request<nfgenmsg> request{type, flags, sequence, {AF_UNSPEC, NFNETLINK_V0, 0}};
  const auto asked = socket.ask(request.view(), sequence, each);
  return asked ? Result<>{}
               : fail(system_error("cannot ask for the connection table", asked.error()));
}

}  // namespace

void add_connection_counts(const Message& message, ConnectionTable& table) {
  if (message.type != kCounts) {
    return;
  }
  const Attributes counts = attributes_after(message.payload, sizeof(nfgenmsg));
  table.dropped += counts.u32(CTA_STATS_DROP).value_or(0);
  table.given_up += counts.u32(CTA_STATS_EARLY_DROP).value_or(0);
  table.insert_failed += counts.u32(CTA_STATS_INSERT_FAILED).value_or(0);
}

void set_connection_limits(const Message& message, ConnectionTable& table) {
  if (message.type != kLimits) {
    return;
  }
  const Attributes limits = attributes_after(message.payload, sizeof(nfgenmsg));
  table.entries = limits.u32(CTA_STATS_GLOBAL_ENTRIES).value_or(0);
  table.most = limits.u32(CTA_STATS_GLOBAL_MAX_ENTRIES).value_or(0);
}

std::optional<NeighbourTable> decode_neighbour_table(const Message& message) {
  const auto header = structure<ndtmsg>(message.payload);
  if (message.type != RTM_NEWNEIGHTBL || !header ||
      (header->ndtm_family != AF_INET && header->ndtm_family != AF_INET6)) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(ndtmsg));
  const auto config = structure<ndt_config>(attributes.find(NDTA_CONFIG).value_or(ByteView{}));
  const auto stats = structure<ndt_stats>(attributes.find(NDTA_STATS).value_or(ByteView{}));
  if (!config || !stats) {
    return std::nullopt;
  }
  return NeighbourTable{header->ndtm_family == AF_INET ? net::Family::V4 : net::Family::V6,
                        config->ndtc_entries, attributes.host_u32(NDTA_THRESH3).value_or(0),
                        stats->ndts_table_fulls};
}

Result<ConnectionTable> connection_table() {
  auto socket = Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  ConnectionTable table;
  auto asked = ask(*socket, kCounts, NLM_F_DUMP,
                   [&table](const Message& message) { add_connection_counts(message, table); });
  if (asked) {
    asked = ask(*socket, kLimits, NLM_F_ACK,
                [&table](const Message& message) { set_connection_limits(message, table); });
  }
  return asked ? Result<ConnectionTable>{table} : fail(std::move(asked).error());
}

Result<std::vector<NeighbourTable>> neighbour_tables() {
  return list<NeighbourTable, ndtmsg>(RTM_GETNEIGHTBL, "tables of neighbours",
                                      decode_neighbour_table);
}

}  // namespace sekisho::kernel
