// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The kernel's tables that can be full, in the calling thread's network namespace: how much is in
/// them, how much may be, and what was refused since boot. Reads only; when that is a shortage is
/// for the caller to say.

#include "base/result.hpp"
#include "kernel/message.hpp"
#include "net/address.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sekisho::kernel {

/// Source: nf_conntrack_standalone.c, struct ip_conntrack_stat. The counts wrap at 32 bits for each
/// processor.
struct ConnectionTable {
  std::uint64_t entries = 0;
  std::uint64_t most = 0;           ///< 0: unknown
  std::uint64_t dropped = 0;        ///< packets of new connections for which there was no room
  std::uint64_t given_up = 0;       ///< connections that were forgotten early for others
  std::uint64_t insert_failed = 0;  ///< packets of connections that another packet had just begun
};
/// Takes CAP_NET_ADMIN.
[[nodiscard]] Result<ConnectionTable> connection_table();

/// One for each family, for the whole machine. Source: neighbour.c, struct ndt_stats.
struct NeighbourTable {
  net::Family family{};
  std::uint64_t entries = 0;
  std::uint64_t most = 0;  ///< 0: unknown
  std::uint64_t full = 0;  ///< neighbours that nobody could be asked for
};
[[nodiscard]] Result<std::vector<NeighbourTable>> neighbour_tables();

/// Adds what one processor counted; leaves what is no such message.
void add_connection_counts(const Message& message, ConnectionTable& table);
/// Sets how much is in it and may be; leaves what is no such message.
void set_connection_limits(const Message& message, ConnectionTable& table);
/// Nothing for what is no table of neighbours, or one interface's part of it.
[[nodiscard]] std::optional<NeighbourTable> decode_neighbour_table(const Message& message);

}  // namespace sekisho::kernel
