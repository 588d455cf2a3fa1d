// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/fields.hpp"

#include "kernel/owned.hpp"

#include <array>

namespace sekisho::kernel {
namespace {

using ruleset::Field;

constexpr std::uint32_t kLink = NFT_PAYLOAD_LL_HEADER;
constexpr std::uint32_t kNetwork = NFT_PAYLOAD_NETWORK_HEADER;
constexpr std::uint32_t kTransport = NFT_PAYLOAD_TRANSPORT_HEADER;

struct FieldRow {
  Field field;
  Load load;
};
constexpr std::array kLoads{
    FieldRow{Field::MetaMark, {Source::Meta, NFT_META_MARK, 0, 0}},
    FieldRow{Field::IifName, {Source::Meta, NFT_META_IIFNAME, 0, 0}},
    FieldRow{Field::OifName, {Source::Meta, NFT_META_OIFNAME, 0, 0}},
    FieldRow{Field::NfProto, {Source::Meta, NFT_META_NFPROTO, 0, 0}},
    FieldRow{Field::L4Proto, {Source::Meta, NFT_META_L4PROTO, 0, 0}},
    FieldRow{Field::PktType, {Source::Meta, NFT_META_PKTTYPE, 0, 0}},
    FieldRow{Field::CtState, {Source::Ct, NFT_CT_STATE, 0, 0}},
    FieldRow{Field::CtMark, {Source::Ct, NFT_CT_MARK, 0, 0}},
    FieldRow{Field::CtDirection, {Source::Ct, NFT_CT_DIRECTION, 0, 0}},
    FieldRow{Field::EtherSaddr, {Source::Payload, kLink, 6, 6}},
    FieldRow{Field::EtherType, {Source::Payload, kLink, 12, 2}},
    FieldRow{Field::IpSaddr, {Source::Payload, kNetwork, 12, 4}},
    FieldRow{Field::IpDaddr, {Source::Payload, kNetwork, 16, 4}},
    FieldRow{Field::IpHeaderLength, {Source::Payload, kNetwork, 0, 1}},
    FieldRow{Field::Ip6Saddr, {Source::Payload, kNetwork, 8, 16}},
    FieldRow{Field::Ip6Daddr, {Source::Payload, kNetwork, 24, 16}},
    FieldRow{Field::Ip6NextHeader, {Source::Payload, kNetwork, 6, 1}},
    FieldRow{Field::Ip6HopLimit, {Source::Payload, kNetwork, 7, 1}},
    FieldRow{Field::ThSport, {Source::Payload, kTransport, 0, 2}},
    FieldRow{Field::ThDport, {Source::Payload, kTransport, 2, 2}},
    FieldRow{Field::IcmpType, {Source::Payload, kTransport, 0, 1}},
    FieldRow{Field::Icmp6Type, {Source::Payload, kTransport, 0, 1}},
    FieldRow{Field::FibSaddrType, {Source::Fib, NFTA_FIB_F_SADDR, 0, 0}},
    FieldRow{Field::FibDaddrType, {Source::Fib, NFTA_FIB_F_DADDR, 0, 0}},
    FieldRow{Field::FibDaddrIifType, {Source::Fib, NFTA_FIB_F_DADDR | NFTA_FIB_F_IIF, 0, 0}},
    FieldRow{Field::NextHop4, {Source::Route, NFT_RT_NEXTHOP4, 0, 0}},
    FieldRow{Field::NextHop6, {Source::Route, NFT_RT_NEXTHOP6, 0, 0}},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kLoads.size(); ++i) {
    if (static_cast<std::size_t>(kLoads.at(i).field) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "a row per field, in the enumeration's order");

}  // namespace

const Load& load_of(Field field) { return kLoads.at(static_cast<std::size_t>(field)).load; }

std::optional<Field> field_of(const Load& load) {
  for (const FieldRow& row : kLoads) {
    if (row.load == load) {
      return row.field;
    }
  }
  return std::nullopt;
}

std::string_view name_of(Source source) {
  static constexpr std::array<std::string_view, 5> kNames{"meta", "ct", "payload", "fib", "rt"};
  return kNames.at(static_cast<std::size_t>(source));
}

std::optional<std::uint8_t> mask_of(Field field) {
  return field == Field::IpHeaderLength ? std::optional<std::uint8_t>{0x0f} : std::nullopt;
}

bool is_of_the_link(Field field) {
  return field == Field::EtherSaddr || field == Field::EtherType;
}

std::uint32_t number_of(ruleset::TableFamily family) {
  return family == ruleset::TableFamily::Netdev ? NFPROTO_NETDEV : NFPROTO_INET;
}

std::uint32_t padded_length(ruleset::Type type) {
  return (static_cast<std::uint32_t>(ruleset::length_of(type)) + 3U) & ~3U;
}

std::uint32_t register_at(std::uint32_t offset) {
  return offset % 16 == 0 ? NFT_REG_1 + offset / 16 : NFT_REG32_00 + offset / 4;
}

std::optional<std::uint32_t> offset_of(std::uint32_t number) {
  if (number >= NFT_REG_1 && number <= NFT_REG_4) {
    return (number - NFT_REG_1) * 16;
  }
  if (number >= NFT_REG32_00 && number <= NFT_REG32_15) {
    return (number - NFT_REG32_00) * 4;
  }
  return std::nullopt;
}

}  // namespace sekisho::kernel
