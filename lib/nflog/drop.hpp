// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the kernel logged of one dropped packet: its word and its headers, from bytes that an
/// attacker chose. Knows neither zones nor reasons.

#include "base/bytes.hpp"
#include "net/address.hpp"

#include <cstdint>
#include <optional>

namespace sekisho::nflog {

struct Drop {
  std::uint32_t word = 0;  ///< the packet's mark: what it was counted under
  std::uint32_t in = 0;    ///< interface index; 0 for none
  std::uint32_t out = 0;
  std::optional<net::Mac> src_mac;
  net::Address src;  ///< unspecified IPv4 where the packet has no IP header that holds together
  net::Address dst;
  /// IP's number; of IPv6 the one behind its extension headers, as far as they are there.
  std::uint8_t protocol = 0;
  std::uint16_t sport = 0;  ///< 0 where there are none, and in later fragments
  std::uint16_t dport = 0;
  std::uint32_t bytes = 0;  ///< of the packet as its IP header says

  bool operator==(const Drop&) const = default;
};

/// One record of link type DLT_NFLOG (header and TLVs, linux/netfilter/nfnetlink_log.h). Nothing
/// when it is no such record or carries no mark; a packet that is cut or malformed yields what
/// could be read.
[[nodiscard]] std::optional<Drop> decode(ByteView record);

}  // namespace sekisho::nflog
