// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/service.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace sekisho::net {
namespace {

struct Named {
  std::uint8_t number;
  std::string_view name;
};

constexpr std::array kProtocols{Named{protocol::kIcmp, "icmp"}, Named{protocol::kTcp, "tcp"},
                                Named{protocol::kUdp, "udp"}, Named{protocol::kIcmp6, "icmpv6"},
                                Named{protocol::kSctp, "sctp"}};

// The names are nft's (nft describe icmp type, icmpv6 type).
constexpr std::array kIcmpTypes{
    Named{0, "echo-reply"},       Named{3, "destination-unreachable"}, Named{4, "source-quench"},
    Named{5, "redirect"},         Named{8, "echo-request"},            Named{9, "router-advertisement"},
    Named{10, "router-solicitation"}, Named{11, "time-exceeded"},      Named{12, "parameter-problem"},
    Named{13, "timestamp-request"}, Named{14, "timestamp-reply"},      Named{15, "info-request"},
    Named{16, "info-reply"},      Named{17, "address-mask-request"},   Named{18, "address-mask-reply"}};

constexpr std::array kIcmp6Types{
    Named{1, "destination-unreachable"}, Named{2, "packet-too-big"}, Named{3, "time-exceeded"},
    Named{4, "parameter-problem"}, Named{128, "echo-request"}, Named{129, "echo-reply"},
    Named{130, "mld-listener-query"}, Named{131, "mld-listener-report"},
    Named{132, "mld-listener-done"}, Named{133, "nd-router-solicit"}, Named{134, "nd-router-advert"},
    Named{135, "nd-neighbor-solicit"}, Named{136, "nd-neighbor-advert"}, Named{137, "nd-redirect"},
    Named{138, "router-renumbering"}, Named{141, "ind-neighbor-solicit"},
    Named{142, "ind-neighbor-advert"}, Named{143, "mld2-listener-report"}};

std::span<const Named> types_of(std::uint8_t protocol) {
  return protocol == protocol::kIcmp ? std::span<const Named>{kIcmpTypes}
                                     : std::span<const Named>{kIcmp6Types};
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool padded = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || end != text.data() + text.size() || padded) {
    return std::nullopt;
  }
  return value;
}

ParsedService parse_ports(std::uint8_t protocol, std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = number<std::uint16_t>(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number<std::uint16_t>(text.substr(dash + 1));
  if (!first || !last || *first == 0 || *last == 0) {
    return {std::nullopt, ServiceFault::BadPort};
  }
  if (*first > *last) {
    return {std::nullopt, ServiceFault::Reversed};
  }
  return {Service{protocol, *first, *last}, {}};
}

}  // namespace

std::string protocol_name(std::uint8_t protocol) {
  for (const Named& named : kProtocols) {
    if (named.number == protocol) {
      return std::string{named.name};
    }
  }
  return std::to_string(protocol);
}

std::optional<std::uint8_t> protocol_named(std::string_view text) {
  for (const Named& named : kProtocols) {
    if (named.name == text) {
      return named.number;
    }
  }
  return number<std::uint8_t>(text);
}

std::optional<std::uint8_t> icmp_type_named(std::uint8_t protocol, std::string_view text) {
  for (const Named& named : types_of(protocol)) {
    if (named.name == text) {
      return named.number;
    }
  }
  return number<std::uint8_t>(text);
}

std::string icmp_type_name(std::uint8_t protocol, std::uint8_t type) {
  for (const Named& named : types_of(protocol)) {
    if (named.number == type) {
      return std::string{named.name};
    }
  }
  return std::to_string(type);
}

std::optional<std::uint8_t> icmp_reply_type(std::uint8_t protocol, std::uint8_t type) {
  if (protocol == protocol::kIcmp6) {
    const bool opens = type == 128 || type == 139;
    return opens ? std::optional{static_cast<std::uint8_t>(type + 1)} : std::nullopt;
  }
  switch (type) {
    case 8: return 0;
    case 13: return 14;
    case 15: return 16;
    case 17: return 18;
    default: return std::nullopt;
  }
}

std::vector<Service> merged(std::vector<Service> services) {
  std::sort(services.begin(), services.end());
  std::vector<Service> out;
  for (const Service& service : services) {
    const bool joins = !out.empty() && out.back().protocol == service.protocol && service.first <= out.back().last + 1;
    if (joins) {
      out.back().last = std::max(out.back().last, service.last);
    } else {
      out.push_back(service);
    }
  }
  return out;
}

std::string Service::str() const {
  if (has_ports(protocol)) {
    const std::string ports =
        single() ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
    return first == 0 && last == 0xffff ? "proto/" + std::to_string(protocol)
                                        : protocol_name(protocol) + "/" + ports;
  }
  if (is_icmp(protocol) && single()) {
    return protocol_name(protocol) + "/" + icmp_type_name(protocol, static_cast<std::uint8_t>(first));
  }
  return "proto/" + std::to_string(protocol);
}

ParsedService parse_service(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  const std::string_view name = text.substr(0, slash);
  const std::string_view rest = text.substr(slash + 1);
  if (name == "proto") {
    const auto protocol = number<std::uint8_t>(rest);
    if (!protocol) {
      return {std::nullopt, ServiceFault::BadProtocol};
    }
    const int last = has_ports(*protocol) ? 0xffff : is_icmp(*protocol) ? 0xff : 0;
    return {Service{*protocol, 0, static_cast<std::uint16_t>(last)}, {}};
  }
  const auto protocol = number<unsigned>(name) ? std::nullopt : protocol_named(name);
  if (!protocol) {
    return {};
  }
  if (has_ports(*protocol)) {
    return parse_ports(*protocol, rest);
  }
  const auto type = icmp_type_named(*protocol, rest);
  if (!type) {
    return {std::nullopt, ServiceFault::BadType};
  }
  return {Service{*protocol, *type, *type}, {}};
}

}  // namespace sekisho::net
