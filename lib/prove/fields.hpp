// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Fields by what they are to a packet, of whichever family.

#include "net/address.hpp"
#include "net/service.hpp"
#include "prove/space.hpp"

#include <initializer_list>

namespace sekisho::prove {

[[nodiscard]] inline Values points(std::initializer_list<Value> values) {
  Values made;
  for (const Value value : values) {
    made.push_back({value, value});
  }
  return united(std::move(made));
}

[[nodiscard]] inline net::Family family_of(const Space& space) {
  return space.is_v4() ? net::Family::V4 : net::Family::V6;
}
[[nodiscard]] inline Field source_of(const Space& space) {
  return space.is_v4() ? Field::IpSaddr : Field::Ip6Saddr;
}
[[nodiscard]] inline Field destination_of(const Space& space) {
  return space.is_v4() ? Field::IpDaddr : Field::Ip6Daddr;
}
[[nodiscard]] inline Field icmp_type_of(const Space& space) {
  return space.is_v4() ? Field::IcmpType : Field::Icmp6Type;
}
[[nodiscard]] inline std::uint8_t icmp_of(const Space& space) {
  return space.is_v4() ? net::protocol::kIcmp : net::protocol::kIcmp6;
}

}  // namespace sekisho::prove
