// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The kernel's connection table, in the calling thread's network namespace. Reads only; what a
/// mark means is for the caller to say.

#include "base/result.hpp"
#include "kernel/message.hpp"
#include "net/address.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace sekisho::kernel {

/// One direction of a connection: source and destination as the packets of that direction have
/// them.
struct Tuple {
  net::Address src;
  net::Address dst;
  std::uint16_t sport = 0;     ///< 0 for protocols without ports
  std::uint16_t dport = 0;     ///< 0 for protocols without ports
  std::uint8_t icmp_type = 0;  ///< of ICMP and ICMPv6
  bool operator==(const Tuple&) const = default;
};

struct Connection {
  std::uint8_t protocol = 0;
  std::uint32_t mark = 0;
  Tuple original;  ///< of whoever opened it
  Tuple reply;
  bool closed = false;  ///< TCP that both sides have ended
  bool operator==(const Connection&) const = default;
};

/// Of one entry of a ctnetlink dump; nothing for what is none, or does not hold together.
[[nodiscard]] std::optional<Connection> decode_connection(const Message& message);

/// Hands every entry of both families to `each`. The table changes under the walk: entries may be
/// missed or come twice. Takes CAP_NET_ADMIN.
[[nodiscard]] Result<> each_connection(const std::function<void(const Connection&)>& each);

}  // namespace sekisho::kernel
