// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Fields of a packet as the kernel loads them into registers, at one hook. Knows no rules.

#include "base/result.hpp"
#include "ruleset/ruleset.hpp"
#include "simulate/packet.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sekisho::simulate {

/// Where in its way through the kernel a packet is, and the marks it has by then.
struct Position {
  const Packet& packet;
  ruleset::HookPoint hook{};
  std::int32_t priority = 0;
  std::uint32_t meta_mark = 0;
  std::uint32_t ct_mark = 0;

  /// The packet has a conntrack entry here: neither before conntrack has seen it
  /// (NF_IP_PRI_CONNTRACK), nor when it belongs to no connection.
  [[nodiscard]] bool tracked() const;
};

/// The field's bytes; nothing where the kernel ends the rule without a match. Fails where the
/// kernel would read bytes of another header than the field names: an IPv4 address of an IPv6
/// packet, an ICMP type of TCP.
[[nodiscard]] Result<std::optional<ruleset::Bytes>> load(ruleset::Field field, const Position& at);

/// The key of a lookup: one field as it is, several padded as a concatenation. Fails like `load`,
/// and when the key is longer than the kernel's registers.
[[nodiscard]] Result<std::optional<ruleset::Bytes>> load_key(const std::vector<ruleset::Field>& key,
                                                             const Position& at);

}  // namespace sekisho::simulate
