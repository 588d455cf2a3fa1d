// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/ruleset.hpp"

#include <algorithm>
#include <stdexcept>

namespace sekisho::ruleset {
namespace {

struct TypeRow {
  Type type;
  std::string_view name;
  std::size_t length;
};
constexpr std::array kTypes{
    TypeRow{Type::NfProto, "nf_proto", 1},       TypeRow{Type::Integer, "integer", 1},
    TypeRow{Type::Ipv4Addr, "ipv4_addr", 4},     TypeRow{Type::Ipv6Addr, "ipv6_addr", 16},
    TypeRow{Type::EtherAddr, "ether_addr", 6},   TypeRow{Type::EtherType, "ether_type", 2},
    TypeRow{Type::InetProto, "inet_proto", 1},
    TypeRow{Type::InetService, "inet_service", 2}, TypeRow{Type::Icmp4Type, "icmp_type", 1},
    TypeRow{Type::Mark, "mark", 4},              TypeRow{Type::CtState, "ct_state", 4},
    TypeRow{Type::CtDirection, "ct_dir", 1},     TypeRow{Type::Icmp6Type, "icmpv6_type", 1},
    TypeRow{Type::PktType, "pkt_type", 1},       TypeRow{Type::FibAddrType, "fib_addrtype", 4},
    TypeRow{Type::IfName, "ifname", 16},
};

struct FieldRow {
  Field field;
  std::string_view name;
  Type type;
};
constexpr std::array kFields{
    FieldRow{Field::MetaMark, "meta mark", Type::Mark},
    FieldRow{Field::IifName, "iifname", Type::IfName},
    FieldRow{Field::OifName, "oifname", Type::IfName},
    FieldRow{Field::NfProto, "meta nfproto", Type::NfProto},
    FieldRow{Field::L4Proto, "meta l4proto", Type::InetProto},
    FieldRow{Field::PktType, "meta pkttype", Type::PktType},
    FieldRow{Field::CtState, "ct state", Type::CtState},
    FieldRow{Field::CtMark, "ct mark", Type::Mark},
    FieldRow{Field::CtDirection, "ct direction", Type::CtDirection},
    FieldRow{Field::EtherSaddr, "ether saddr", Type::EtherAddr},
    FieldRow{Field::EtherType, "ether type", Type::EtherType},
    FieldRow{Field::IpSaddr, "ip saddr", Type::Ipv4Addr},
    FieldRow{Field::IpDaddr, "ip daddr", Type::Ipv4Addr},
    FieldRow{Field::IpHeaderLength, "ip hdrlength", Type::Integer},
    FieldRow{Field::Ip6Saddr, "ip6 saddr", Type::Ipv6Addr},
    FieldRow{Field::Ip6Daddr, "ip6 daddr", Type::Ipv6Addr},
    FieldRow{Field::Ip6NextHeader, "ip6 nexthdr", Type::InetProto},
    FieldRow{Field::Ip6HopLimit, "ip6 hoplimit", Type::Integer},
    FieldRow{Field::ThSport, "th sport", Type::InetService},
    FieldRow{Field::ThDport, "th dport", Type::InetService},
    FieldRow{Field::IcmpType, "icmp type", Type::Icmp4Type},
    FieldRow{Field::Icmp6Type, "icmpv6 type", Type::Icmp6Type},
    FieldRow{Field::FibSaddrType, "fib saddr type", Type::FibAddrType},
    FieldRow{Field::FibDaddrType, "fib daddr type", Type::FibAddrType},
    FieldRow{Field::FibDaddrIifType, "fib daddr . iif type", Type::FibAddrType},
    FieldRow{Field::NextHop4, "rt ip nexthop", Type::Ipv4Addr},
    FieldRow{Field::NextHop6, "rt ip6 nexthop", Type::Ipv6Addr},
};

const TypeRow& row_of(Type type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) {
      return row;
    }
  }
  throw std::logic_error{"type without a row"};
}

}  // namespace

Bytes::Bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kMost) {
    throw std::length_error{"more bytes than a key holds"};
  }
  std::ranges::copy(bytes, bytes_.begin());
  size_ = static_cast<std::uint8_t>(bytes.size());
}

Bytes& Bytes::append(std::span<const std::uint8_t> field) {
  const std::size_t padded = (field.size() + 3U) & ~std::size_t{3};
  if (size_ + padded > kMost) {
    throw std::length_error{"more bytes than a key holds"};
  }
  std::ranges::copy(field, std::span{bytes_}.subspan(size_).begin());
  size_ = static_cast<std::uint8_t>(size_ + padded);
  return *this;
}

bool Bytes::operator==(const Bytes& other) const { return std::ranges::equal(view(), other.view()); }

std::strong_ordering Bytes::operator<=>(const Bytes& other) const {
  return std::lexicographical_compare_three_way(view().begin(), view().end(), other.view().begin(),
                                                other.view().end());
}

Bytes bytes_of(std::uint8_t value) { return Bytes{std::span{&value, 1}}; }

Bytes bytes_of(std::uint16_t port) {
  const std::array bytes{static_cast<std::uint8_t>(port >> 8U), static_cast<std::uint8_t>(port & 0xffU)};
  return Bytes{bytes};
}

Bytes mark_bytes(std::uint32_t mark) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &mark, bytes.size());
  return Bytes{bytes};
}

Bytes name_bytes(std::string_view interface) {
  std::array<std::uint8_t, 16> bytes{};
  if (interface.size() >= bytes.size()) {
    throw std::length_error{"interface name longer than 15 characters"};
  }
  std::memcpy(bytes.data(), interface.data(), interface.size());
  return Bytes{bytes};
}

std::size_t length_of(Type type) { return row_of(type).length; }
std::string_view name_of(Type type) { return row_of(type).name; }

Type type_of(Field field) { return kFields.at(static_cast<std::size_t>(field)).type; }
std::string_view name_of(HookPoint point) {
  static constexpr std::array<std::string_view, 7> kHooks{
      "prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"};
  return kHooks.at(static_cast<std::size_t>(point));
}

std::string_view name_of(Field field) { return kFields.at(static_cast<std::size_t>(field)).name; }

const Set* Table::set(std::string_view set_name) const {
  const auto at = std::ranges::lower_bound(sets, set_name, {}, [](const Set& s) -> std::string_view {
    return s.shape.name;
  });
  return at != sets.end() && at->shape.name == set_name ? &*at : nullptr;
}

const Chain* Table::chain(std::string_view chain_name) const {
  const auto at = std::ranges::lower_bound(chains, chain_name, {},
                                           [](const Chain& c) -> std::string_view { return c.name; });
  return at != chains.end() && at->name == chain_name ? &*at : nullptr;
}

void normalise(Table& table) {
  std::ranges::sort(table.sets, {}, [](const Set& s) -> const std::string& { return s.shape.name; });
  std::ranges::sort(table.chains, {}, &Chain::name);
  const auto before = [](const Element& a, const Element& b) { return order(a, b) < 0; };
  for (Set& set : table.sets) {
    if (!std::ranges::is_sorted(*set.elements, before)) {
      std::vector<Element> sorted{set.elements->begin(), set.elements->end()};
      std::ranges::sort(sorted, before);
      set.elements = std::make_shared<const Elements>(std::move(sorted));
    }
    const auto twin = std::ranges::adjacent_find(
        *set.elements, [](const Element& a, const Element& b) { return order(a, b) == 0; });
    if (twin != set.elements->end()) {
      throw std::logic_error{"set '" + set.shape.name + "' holds one key twice"};
    }
  }
}

}  // namespace sekisho::ruleset
