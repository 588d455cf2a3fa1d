// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a permit lets through, above the addresses: a protocol with a range of ports or ICMP types.

#include <compare>
#include <cstdint>
#include <string>
#include <optional>
#include <string_view>
#include <vector>

namespace sekisho::net {

/// IP protocol numbers the product treats by name (IANA "Assigned Internet Protocol Numbers").
namespace protocol {
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIcmp6 = 58;
inline constexpr std::uint8_t kSctp = 132;
}  // namespace protocol

[[nodiscard]] constexpr bool has_ports(std::uint8_t protocol) {
  return protocol == protocol::kTcp || protocol == protocol::kUdp || protocol == protocol::kSctp;
}
[[nodiscard]] constexpr bool is_icmp(std::uint8_t protocol) {
  return protocol == protocol::kIcmp || protocol == protocol::kIcmp6;
}

/// A closed range of "selectors" of one protocol: destination ports for TCP, UDP and SCTP, types for ICMP and ICMPv6,
/// and 0–0 for every other protocol. `proto/6` is the same value as `tcp/0-65535`.
struct Service {
  std::uint8_t protocol = 0;
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  [[nodiscard]] bool single() const { return first == last; }
  [[nodiscard]] bool contains(std::uint8_t of, std::uint16_t selector) const {
    return of == protocol && (!(has_ports(of) || is_icmp(of)) || (first <= selector && selector <= last));
  }
  /// As the config writes it: "tcp/443", "udp/2000-2999", "icmp/echo-request", "proto/50".
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Service&) const = default;
};

enum class ServiceFault : std::uint8_t { Unknown, BadPort, Reversed, BadType, BadProtocol };

/// The service, or what is wrong with the text.
struct ParsedService {
  std::optional<Service> service;
  ServiceFault fault = ServiceFault::Unknown;
};
[[nodiscard]] ParsedService parse_service(std::string_view text);

/// "tcp", "icmpv6", …, or the number.
[[nodiscard]] std::string protocol_name(std::uint8_t protocol);
/// By name or number.
[[nodiscard]] std::optional<std::uint8_t> protocol_named(std::string_view text);
/// By nft's name ("echo-request") or number.
[[nodiscard]] std::optional<std::uint8_t> icmp_type_named(std::uint8_t protocol, std::string_view text);
[[nodiscard]] std::string icmp_type_name(std::uint8_t protocol, std::uint8_t type);

/// Sorted, disjoint; ranges of one protocol that overlap or touch are one.
[[nodiscard]] std::vector<Service> merged(std::vector<Service> services);

/// The type that answers an ICMP query that opens a connection (nf_conntrack_proto_icmp.c, …_icmpv6.c: echo, timestamp,
/// information, address mask, node information); nothing for types that open none.
[[nodiscard]] std::optional<std::uint8_t> icmp_reply_type(std::uint8_t protocol, std::uint8_t type);

}  // namespace sekisho::net
