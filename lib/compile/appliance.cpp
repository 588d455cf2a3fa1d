// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

namespace sekisho::compile {
namespace {

using policy::Permit;
using ruleset::Bytes;
using ruleset::Chain;
using ruleset::Element;
using ruleset::Rule;
using ruleset::SetShape;
using ruleset::Type;

/// RTN_LOCAL, RTN_BROADCAST and RTN_MULTICAST (linux/rtnetlink.h).
constexpr std::uint32_t kLocal = 2;
constexpr std::uint32_t kBroadcast = 3;
constexpr std::uint32_t kMulticast = 5;
constexpr std::uint8_t kIgmp = 2;
constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kRedirect = 137;
constexpr std::uint8_t kListenerReport = 143;

void declare(Draft& draft, const std::string& name, std::vector<Type> key, bool interval) {
  draft.declare({.name = name, .key = std::move(key), .interval = interval, .limit = {}, .size = {}});
}

void add_range(Draft& draft, const std::string& set, const net::Range& range, std::string comment) {
  draft.add(set, {Bytes{range.first.bytes()}, Bytes{range.last.bytes()}, {}, {}, std::move(comment), {}});
}

void add_types(Draft& draft, const std::string& set, std::initializer_list<std::uint8_t> types) {
  declare(draft, set, {Type::Icmp6Type}, false);
  for (const std::uint8_t type : types) {
    draft.add(set, {ruleset::bytes_of(type), {}, {}, {}, {}, {}});
  }
}

void write_groups(Draft& draft) {
  declare(draft, "group4", {Type::Ipv4Addr}, true);
  declare(draft, "group6", {Type::Ipv6Addr}, true);
  declare(draft, "linklocal4", {Type::Ipv4Addr}, true);
  declare(draft, "linklocal6", {Type::Ipv6Addr}, true);
  const auto add = [&](const std::string& set, std::string_view prefix) {
    add_range(draft, set, net::Prefix::parse(prefix)->range(), {});
  };
  add("group4", "224.0.0.0/24");
  add("group4", "255.255.255.255");
  add("group6", "ff02::/16");
  add("linklocal4", "0.0.0.0");
  add("linklocal4", "169.254.0.0/16");
  add("linklocal6", "::");
  add("linklocal6", "fe80::/10");
  add_types(draft, "neighbours", {135, 136});
  add_types(draft, "listeners", {130, 131, 132, kListenerReport});
  add_types(draft, "routers", {134, kRedirect});
}

/// Protocols with ports: the kernel's interval sets take no overlap, so ranges are merged.
void write_ports(Draft& draft, const std::string& set, const std::vector<net::Service>& services,
                 const std::string& comment) {
  declare(draft, set, {Type::InetProto, Type::InetService}, true);
  for (const net::Service& service : net::merged(services)) {
    const auto key = [&](std::uint16_t port) {
      Bytes made;
      return made.append(ruleset::bytes_of(service.protocol).view()).append(ruleset::bytes_of(port).view());
    };
    if (net::has_ports(service.protocol)) {
      draft.add(set, {key(service.first), key(service.last), {}, {}, comment, {}});
    }
  }
}

void write_management_sets(Draft& draft) {
  declare(draft, "management_ports", {Type::IfName}, false);
  declare(draft, "management4", {Type::Ipv4Addr}, true);
  declare(draft, "management6", {Type::Ipv6Addr}, true);
  declare(draft, "managed_icmp4", {Type::Icmp4Type}, false);
  declare(draft, "managed_icmp6", {Type::Icmp6Type}, false);
  const auto& management = draft.policy.management();
  write_ports(draft, "managed", management ? management->services : std::vector<net::Service>{}, {});
  if (!management) {
    return;
  }
  for (const std::string& interface : management->interfaces) {
    draft.add("management_ports", {ruleset::name_bytes(interface), {}, {}, {}, {}, {}});
  }
  std::vector<net::Range> ranges;
  for (const net::Prefix& network : management->networks) {
    ranges.push_back(network.range());
  }
  for (const net::Range& range : net::merged(std::move(ranges))) {
    add_range(draft, range.first.is_v4() ? "management4" : "management6", range, {});
  }
  std::set<Bytes> written;
  for (const net::Service& service : management->services) {
    const bool icmp = net::is_icmp(service.protocol);
    for (unsigned type = service.first; icmp && type <= service.last; ++type) {
      const Bytes key = ruleset::bytes_of(static_cast<std::uint8_t>(type));
      const std::string set = service.protocol == net::protocol::kIcmp ? "managed_icmp4" : "managed_icmp6";
      if (Bytes seen = key; written.insert(seen.append(ruleset::bytes_of(service.protocol).view())).second) {
        draft.add(set, {key, {}, {}, {}, {}, {}});
      }
    }
  }
}

std::string self_chain(const Permit& permit) { return "self_" + permit.id; }

Bytes self_key(std::uint32_t mark, std::uint8_t direction, const std::string& interface) {
  Bytes key;
  return key.append(ruleset::mark_bytes(mark).view())
      .append(ruleset::bytes_of(direction).view())
      .append(ruleset::name_bytes(interface).view());
}

std::vector<net::Range> targets_of(const policy::Policy& policy, const policy::End& end, net::Family family) {
  if (end.zone) {
    return policy.addresses_of(end, family);
  }
  std::vector<net::Range> ranges;
  for (const net::Prefix& network : end.hosts.empty() ? policy.management()->networks : end.hosts) {
    if (network.family() == family) {
      ranges.push_back(network.range());
    }
  }
  return net::merged(std::move(ranges));
}

/// One chain per self flow, or far leg of an exchange: its destinations, then its services.
Chain write_self_flow(Draft& draft, const Permit& permit, std::uint32_t mark,
                      const std::string& name) {
  const std::vector<Rule> none;
  Chain made = chain(name, none);
  for (const net::Family family : net::kFamilies) {
    const bool v4 = family == net::Family::V4;
    const std::string set = name + (v4 ? "_to4" : "_to6");
    declare(draft, set, {v4 ? Type::Ipv4Addr : Type::Ipv6Addr}, true);
    for (const net::Range& range : targets_of(draft.policy, permit.to, family)) {
      add_range(draft, set, range, permit.id);
    }
  }
  const std::string ports = name + "_ports";
  write_ports(draft, ports, permit.services, permit.id);
  const std::set<net::Service> services{permit.services.begin(), permit.services.end()};
  const ruleset::Statement set_mark = ruleset::SetMark{ruleset::Mark::Ct, mark};
  for (const net::Family family : net::kFamilies) {
    const bool v4 = family == net::Family::V4;
    const Field to = v4 ? Field::IpDaddr : Field::Ip6Daddr;
    const std::string set = name + (v4 ? "_to4" : "_to6");
    made.rules.push_back(rule({of(family), in({to}, set), in({Field::L4Proto, Field::ThDport}, ports), set_mark,
                               jump("self_if_live")}));
    for (const net::Service& service : services) {
      const bool same = service.protocol == (v4 ? net::protocol::kIcmp : net::protocol::kIcmp6);
      if (same && service.single()) {
        made.rules.push_back(rule({of(family), in({to}, set), l4(service.protocol),
                                   is(v4 ? Field::IcmpType : Field::Icmp6Type,
                                      ruleset::bytes_of(static_cast<std::uint8_t>(service.first))),
                                   set_mark, jump("self_if_live")}));
      } else if (!net::has_ports(service.protocol) && !net::is_icmp(service.protocol)) {
        made.rules.push_back(rule({of(family), in({to}, set), l4(service.protocol), set_mark, jump("self_if_live")}));
      }
    }
  }
  return made;
}

std::vector<Rule> write_self_flows(Draft& draft) {
  const std::vector<Type> key{Type::Mark, Type::CtDirection, Type::IfName};
  draft.declare({.name = "self_live", .key = key, .timeout = true, .counter = true, .limit = {}, .size = {}});
  draft.add(chain("self_if_live", {rule({in({Field::CtMark, Field::CtDirection, Field::OifName}, "self_live"), accept()})}));
  std::vector<Rule> rules;
  for (std::size_t i = 0; draft.tally.self_flows > 0 && i < draft.policy.permits().size(); ++i) {
    const Permit& permit = draft.policy.permits()[i];
    if (permit.kind != policy::PermitKind::SelfFlow || !policy::in_force(permit, draft.situation)) {
      continue;
    }
    const std::uint32_t mark = draft.allotted.permits[i];
    const auto ends = policy::end_of(permit, draft.situation);
    for (const std::string& interface : permit.to.zone ? draft.policy.zones()[*permit.to.zone].interfaces
                                                       : draft.policy.management()->interfaces) {
      draft.add("self_live", {self_key(mark, 0, interface), {}, {}, ends, permit.id, {}});
      draft.add("self_live", {self_key(mark, 1, interface), {}, {}, ends, permit.id, {}});
    }
    draft.add(write_self_flow(draft, permit, mark, self_chain(permit)));
    rules.push_back(rule({jump(self_chain(permit))}, permit.id));
  }
  write_legs(draft);
  for (const Exchange& exchange : draft.exchanges) {
    const Permit& permit = draft.policy.permits()[exchange.permit];
    const std::string name = "far_" + permit.id;
    draft.add(write_self_flow(draft, permit, exchange.far, name));
    rules.push_back(rule({is(Field::MetaMark, ruleset::mark_bytes(exchange.far)), jump(name)},
                         "far " + permit.id));
  }
  return rules;
}

Chain managed(net::Family family) {
  const bool v4 = family == net::Family::V4;
  const std::uint8_t icmp = v4 ? net::protocol::kIcmp : net::protocol::kIcmp6;
  return chain(v4 ? "managed4" : "managed6",
               {rule({of(family), not_in({v4 ? Field::IpSaddr : Field::Ip6Saddr}, v4 ? "management4" : "management6"),
                      go_to("unknown_source")}),
                rule({is_not(Field::FibDaddrIifType, ruleset::mark_bytes(kLocal)), go_to("unknown_source")}),
                rule({in({Field::L4Proto, Field::ThDport}, "managed"), accept()}),
                rule({of(family), l4(icmp), in({v4 ? Field::IcmpType : Field::Icmp6Type}, v4 ? "managed_icmp4" : "managed_icmp6"),
                      accept()}),
                rule({go_to("unknown_source")})});
}

Chain source_check(const Draft& draft, const std::string& name, const std::string& honest) {
  return chain(name, {rule({ipv6(), is(Field::FibSaddrType, ruleset::mark_bytes(kLocal)), go_to("spoofed_source")}),
                      mark_zone_of(Field::IpSaddr, draft), mark_zone_of(Field::Ip6Saddr, draft),
                      rule({not_in({Field::IifName, Field::MetaMark}, "port_zone"), go_to("spoofed_source")}),
                      rule({go_to(honest)})});
}

/// Where link-scope messages end that are no neighbour discovery: their senders may have link-local addresses alone.
void write_link_chains(Draft& draft) {
  const Rule foreign = rule({not_in({Field::IifName}, "zone_ports"), go_to("unknown_source")});
  draft.add(chain("to_group", {foreign, rule({ipv4(), in({Field::IpSaddr}, "linklocal4"), go_to("chatter")}),
                            rule({ipv6(), in({Field::Ip6Saddr}, "linklocal6"), go_to("chatter")}),
                            rule({go_to("group_source")})}));
  draft.add(source_check(draft, "group_source", "chatter"));
  draft.add(chain("router", {foreign, rule({ipv6(), in({Field::Ip6Saddr}, "linklocal6"), go_to("self_protected")}),
                             rule({go_to("to_self")})}));
  draft.add(chain("neighbour", {rule({in({Field::IifName}, "zone_ports"), accept()}),
                                rule({in({Field::IifName}, "management_ports"), accept()}),
                                rule({go_to("unknown_source")})}));
}

Rule icmp6_of(const std::string& types, ruleset::Statement then) {
  return rule({ipv6(), l4(net::protocol::kIcmp6), in({Field::Icmp6Type}, types), std::move(then)});
}
Rule icmp6_to_group(ruleset::Statement type, ruleset::Statement then) {
  return rule({ipv6(), in({Field::Ip6Daddr}, "group6"), l4(net::protocol::kIcmp6), std::move(type), std::move(then)});
}
ruleset::Statement icmp6_type(std::uint8_t type) { return is(Field::Icmp6Type, ruleset::bytes_of(type)); }
ruleset::Statement on_link() { return is(Field::Ip6HopLimit, ruleset::bytes_of(kOnLinkHopLimit)); }

void write_input(Draft& draft) {
  draft.add(managed(net::Family::V4));
  draft.add(managed(net::Family::V6));
  write_link_chains(draft);
  draft.add(source_check(draft, "to_self", "self_protected"));
  draft.add(source_check(draft, "far_group", "unknown_source"));
  Chain input{"input", ruleset::Hook{ruleset::HookPoint::Input, 0, true}, {}};
  input.rules = {
      rule({is(Field::IifName, ruleset::name_bytes("lo")), accept()}),
      // the only messages that come with an option by right: router alert (RFC 2236, RFC 2710)
      rule({ipv4(), in({Field::IpDaddr}, "group4"), l4(kIgmp), go_to("to_group")}),
      icmp6_to_group(in({Field::Icmp6Type}, "listeners"), go_to("to_group")),
      rule({ipv4(), is_not(Field::IpHeaderLength, ruleset::bytes_of(std::uint8_t{5})), go_to("invalid")}),
      rule({ipv6(), in({Field::Ip6NextHeader}, "extension_headers"), go_to("invalid")}),
      rule({in({Field::CtMark, Field::CtDirection, Field::IifName}, "self_live"), accept()}),
      rule({ipv6(), l4(net::protocol::kIcmp6), in({Field::Icmp6Type}, "neighbours"), on_link(), go_to("neighbour")}),
      icmp6_to_group(icmp6_type(kRouterSolicitation), go_to("to_group")),
      icmp6_of("routers", go_to("router")),
      rule({ct_state(kInvalid | kUntracked), go_to("invalid")}),
      rule({ipv4(), in({Field::IifName}, "management_ports"), go_to("managed4")}),
      rule({ipv6(), in({Field::IifName}, "management_ports"), go_to("managed6")}),
      rule({ipv4(), in({Field::IpDaddr}, "group4"), go_to("to_group")}),
      rule({ipv6(), in({Field::Ip6Daddr}, "group6"), go_to("to_group")}),
      rule({is(Field::FibDaddrType, ruleset::mark_bytes(kBroadcast)), go_to("to_group")}),
      rule({is(Field::FibDaddrType, ruleset::mark_bytes(kMulticast)), go_to("far_group")}),
      rule({go_to("to_self")}),
      rule({drop()})};
  if (draft.has("locked_ports")) {
    input.rules.insert(input.rules.begin() + 1, rule({jump("cut_input")}));
  }
  draft.add(std::move(input));
}

/// ICMP errors of the appliance about live connections, back into the zone the packet came from.
void write_errors(Draft& draft) {
  declare(draft, "errors4", {Type::Icmp4Type}, false);
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{3, 11, 12}) {
    draft.add("errors4", {ruleset::bytes_of(type), {}, {}, {}, {}, {}});
  }
  add_types(draft, "errors6", {1, 2, 3, 4});
  Chain error = chain("error", {mark_zone_of(Field::IpDaddr, draft), mark_zone_of(Field::Ip6Daddr, draft),
                            rule({in({Field::OifName, Field::MetaMark}, "port_zone"), in({Field::CtMark}, "known"), accept()}),
                            rule({go_to("self_protected")})});
  if (draft.has("locked_ports")) {
    error.rules.insert(error.rules.begin(), rule({jump("cut_own")}));
  }
  draft.add(std::move(error));
}

void write_output(Draft& draft, std::vector<Rule> self_flows) {
  write_errors(draft);
  draft.add(chain("own_neighbour", {rule({in({Field::OifName}, "zone_ports"), accept()}),
                                    rule({in({Field::OifName}, "management_ports"), accept()}),
                                    rule({go_to("self_protected")})}));
  Chain output{"output", ruleset::Hook{ruleset::HookPoint::Output, 0, true}, {}};
  output.rules = {
      rule({is(Field::OifName, ruleset::name_bytes("lo")), accept()}),
      rule({in({Field::CtMark, Field::CtDirection, Field::OifName}, "self_live"), accept()}),
      rule({ipv6(), l4(net::protocol::kIcmp6), in({Field::Icmp6Type}, "neighbours"), on_link(), go_to("own_neighbour")}),
      icmp6_to_group(icmp6_type(kListenerReport), accept()),
      // what send_redirects forbids for IPv4 has no switch in IPv6; the kernel's advice is nobody's violation
      rule({ipv6(), l4(net::protocol::kIcmp6), icmp6_type(kRedirect), go_to("chatter")}),
      rule({in({Field::OifName}, "management_ports"), is(Field::CtDirection, ruleset::bytes_of(std::uint8_t{1})), accept()}),
      rule({ipv4(), l4(net::protocol::kIcmp), in({Field::IcmpType}, "errors4"), ct_state(kRelated), go_to("error")}),
      rule({ipv6(), l4(net::protocol::kIcmp6), in({Field::Icmp6Type}, "errors6"), ct_state(kRelated), go_to("error")})};
  if (draft.has("locked_ports")) {
    output.rules.push_back(rule({jump("cut_own")}));
  }
  for (Rule& flow : self_flows) {
    output.rules.push_back(std::move(flow));
  }
  output.rules.push_back(rule({go_to("self_protected")}));
  output.rules.push_back(rule({drop()}));
  draft.add(std::move(output));
}

}  // namespace

void write_appliance(Draft& draft) {
  write_groups(draft);
  write_management_sets(draft);
  write_input(draft);
  write_output(draft, write_self_flows(draft));
}

}  // namespace sekisho::compile
