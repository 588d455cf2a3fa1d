// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the kernel's routing would do, and which interfaces and addresses there are, in the calling thread's network
/// namespace. Reads only.

#include "base/result.hpp"
#include "net/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::kernel {

struct Route {
  enum class Kind : std::uint8_t {
    Unicast,
    Local,
    Broadcast,
    Multicast,
    Unreachable,  ///< no route, or one that refuses
  };
  Kind kind = Kind::Unreachable;
  std::string interface;  ///< empty when unreachable
  std::optional<net::Address> gateway;
  bool operator==(const Route&) const = default;
};

/// Where a packet of our own to `destination` would go, without a source or mark (RTM_GETROUTE).
[[nodiscard]] Result<Route> route_to(const net::Address& destination);

struct Link {
  std::uint32_t index = 0;
  std::string name;
  bool up = false;           ///< administratively
  std::uint32_t master = 0;  ///< index of the bridge or bond it belongs to; 0 for none
  net::Mac mac;              ///< zero where it has none of six bytes
  bool operator==(const Link&) const = default;
};
/// Every interface, by index.
[[nodiscard]] Result<std::vector<Link>> links();

struct InterfaceAddress {
  std::uint32_t index = 0;  ///< of the interface
  net::Address address;
  unsigned prefix = 0;  ///< length of the on-link prefix
  bool operator==(const InterfaceAddress&) const = default;
};
/// Every address of every interface, of both families.
[[nodiscard]] Result<std::vector<InterfaceAddress>> addresses();

/// Who answers to an address on a wire.
struct Neighbour {
  std::uint32_t index = 0;  ///< of the interface
  net::Address address;
  net::Mac mac;
  bool operator==(const Neighbour&) const = default;
};
/// Every neighbour with a known hardware address, of both families.
[[nodiscard]] Result<std::vector<Neighbour>> neighbours();

}  // namespace sekisho::kernel
