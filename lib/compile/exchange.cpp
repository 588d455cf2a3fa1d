// SPDX-License-Identifier: GPL-3.0-or-later
// Diversion: what an exchange covers goes to the relay's listener while the relay's heart beats,
// and is dropped when it does not. Nothing of it is ever forwarded.
#include "compile/claims.hpp"
#include "compile/rules.hpp"
#include "compile/table.hpp"

namespace sekisho::compile {
namespace {

using policy::Permit;
using ruleset::Bytes;
using ruleset::Rule;
using ruleset::SetShape;
using ruleset::Type;

std::string chain_of(const Permit& permit) {
  return "exchange_" + permit.id;
}

Bytes key_of(const std::string& interface, const Box& box, bool high) {
  Bytes key;
  return key.append(ruleset::name_bytes(interface).view())
      .append((high ? box.source.last : box.source.first).bytes())
      .append((high ? box.destination.last : box.destination.first).bytes())
      .append(ruleset::bytes_of(high ? box.service.last : box.service.first).view());
}

std::string map_of(Rank rank, net::Family family) {
  return std::string{rank == Rank::Exact ? "exchange_host" : "exchange_net"} +
         (family == net::Family::V4 ? '4' : '6');
}

std::vector<std::size_t> mail_exchanges(const policy::Policy& policy) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < policy.permits().size(); ++i) {
    if (policy::is_mail_exchange(policy.permits()[i])) {
      found.push_back(i);
    }
  }
  return found;
}

/// First packets by addresses and port, from the interfaces of the exchange's zone.
void write_map(Draft& draft, const std::vector<std::size_t>& permits, Rank rank,
               net::Family family) {
  const Type address = family == net::Family::V4 ? Type::Ipv4Addr : Type::Ipv6Addr;
  SetShape shape{.name = map_of(rank, family),
                 .key = {Type::IfName, address, address, Type::InetService},
                 .holds = ruleset::Holds::Verdicts,
                 .interval = rank != Rank::Exact,
                 .limit = {},
                 .size = {}};
  draft.declare(shape);
  const auto claims = claims_of(draft.policy, draft.situation, permits, rank, family);
  for (const Piece& piece : pieces_of(claims, rank)) {
    const Permit& permit = draft.policy.permits()[piece.permits.front()];
    if (piece.box.service.protocol != net::protocol::kTcp) {
      continue;
    }
    for (const std::string& interface : draft.policy.zones()[*permit.from.zone].interfaces) {
      draft.add(shape.name, {key_of(interface, piece.box, false),
                             shape.interval ? key_of(interface, piece.box, true) : Bytes{},
                             ruleset::Verdict{ruleset::VerdictKind::Goto, chain_of(permit)},
                             {},
                             permit.id,
                             {}});
    }
  }
}

/// What is wrong with a packet for another reason is left to the hooks behind, which say so.
std::vector<Rule> left_to_others() {
  return {
      rule({ct_state(kInvalid | kUntracked), accept()}),
      rule({is_not(Field::CtDirection, ruleset::bytes_of(std::uint8_t{0})), accept()}),
      rule({ipv4(), is_not(Field::IpHeaderLength, ruleset::bytes_of(std::uint8_t{5})), accept()}),
      rule({ipv6(), in({Field::Ip6NextHeader}, "extension_headers"), accept()}),
      // 2: RTN_LOCAL
      rule({ipv6(), is(Field::FibSaddrType, ruleset::mark_bytes(2)), accept()})};
}

void write_macs(Draft& draft, const Permit& permit, std::vector<Rule>& rules) {
  if (permit.from.macs.empty()) {
    return;
  }
  const std::string set = chain_of(permit) + "_macs";
  draft.declare({.name = set, .key = {Type::EtherAddr}, .limit = {}, .size = {}});
  for (const std::set<net::Mac> macs{permit.from.macs.begin(), permit.from.macs.end()};
       const net::Mac& mac : macs) {
    draft.add(set, {Bytes{mac.bytes()}, {}, {}, {}, permit.id, {}});
  }
  rules.push_back(rule({in({Field::EtherSaddr}, set), jump(chain_of(permit) + "_in")}));
  rules.push_back(rule({go_to("exchange_mac")}));
}

/// The mark is the connection's for good; whether it is alive is asked of every packet.
std::vector<Rule> to_the_relay(std::uint32_t number) {
  return {rule({ruleset::SetMark{ruleset::Mark::Ct, number}}), rule({meta_mark(number)}),
          rule({l4(net::protocol::kTcp), in({Field::MetaMark}, std::string{kHeartbeats}),
                ruleset::Tproxy{kRelayPort}, meta_mark(kDiverted), accept()}),
          rule({go_to("exchange_shut")})};
}

void write_chain(Draft& draft, std::size_t index) {
  const Permit& permit = draft.policy.permits()[index];
  const std::uint32_t number = draft.allotted.permits[index];
  std::vector<Rule> rules = left_to_others();
  if (!policy::in_force(permit, draft.situation)) {
    rules.push_back(rule({ruleset::SetMark{ruleset::Mark::Ct, number}, accept()}));
    draft.add("known", {ruleset::mark_bytes(number), {}, {}, {}, permit.id, {}});
    draft.add(chain(chain_of(permit), std::move(rules)));
    return;
  }
  write_macs(draft, permit, rules);
  std::vector<Rule> relayed = to_the_relay(number);
  if (permit.from.macs.empty()) {
    std::ranges::move(relayed, std::back_inserter(rules));
  } else {
    draft.add(chain(chain_of(permit) + "_in", std::move(relayed)));
  }
  draft.add(chain(chain_of(permit), std::move(rules)));
}

Bytes leg_key(std::uint32_t mark, std::uint8_t direction, const std::string& interface) {
  Bytes key;
  return key.append(ruleset::mark_bytes(mark).view())
      .append(ruleset::bytes_of(direction).view())
      .append(ruleset::name_bytes(interface).view());
}

/// The legs are the appliance's own connections, alive as its own flows are.
void write_leg(Draft& draft, const Permit& permit, std::uint32_t mark, policy::ZoneIndex zone,
               const std::string& comment) {
  const auto ends = policy::end_of(permit, draft.situation);
  for (const std::string& interface : draft.policy.zones()[zone].interfaces) {
    for (const std::uint8_t direction : std::initializer_list<std::uint8_t>{0, 1}) {
      draft.add("self_live", {leg_key(mark, direction, interface), {}, {}, ends, comment, {}});
    }
  }
}

}  // namespace

void write_legs(Draft& draft) {
  for (const std::size_t i : mail_exchanges(draft.policy)) {
    const Permit& permit = draft.policy.permits()[i];
    const std::uint32_t near = draft.allotted.permits[i];
    const std::uint32_t far = draft.allotted.far[i];
    if (policy::in_force(permit, draft.situation)) {
      write_leg(draft, permit, near, *permit.from.zone, permit.id);
      write_leg(draft, permit, far, *permit.to.zone, "far " + permit.id);
      draft.exchanges.push_back({i, permit.id, near, far});
    }
  }
}

void write_exchanges(Draft& draft) {
  const std::vector<std::size_t> exchanges = mail_exchanges(draft.policy);
  if (exchanges.empty()) {
    return;
  }
  draft.declare({.name = std::string{kHeartbeats},
                 .key = {Type::Mark},
                 .timeout = true,
                 .limit = {},
                 .size = {}});
  const std::vector<std::size_t> ordered = by_precedence(draft.policy, draft.situation, exchanges);
  std::vector<Rule> divert;
  for (const Rank rank : {Rank::Exact, Rank::Ranges}) {
    for (const net::Family family : net::kFamilies) {
      const bool v4 = family == net::Family::V4;
      write_map(draft, ordered, rank, family);
      divert.push_back(
          rule({of(family), l4(net::protocol::kTcp),
                ruleset::MapVerdict{{Field::IifName, v4 ? Field::IpSaddr : Field::Ip6Saddr,
                                     v4 ? Field::IpDaddr : Field::Ip6Daddr, Field::ThDport},
                                    map_of(rank, family)}}));
    }
  }
  divert.push_back(rule({accept()}));
  for (const std::size_t i : exchanges) {
    write_chain(draft, i);
  }
  draft.add(ruleset::Chain{"divert",
                           ruleset::Hook{ruleset::HookPoint::Prerouting, kMangle, true, {}},
                           std::move(divert)});
}

}  // namespace sekisho::compile
