// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One Ethernet frame as far as a sensor has to understand it, from bytes that an attacker chose.
/// Knows no zones.

#include "nflog/drop.hpp"

#include <cstdint>
#include <optional>

namespace sekisho::sensor {

struct Sight {
  enum class Role : std::uint8_t { Any, DhcpServer, Router };

  net::Mac sender;
  bool tagged = false;
  bool arp = false;
  Role role = Role::Any;
  /// The address that the sender has or claims: the source; of ARP the sender's, of neighbour
  /// advertisements the target. Nothing where there is none, or an unspecified one.
  std::optional<net::Address> claimed;
  /// Addresses, protocol, ports and length; of ARP sender and target.
  nflog::Drop headers;
};

/// Nothing for what is shorter than an Ethernet header; what is cut or malformed behind it yields
/// what could be read. Tags are read over (IEEE 802.1Q, 802.1ad), two at most.
[[nodiscard]] std::optional<Sight> read_frame(ByteView frame);

}  // namespace sekisho::sensor
