// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/packet.hpp"

#include <algorithm>

namespace sekisho::simulate {

bool is_link_group(const net::Address& address) {
  const auto bytes = address.bytes();
  return address.is_v4() ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
                         : bytes[0] == 0xff && bytes[1] == 0x02;
}

bool is_limited_broadcast(const net::Address& address) {
  return address == net::Address::highest(net::Family::V4);
}

bool is_multicast(const net::Address& address) {
  return address.is_v4() ? address.bytes()[0] >> 4U == 0xe : address.bytes()[0] == 0xff;
}

bool is_unspecified(const net::Address& address) {
  return std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
}

bool is_link_local(const net::Address& address) {
  const auto bytes = address.bytes();
  return address.is_v4() ? bytes[0] == 169 && bytes[1] == 254
                         : bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

}  // namespace sekisho::simulate
