// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

#include <algorithm>
#include <iterator>

namespace sekisho::compile {
namespace {

using ruleset::Chain;
using ruleset::Rule;
using ruleset::Type;

constexpr std::uint32_t kBoundBit = 0x80;

std::uint32_t number(Reason reason) { return static_cast<std::uint32_t>(reason); }

/// A reason found while `meta mark` is the destination zone.
Chain reason_here(Reason reason) {
  return chain(std::string{name_of(reason)},
               {rule({meta_mark_from({Field::IifName, Field::MetaMark}, "pair")}),
                rule({or_mark(number(reason))}), rule({go_to("count")})});
}

/// A reason found earlier: the destination zone must be looked up first.
Chain reason_before(Reason reason, std::string_view name = {}) {
  return chain(std::string{name.empty() ? name_of(reason) : name},
               {rule({jump("to_zone")}), rule({or_mark(number(reason))}), rule({go_to("count")})});
}

void write_reasons(Draft& draft) {
  draft.add(chain("count", {rule({in({Field::MetaMark}, "sample"), ruleset::Log{kLogGroup, 128, 1}}),
                            rule({in({Field::MetaMark}, "drops"), drop()}),
                            rule({ruleset::Counter{}, drop()}, "words that were forgotten: stays 0")}));
  draft.add(chain("to_zone", {mark_zone_of(Field::IpDaddr, draft), mark_zone_of(Field::Ip6Daddr, draft),
                              rule({meta_mark_from({Field::IifName, Field::MetaMark}, "pair")})}));
  draft.add(reason_here(Reason::CrossZone));
  draft.add(reason_here(Reason::Misrouted));
  draft.add(reason_here(Reason::UnknownZone));
  draft.add(reason_here(Reason::Expired));
  if (std::ranges::any_of(draft.policy.permits(), policy::is_mail_exchange)) {
    draft.add(reason_before(Reason::CrossZone, "exchange_shut"));
    draft.add(reason_before(Reason::MacMismatch, "exchange_mac"));
  }
  draft.add(reason_before(Reason::Lockdown));
  draft.add(reason_before(Reason::Invalid));
  draft.add(reason_before(Reason::SelfProtected));
  draft.add(reason_before(Reason::Chatter));
  Chain mac = reason_here(Reason::MacMismatch);
  mac.rules.insert(mac.rules.begin(), rule({ruleset::ChangeMark{ruleset::Mark::Meta, ~kBoundBit, 0}}));
  draft.add(std::move(mac));
  draft.add(chain("unknown_source", {rule({jump("to_zone")}), rule({or_mark(number(Reason::UnknownZone))}),
                                     rule({go_to("count")})}));
  Chain spoofed = reason_before(Reason::SpoofedSource);
  spoofed.rules.insert(spoofed.rules.begin(),
                       rule({not_in({Field::IifName}, "zone_ports"), go_to("unknown_source")}));
  draft.add(std::move(spoofed));
  draft.add(chain("astray", {rule({is(Field::MetaMark, ruleset::mark_bytes(0)), go_to("unknown_zone")}),
                             rule({go_to("misrouted")})}));
}

const std::vector<Field> kLive{Field::CtMark, Field::CtDirection, Field::IifName, Field::OifName};

std::vector<Field> live_and(Field last) {
  std::vector<Field> key = kLive;
  key.push_back(last);
  return key;
}

Rule live() { return rule({in(kLive, "live"), go_to("pass")}); }
Rule undecided() { return rule({is(Field::CtMark, ruleset::mark_bytes(0)), go_to("decide")}); }

std::vector<Rule> live_by_mac(const Draft& draft) {
  return draft.has("live_mac") ? std::vector{rule({in(live_and(Field::EtherSaddr), "live_mac"), go_to("pass")})}
                               : std::vector<Rule>{};
}

std::vector<Rule> live_by_next_hop(const Draft& draft) {
  return draft.has("live_hop4")
             ? std::vector{rule({ipv4(), in(live_and(Field::NextHop4), "live_hop4"), go_to("pass")}),
                           rule({ipv6(), in(live_and(Field::NextHop6), "live_hop6"), go_to("pass")})}
             : std::vector<Rule>{};
}

void append(std::vector<Rule>& rules, std::vector<Rule> more) {
  std::ranges::move(more, std::back_inserter(rules));
}

/// Whether the packet leaves into a zone with declared next hops.
ruleset::Statement leaves_gated(const Draft& draft) {
  std::vector<std::string> interfaces;
  for (const policy::Zone& zone : draft.policy.zones()) {
    if (!zone.gateways.empty()) {
      interfaces.insert(interfaces.end(), zone.interfaces.begin(), zone.interfaces.end());
    }
  }
  return interfaces.size() == 1 ? is(Field::OifName, ruleset::name_bytes(interfaces.front()))
                                : in({Field::OifName}, "gated");
}

/// One lookup for a packet of a live connection, whichever set it is in: those into a zone with declared next hops are
/// never in the set without.
void write_base(Draft& draft) {
  std::vector<Rule> rules;
  if (draft.has("gated")) {
    std::vector<Rule> gated = live_by_next_hop(draft);
    gated.push_back(undecided());
    append(gated, live_by_mac(draft));
    gated.push_back(rule({go_to("decide")}));
    draft.add(chain("forward_gated", std::move(gated)));
    rules.push_back(rule({leaves_gated(draft), go_to("forward_gated")}));
  }
  rules.push_back(live());
  rules.push_back(undecided());
  append(rules, live_by_mac(draft));
  rules.push_back(rule({go_to("decide")}));
  rules.push_back(rule({drop()}));
  draft.add(Chain{"forward", ruleset::Hook{ruleset::HookPoint::Forward, 0, true}, std::move(rules)});
}

/// No options and no extension headers; RELATED only as ICMP with an honest outer source.
void write_pass(Draft& draft) {
  draft.add(chain("pass", {rule({ipv4(), is_not(Field::IpHeaderLength, ruleset::bytes_of(std::uint8_t{5})),
                                 go_to("invalid")}),
                           rule({ipv6(), in({Field::Ip6NextHeader}, "extension_headers"), go_to("invalid")}),
                           rule({ct_state(kRelated), go_to("related")}), rule({accept()})}));
  draft.add(chain("related", {rule({l4(net::protocol::kIcmp), go_to("related_source")}),
                              rule({l4(net::protocol::kIcmp6), go_to("related_source")}),
                              rule({go_to("invalid")})}));
  draft.add(chain("related_source",
                  {mark_zone_of(Field::IpSaddr, draft), mark_zone_of(Field::Ip6Saddr, draft),
                   rule({in({Field::IifName, Field::MetaMark}, "port_zone"), accept()}),
                   rule({go_to("spoofed_source")})}));
  std::vector<Rule> if_live{live()};
  append(if_live, live_by_mac(draft));
  append(if_live, live_by_next_hop(draft));
  if_live.push_back(rule({in({Field::CtMark}, "bound"), or_mark(kBoundBit)}));
  draft.add(chain("if_live", std::move(if_live)));
  draft.add(chain("unmatched", {rule({ruleset::HasBits{Field::MetaMark, kBoundBit}, go_to("mac_mismatch")}),
                                rule({in({Field::CtMark}, "known"), go_to("expired")}),
                                rule({go_to("cross_zone")})}));
}

Chain decide(const Draft& draft, net::Family family) {
  const bool v4 = family == net::Family::V4;
  std::vector<Rule> rules;
  if (v4) {
    rules.push_back(rule({ipv4(), is_not(Field::IpHeaderLength, ruleset::bytes_of(std::uint8_t{5})), go_to("invalid")}));
  } else {
    rules.push_back(rule({ipv6(), in({Field::Ip6NextHeader}, "extension_headers"), go_to("invalid")}));
    // the kernel refuses its own IPv4 addresses as source, not its IPv6 ones; 2: RTN_LOCAL
    rules.push_back(rule({is(Field::FibSaddrType, ruleset::mark_bytes(2)), go_to("spoofed_source")}));
  }
  rules.push_back(mark_zone_of(v4 ? Field::IpSaddr : Field::Ip6Saddr, draft));
  rules.push_back(rule({not_in({Field::IifName, Field::MetaMark}, "port_zone"), go_to("spoofed_source")}));
  rules.push_back(mark_zone_of(v4 ? Field::IpDaddr : Field::Ip6Daddr, draft));
  rules.push_back(rule({not_in({Field::OifName, Field::MetaMark}, "port_zone"), go_to("astray")}));
  if (draft.has("gated")) {
    rules.push_back(rule({in({Field::OifName}, "gated"), go_to(v4 ? "next_hop4" : "next_hop6")}));
  }
  rules.push_back(rule({go_to("decide_pair")}));
  return chain(v4 ? "decide4" : "decide6", std::move(rules));
}

}  // namespace

void write_forward(Draft& draft) {
  write_reasons(draft);
  // RFC 7045: hop-by-hop, routing, authentication, destination options, mobility, HIP, shim6; and the fragment header,
  // which defragmentation has taken away unless a second one stood behind it
  draft.declare({.name = "extension_headers", .key = {Type::InetProto}, .limit = {}, .size = 64});
  for (const int header : {0, 43, 44, 51, 60, 135, 139, 140}) {
    draft.add("extension_headers", {ruleset::bytes_of(static_cast<std::uint8_t>(header)), {}, {}, {}, {}, {}});
  }
  write_pass(draft);
  Chain judge = chain("decide", {rule({ct_state(kInvalid | kUntracked), go_to("invalid")}),
                                 rule({ipv4(), go_to("decide4")}), rule({ipv6(), go_to("decide6")}),
                                 rule({go_to("invalid")})});
  if (draft.has("locked_ports")) {
    judge.rules.insert(judge.rules.begin(), rule({jump("cut")}));
  }
  draft.add(std::move(judge));
  draft.add(decide(draft, net::Family::V4));
  draft.add(decide(draft, net::Family::V6));
  if (draft.has("gated")) {
    draft.add(chain("next_hop4", {rule({ipv4(), in({Field::OifName, Field::NextHop4}, "next_hops4"), go_to("decide_pair")}),
                                  rule({go_to("misrouted")})}));
    draft.add(chain("next_hop6", {rule({ipv6(), in({Field::OifName, Field::NextHop6}, "next_hops6"), go_to("decide_pair")}),
                                  rule({go_to("misrouted")})}));
  }
  draft.add(chain("decide_pair", {rule({ct_state(kRelated), go_to("cross_zone")}),
                                  rule({ruleset::MapVerdict{{Field::IifName, Field::OifName}, "pairs"}}),
                                  rule({go_to("cross_zone")})}));
  write_base(draft);
}

}  // namespace sekisho::compile
