// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The network and transport headers at the start of a packet, as far as they were kept. Knows no
/// record around them.

#include "nflog/drop.hpp"

namespace sekisho::nflog {

inline constexpr std::uint16_t kEthertypeV4 = 0x0800;
inline constexpr std::uint16_t kEthertypeV6 = 0x86dd;

/// Sets source, destination, protocol, ports and bytes of `drop` from a packet that begins with its
/// network header. Nothing is set where there is no IP header that holds together (RFC 791, RFC
/// 8200) or another ethertype; what the cut or a malformed header behind it hides stays 0.
void read_packet(std::uint16_t ethertype, ByteView packet, Drop& drop);

}  // namespace sekisho::nflog
