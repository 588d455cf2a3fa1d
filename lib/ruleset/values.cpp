// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/values.hpp"

#include "base/bytes.hpp"
#include "net/address.hpp"
#include "net/service.hpp"

#include <cstdio>

namespace sekisho::ruleset {
namespace {

std::uint32_t host_order(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

std::string protocol_text(std::uint8_t protocol) {
  return protocol == net::protocol::kIcmp6 ? "ipv6-icmp" : net::protocol_name(protocol);
}

std::string address_type_text(std::uint32_t type) {
  static constexpr std::array<std::string_view, 6> kTypes{"unspec", "unicast", "local", "broadcast", "anycast", "multicast"};
  return type < kTypes.size() ? std::string{kTypes.at(type)} : std::to_string(type);
}

/// The prefix that is exactly first–last, if there is one.
std::string range_text(const net::Address& first, const net::Address& last) {
  for (unsigned length = 0; length <= first.bits(); ++length) {
    const net::Prefix prefix{first, length};
    if (prefix.range() == net::Range{first, last}) {
      return prefix.str();
    }
  }
  return first.str() + "-" + last.str();
}

std::string interval_text(Type type, std::span<const std::uint8_t> first, std::span<const std::uint8_t> last) {
  if (std::ranges::equal(first, last)) {
    return value_text(type, first);
  }
  if (type == Type::Ipv4Addr || type == Type::Ipv6Addr) {
    return range_text(*net::Address::from_bytes(first), *net::Address::from_bytes(last));
  }
  if (type == Type::Icmp4Type || type == Type::Icmp6Type) {
    return std::to_string(first.front()) + "-" + std::to_string(last.front());
  }
  return value_text(type, first) + "-" + value_text(type, last);
}

std::string ether_type_text(unsigned type) {
  switch (type) {
    case 0x0800: return "ip";
    case 0x0806: return "arp";
    case 0x86dd: return "ip6";
    default: break;
  }
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "0x%04x", type);
  return text.data();
}

}  // namespace

std::string mark_text(std::uint32_t mark) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", mark);
  return text.data();
}

std::string value_text(Type type, std::span<const std::uint8_t> bytes) {
  switch (type) {
    case Type::Ipv4Addr:
    case Type::Ipv6Addr: return net::Address::from_bytes(bytes).value_or(net::Address{}).str();
    case Type::EtherType: return ether_type_text(unsigned{bytes[0]} << 8U | bytes[1]);
    case Type::EtherAddr: {
      std::array<std::uint8_t, 6> mac{};
      std::ranges::copy(bytes.first(mac.size()), mac.begin());
      return net::Mac{mac}.str();
    }
    case Type::IfName: return "\"" + std::string{as_text(bytes).data(), ::strnlen(as_text(bytes).data(), bytes.size())} + "\"";
    case Type::InetProto: return protocol_text(bytes.front());
    case Type::InetService: return std::to_string(unsigned{bytes[0]} << 8U | bytes[1]);
    case Type::Icmp4Type: return net::icmp_type_name(net::protocol::kIcmp, bytes.front());
    case Type::Icmp6Type: return net::icmp_type_name(net::protocol::kIcmp6, bytes.front());
    case Type::NfProto: return bytes.front() == 2 ? "ipv4" : "ipv6";
    case Type::CtDirection: return bytes.front() == 0 ? "original" : "reply";
    case Type::Mark: return mark_text(host_order(bytes));
    case Type::FibAddrType: return address_type_text(host_order(bytes));
    case Type::CtState:
    case Type::PktType:
    case Type::Integer: return std::to_string(host_order(bytes));
  }
  return {};
}

std::string element_text(const SetShape& shape, const Element& element) {
  std::string text;
  std::size_t at = 0;
  for (const Type type : shape.key) {
    const std::size_t length = length_of(type);
    const auto first = element.key.view().subspan(at, length);
    text += text.empty() ? "" : " . ";
    text += element.key_end.empty() ? value_text(type, first)
                                    : interval_text(type, first, element.key_end.view().subspan(at, length));
    at += (length + 3U) & ~std::size_t{3};
  }
  return text;
}

}  // namespace sekisho::ruleset
