// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a sensor has to know: which wires there are, whose addresses are where. A value that
/// travels from the process that knows the policy to the one that has no powers.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/address.hpp"
#include "policy/policy.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sekisho::sensor {

/// An interface of a zone as it is now.
struct Wire {
  std::string interface;
  std::uint32_t index = 0;
  std::uint8_t zone = 0;  ///< as the compiler has numbered it
  net::Mac own;
  std::vector<net::Address> addresses;  ///< the appliance's own there
  bool operator==(const Wire&) const = default;
};
struct Part {
  net::Range range;
  std::uint8_t zone = 0;
  bool operator==(const Part&) const = default;
};

struct Knowledge {
  std::chrono::milliseconds window{1000};
  std::vector<Wire> wires;
  std::vector<Part> parts;  ///< zones' addresses: sorted, disjoint

  /// Of that address; 0 for none.
  [[nodiscard]] std::uint8_t zone_of(const net::Address& address) const;
  bool operator==(const Knowledge&) const = default;
};

/// Without the wires, which the policy does not know. `numbers`: of zones, by name.
[[nodiscard]] Knowledge knowledge_of(const policy::Policy& policy,
                                     const std::map<std::string, std::uint8_t>& numbers);

[[nodiscard]] std::string pack(const Knowledge& knowledge);
/// Fails for what `pack` does not write.
[[nodiscard]] Result<Knowledge> unpack_knowledge(ByteView bytes);

}  // namespace sekisho::sensor
