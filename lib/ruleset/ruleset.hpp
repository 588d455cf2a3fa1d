// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// nftables tables, chains, rules and sets as values. What is here is exactly what the kernel holds: `compile` makes it,
/// `kernel` writes it and reads it back, `simulate` and `prove` interpret it, `to_nft` prints it. It knows no policy.

#include "ruleset/elements.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sekisho::ruleset {

[[nodiscard]] Bytes bytes_of(std::uint8_t value);
/// Network order.
[[nodiscard]] Bytes bytes_of(std::uint16_t port);
/// Host order, as marks are.
[[nodiscard]] Bytes mark_bytes(std::uint32_t mark);
/// At most 15 characters; longer names are a bug and throw.
[[nodiscard]] Bytes name_bytes(std::string_view interface);

/// Data types of keys and values (libnftables: src/datatype.c). The numbers are nft's own, so that it prints what it
/// lists with the right type.
enum class Type : std::uint8_t {
  NfProto = 2,
  Integer = 4,
  Ipv4Addr = 7,
  Ipv6Addr = 8,
  EtherAddr = 9,
  EtherType = 10,
  InetProto = 12,
  InetService = 13,
  Icmp4Type = 14,
  Mark = 19,
  CtState = 26,
  CtDirection = 27,
  Icmp6Type = 29,
  PktType = 31,
  FibAddrType = 38,
  IfName = 41,
};
/// Bytes of a value, without padding.
[[nodiscard]] std::size_t length_of(Type type);
/// As nft names it: "ipv4_addr".
[[nodiscard]] std::string_view name_of(Type type);

/// Something of a packet, its connection or its route that the kernel can load into a register. A field that the packet
/// does not have ends the rule without a match; the fields of a header are only meaningful behind the `NfProto` or
/// `L4Proto` match that proves the header, which the rule must say (nft adds it, this value does not).
enum class Field : std::uint8_t {
  MetaMark,
  IifName,
  OifName,
  NfProto,   ///< meta nfproto
  L4Proto,   ///< meta l4proto
  PktType,   ///< meta pkttype
  CtState,   ///< bits: 1 invalid, 2 established, 4 related, 8 new, 64 untracked
  CtMark,
  CtDirection,
  EtherSaddr,
  EtherType,  ///< of the frame: of one with a tag that the device has taken off, the tag's
  IpSaddr,
  IpDaddr,
  IpHeaderLength,  ///< ip hdrlength, one byte, in 32-bit words: 5 without options
  Ip6Saddr,
  Ip6Daddr,
  Ip6NextHeader,
  Ip6HopLimit,
  ThSport,
  ThDport,
  IcmpType,   ///< first byte of the transport header, typed icmp
  Icmp6Type,  ///< first byte of the transport header, typed icmpv6
  FibSaddrType,     ///< fib saddr type
  FibDaddrType,     ///< fib daddr type
  FibDaddrIifType,  ///< fib daddr . iif type
  NextHop4,         ///< rt ip nexthop
  NextHop6,         ///< rt ip6 nexthop
};
[[nodiscard]] Type type_of(Field field);
/// As nft writes it: "ip saddr".
[[nodiscard]] std::string_view name_of(Field field);

enum class Mark : std::uint8_t { Meta, Ct };

/// `field [!=] value`
struct Compare {
  Field field{};
  bool negated = false;
  Bytes value;
  auto operator<=>(const Compare&) const = default;
};
/// `field & mask != 0`, for CtState: `ct state invalid,untracked`. For MetaMark: `meta mark & mask != 0`.
struct HasBits {
  Field field{};
  std::uint32_t mask = 0;
  auto operator<=>(const HasBits&) const = default;
};
/// `key [!=] @set`
struct InSet {
  std::vector<Field> key;
  bool negated = false;
  std::string set;
  auto operator<=>(const InSet&) const = default;
};
/// `meta mark set value`
struct SetMark {
  Mark mark{};
  std::uint32_t value = 0;
  auto operator<=>(const SetMark&) const = default;
};
/// `meta mark set meta mark & keep ^ flip`; or-ing bits b is keep = ~b, flip = b.
struct ChangeMark {
  Mark mark{};
  std::uint32_t keep = 0;
  std::uint32_t flip = 0;
  auto operator<=>(const ChangeMark&) const = default;
};
/// `meta mark set key map @map`; without a match the rule ends and the mark stays.
struct MapMark {
  Mark mark{};
  std::vector<Field> key;
  std::string map;
  auto operator<=>(const MapMark&) const = default;
};
/// `key vmap @map`
struct MapVerdict {
  std::vector<Field> key;
  std::string map;
  auto operator<=>(const MapVerdict&) const = default;
};
/// `log group G snaplen S queue-threshold Q`
struct Log {
  std::uint16_t group = 0;
  std::uint32_t snaplen = 0;
  std::uint16_t queue_threshold = 0;
  auto operator<=>(const Log&) const = default;
};
/// `counter`; what it has counted is not part of the value.
struct Counter {
  auto operator<=>(const Counter&) const = default;
};
/// `tproxy to :PORT`: hands the packet to the connection that it belongs to, or to whoever listens on
/// that port; the rule ends where nobody does. Of TCP, in prerouting alone.
struct Tproxy {
  std::uint16_t port = 0;
  auto operator<=>(const Tproxy&) const = default;
};
/// What was read back and is none of the above; never compiled, equal to nothing the compiler makes.
struct Foreign {
  std::string text;
  auto operator<=>(const Foreign&) const = default;
};
using Statement = std::variant<Compare, HasBits, InSet, SetMark, ChangeMark, MapMark, MapVerdict, Verdict,
                               Log, Counter, Tproxy, Foreign>;

struct Rule {
  std::vector<Statement> statements;
  std::string comment;
  auto operator<=>(const Rule&) const = default;
};

enum class HookPoint : std::uint8_t {
  Prerouting = 0,
  Input = 1,
  Forward = 2,
  Output = 3,
  Postrouting = 4,
  Ingress,  ///< of a device, in a netdev table
  Egress,   ///< likewise: whatever leaves by it, packet sockets included
};
/// As nft names it: "ingress".
[[nodiscard]] std::string_view name_of(HookPoint point);
/// Of a device, which may come and go.
[[nodiscard]] constexpr bool is_of_device(HookPoint point) {
  return point == HookPoint::Ingress || point == HookPoint::Egress;
}
struct Hook {
  HookPoint point{};
  std::int32_t priority = 0;
  bool policy_drop = true;
  std::string device = {};  ///< of Ingress and Egress; it need not be there
  auto operator<=>(const Hook&) const = default;
};
/// Of a device, or of prerouting, which marks and diverts and lets nothing pass by itself.
[[nodiscard]] inline bool may_come_and_go(const Hook& hook) {
  return is_of_device(hook.point) || hook.point == HookPoint::Prerouting;
}
struct Chain {
  std::string name;
  std::optional<Hook> hook;  ///< a base chain
  std::vector<Rule> rules;
  auto operator<=>(const Chain&) const = default;
};

enum class Holds : std::uint8_t { Keys, Marks, Verdicts };
struct Rate {
  std::uint32_t packets_per_second = 0;
  std::uint32_t burst = 0;
  auto operator<=>(const Rate&) const = default;
};

/// What a set is, without its elements.
struct SetShape {
  std::string name;
  std::vector<Type> key;
  Holds holds = Holds::Keys;
  bool interval = false;
  bool timeout = false;
  bool counter = false;  ///< each element counts packets and bytes
  std::optional<Rate> limit;  ///< each element matches at most at this rate
  std::optional<std::uint32_t> size;
  auto operator<=>(const SetShape&) const = default;
};
/// The set whose elements are renewed by a heartbeat: they come and go by themselves, and are no
/// part of what a table is.
inline constexpr std::string_view kHeartbeats = "alive";

struct Set {
  SetShape shape;
  std::shared_ptr<const Elements> elements = std::make_shared<const Elements>();
};

enum class TableFamily : std::uint8_t { Inet, Netdev };
/// Tables of two families may have one name.
struct TableId {
  TableFamily family{};
  std::string name;

  // NOLINTNEXTLINE(google-explicit-constructor): most tables are `inet` ones
  TableId(std::string of_name, TableFamily of_family = TableFamily::Inet)
      : family{of_family}, name{std::move(of_name)} {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  TableId(const char* of_name) : TableId{std::string{of_name}} {}
  auto operator<=>(const TableId&) const = default;
};

struct Table {
  std::string name;
  std::vector<Set> sets;      ///< sorted by name
  std::vector<Chain> chains;  ///< sorted by name
  TableFamily family = TableFamily::Inet;

  [[nodiscard]] TableId id() const { return {name, family}; }

  [[nodiscard]] const Set* set(std::string_view set_name) const;
  [[nodiscard]] const Chain* chain(std::string_view chain_name) const;
};

/// Sorts sets, chains and elements into the order the types promise. Equal keys in one set are a bug and throw.
void normalise(Table& table);

/// A kernel gives back remaining times, not instants: ends in `found` that are those of `expected`
/// within `tolerance` become those. Both are normalised.
void settle_ends(Table& found, const Table& expected, std::chrono::seconds tolerance);

/// Differences as sentences ("chain 'forward' rule 3: …"), at most `most`; empty when equal. Expiries may differ by
/// `tolerance` (a kernel gives back remaining time, not an instant).
[[nodiscard]] std::vector<std::string> differences(const Table& expected, const Table& found,
                                                   std::chrono::seconds tolerance, std::size_t most);

}  // namespace sekisho::ruleset
