// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/claims.hpp"
#include "compile/rules.hpp"

namespace sekisho::compile {
namespace {

using policy::Permit;
using policy::PermitKind;
using policy::ZoneIndex;
using ruleset::Bytes;
using ruleset::Element;
using ruleset::Holds;
using ruleset::Rule;
using ruleset::SetShape;
using ruleset::Type;

/// How the part of a packet above its addresses is looked up.
enum class Above : std::uint8_t { Ports, Icmp, Protocol };

Above above_of(std::uint8_t protocol) {
  return net::has_ports(protocol) ? Above::Ports : net::is_icmp(protocol) ? Above::Icmp : Above::Protocol;
}

/// One lookup of a pair's chains: the map, and its key in both directions of a connection.
struct Lookup {
  std::string map;
  std::vector<ruleset::Statement> proof;  ///< what makes the key's fields meaningful
  std::vector<Field> forth;
  std::vector<Field> back;
  std::vector<Type> types;
};

Lookup lookup_for(const std::string& pair, Rank rank, net::Family family, Above above, std::size_t slot) {
  const bool v4 = family == net::Family::V4;
  static constexpr std::array<std::string_view, 3> kRankNames{"host", "net", "zone"};
  static constexpr std::array<std::string_view, 3> kAboveNames{"port", "icmp", "proto"};
  Lookup made;
  made.map = pair + '_' + std::string{kRankNames.at(static_cast<std::size_t>(rank))} + '_' +
             std::string{kAboveNames.at(static_cast<std::size_t>(above))} + (v4 ? '4' : '6') +
             (slot == 0 ? "" : "_" + std::to_string(slot + 1));
  made.proof.push_back(of(family));
  if (rank != Rank::Zone) {
    made.forth = v4 ? std::vector{Field::IpSaddr, Field::IpDaddr} : std::vector{Field::Ip6Saddr, Field::Ip6Daddr};
    made.back = {made.forth[1], made.forth[0]};
    made.types.assign(2, v4 ? Type::Ipv4Addr : Type::Ipv6Addr);
  }
  if (above == Above::Icmp) {
    made.proof.push_back(l4(v4 ? net::protocol::kIcmp : net::protocol::kIcmp6));
    made.forth.push_back(v4 ? Field::IcmpType : Field::Icmp6Type);
    made.back.push_back(made.forth.back());
    made.types.push_back(v4 ? Type::Icmp4Type : Type::Icmp6Type);
    return made;
  }
  made.forth.push_back(Field::L4Proto);
  made.back.push_back(Field::L4Proto);
  made.types.push_back(Type::InetProto);
  if (above == Above::Ports) {
    made.forth.push_back(Field::ThDport);
    made.back.push_back(Field::ThSport);
    made.types.push_back(Type::InetService);
  }
  return made;
}

/// Low and high key of a piece.
std::pair<Bytes, Bytes> keys_of(const Box& box, Rank rank) {
  const auto key = [&](bool high) {
    Bytes made;
    if (rank != Rank::Zone) {
      made.append((high ? box.source.last : box.source.first).bytes());
      made.append((high ? box.destination.last : box.destination.first).bytes());
    }
    const std::uint16_t selector = high ? box.service.last : box.service.first;
    const std::uint8_t protocol = box.service.protocol;
    switch (above_of(protocol)) {
      case Above::Ports:
        return made.append(ruleset::bytes_of(protocol).view()).append(ruleset::bytes_of(selector).view());
      case Above::Icmp: return made.append(ruleset::bytes_of(static_cast<std::uint8_t>(selector)).view());
      case Above::Protocol: break;
    }
    return made.append(ruleset::bytes_of(protocol).view());
  };
  return {key(false), key(true)};
}

/// A key of one field is not padded.
Bytes trimmed(const Bytes& key, const std::vector<Type>& types) {
  return types.size() > 1 ? key : Bytes{key.view().first(ruleset::length_of(types.front()))};
}

/// A reply to an ICMP query is found by its own type, in the same map: no query has that type.
std::vector<Box> with_replies(const Box& box) {
  std::vector<Box> boxes{box};
  if (net::is_icmp(box.service.protocol)) {
    for (unsigned type = box.service.first; type <= box.service.last; ++type) {
      const auto reply = net::icmp_reply_type(box.service.protocol, static_cast<std::uint8_t>(type));
      if (reply && (*reply < box.service.first || *reply > box.service.last)) {
        Box back = box;
        back.service.first = back.service.last = *reply;
        boxes.push_back(back);
      }
    }
  }
  return boxes;
}

class PairWriter {
 public:
  PairWriter(Draft& draft, ZoneIndex from, ZoneIndex to)
      : draft_{draft},
        name_{draft.policy.zones()[from].name + "_to_" + draft.policy.zones()[to].name} {}

  /// Writes the maps and gives the lookups to make, in order of precedence.
  std::vector<Lookup> write(const std::vector<std::size_t>& permits) {
    for (const Rank rank : kRanks) {
      for (const net::Family family : net::kFamilies) {
        write_rank(permits, rank, family);
      }
    }
    return std::move(lookups_);
  }

 private:
  void write_rank(const std::vector<std::size_t>& permits, Rank rank, net::Family family) {
    std::map<std::pair<std::size_t, Above>, std::vector<std::pair<Box, std::size_t>>> maps;
    for (const Piece& piece : pieces_of(draft_.policy, draft_.situation, permits, rank, family)) {
      for (std::size_t slot = 0; slot < piece.permits.size(); ++slot) {
        for (const Box& box : with_replies(piece.box)) {
          maps[{slot, above_of(box.service.protocol)}].emplace_back(box, piece.permits[slot]);
        }
      }
    }
    for (const auto& [place, entries] : maps) {
      write_map(lookup_for(name_, rank, family, place.second, place.first), rank, entries);
    }
  }

  void write_map(Lookup lookup, Rank rank, const std::vector<std::pair<Box, std::size_t>>& entries) {
    SetShape shape{.name = lookup.map, .key = lookup.types, .holds = Holds::Marks, .limit = {}, .size = {}};
    for (const auto& [box, _] : entries) {
      const auto [low, high] = keys_of(box, rank);
      shape.interval = shape.interval || low != high;
    }
    draft_.declare(shape);
    for (const auto& [box, permit] : entries) {
      const auto [low, high] = keys_of(box, rank);
      Element element{trimmed(low, lookup.types), {}, draft_.allotted.permits[permit], {},
                      draft_.policy.permits()[permit].id, {}};
      if (shape.interval) {
        element.key_end = trimmed(high, lookup.types);
      }
      draft_.add(shape.name, std::move(element));
    }
    lookups_.push_back(std::move(lookup));
  }

  Draft& draft_;
  std::string name_;
  std::vector<Lookup> lookups_;
};

Bytes live_key(std::uint32_t mark, std::uint8_t direction, const std::string& in_name, const std::string& out_name) {
  Bytes key;
  return key.append(ruleset::mark_bytes(mark).view())
      .append(ruleset::bytes_of(direction).view())
      .append(ruleset::name_bytes(in_name).view())
      .append(ruleset::name_bytes(out_name).view());
}

/// One side's view of a permit in force: what its packets must show on every packet.
struct Way {
  std::uint8_t direction;  ///< 0 original, 1 reply
  ZoneIndex from;
  ZoneIndex to;
  const std::vector<net::Mac>& macs;  ///< of the sender
};

void write_way(Draft& draft, std::uint32_t mark, const Way& way, const std::string& comment,
               std::optional<policy::Instant> ends) {
  const policy::Zone& from = draft.policy.zones()[way.from];
  const policy::Zone& to = draft.policy.zones()[way.to];
  for (const std::string& in_name : from.interfaces) {
    for (const std::string& out_name : to.interfaces) {
      const Bytes key = live_key(mark, way.direction, in_name, out_name);
      if (way.macs.empty() && to.gateways.empty()) {
        draft.add("live", {key, {}, {}, ends, comment, {}});
      }
      for (const net::Mac& mac : way.macs) {
        draft.add("live_mac", {Bytes{key}.append(mac.bytes()), {}, {}, ends, comment, {}});
      }
      if (way.macs.empty()) {
        for (const net::Address& gateway : to.gateways) {
          draft.add(gateway.is_v4() ? "live_hop4" : "live_hop6",
                    {Bytes{key}.append(gateway.bytes()), {}, {}, ends, comment, {}});
        }
      }
    }
  }
}

void declare_live_sets(Draft& draft) {
  const std::vector<Type> key{Type::Mark, Type::CtDirection, Type::IfName, Type::IfName};
  const auto declare = [&](const std::string& name, std::optional<Type> last) {
    SetShape shape{.name = name, .key = key, .timeout = true, .counter = true, .limit = {}, .size = {}};
    if (last) {
      shape.key.push_back(*last);
    }
    draft.declare(shape);
  };
  declare("live", std::nullopt);
  bool macs = false;
  for (const Permit& permit : draft.policy.permits()) {
    macs = macs || !permit.from.macs.empty() || !permit.to.macs.empty();
  }
  if (macs) {
    declare("live_mac", Type::EtherAddr);
  }
  bool gateways = false;
  for (const policy::Zone& zone : draft.policy.zones()) {
    gateways = gateways || !zone.gateways.empty();
  }
  if (gateways) {
    declare("live_hop4", Type::Ipv4Addr);
    declare("live_hop6", Type::Ipv6Addr);
  }
  draft.declare({.name = "known", .key = {Type::Mark}, .limit = {}, .size = {}});
  draft.declare({.name = "bound", .key = {Type::Mark}, .timeout = true, .limit = {}, .size = {}});
}

void write_gateways(Draft& draft) {
  if (!draft.has("live_hop4")) {
    return;
  }
  draft.declare({.name = "gated", .key = {Type::IfName}, .limit = {}, .size = 1024});
  draft.declare({.name = "next_hops4", .key = {Type::IfName, Type::Ipv4Addr}, .limit = {}, .size = 4096});
  draft.declare({.name = "next_hops6", .key = {Type::IfName, Type::Ipv6Addr}, .limit = {}, .size = 4096});
  for (const policy::Zone& zone : draft.policy.zones()) {
    for (const std::string& interface : zone.gateways.empty() ? std::vector<std::string>{} : zone.interfaces) {
      draft.add("gated", {ruleset::name_bytes(interface), {}, {}, {}, zone.name, {}});
      for (const net::Address& gateway : zone.gateways) {
        Bytes key;
        key.append(ruleset::name_bytes(interface).view()).append(gateway.bytes());
        draft.add(gateway.is_v4() ? "next_hops4" : "next_hops6", {key, {}, {}, {}, zone.name, {}});
      }
    }
  }
}

bool forwarded(const Permit& permit) {
  return permit.kind == PermitKind::Flow || permit.kind == PermitKind::SpecificFlow;
}

void write_live(Draft& draft) {
  const std::vector<net::Mac> any;
  for (std::size_t i = 0; i < draft.policy.permits().size(); ++i) {
    const Permit& permit = draft.policy.permits()[i];
    if (!forwarded(permit)) {
      continue;
    }
    const std::uint32_t mark = draft.allotted.permits[i];
    draft.permit_ids[mark] = permit.id;
    draft.add("known", {ruleset::mark_bytes(mark), {}, {}, {}, permit.id, {}});
    if (!policy::in_force(permit, draft.situation)) {
      continue;
    }
    const auto ends = policy::end_of(permit, draft.situation);
    write_way(draft, mark, {0, *permit.from.zone, *permit.to.zone, permit.from.macs}, permit.id, ends);
    write_way(draft, mark, {1, *permit.to.zone, *permit.from.zone, permit.to.macs}, permit.id, ends);
    if (!permit.from.macs.empty() || !permit.to.macs.empty()) {
      draft.add("bound", {ruleset::mark_bytes(mark), {}, {}, ends, permit.id, {}});
    }
  }
  for (ZoneIndex zone = 0; zone < draft.policy.zones().size(); ++zone) {
    if (draft.policy.zones()[zone].intra_zone_allow && !draft.situation.locked.contains(zone)) {
      const std::string comment = "intra " + draft.policy.zones()[zone].name;
      write_way(draft, draft.allotted.intra[zone], {0, zone, zone, any}, comment, std::nullopt);
      write_way(draft, draft.allotted.intra[zone], {1, zone, zone, any}, comment, std::nullopt);
    }
  }
}

Rule try_lookup(const Lookup& lookup, bool reply) {
  Rule made;
  made.statements = lookup.proof;
  made.statements.push_back(ct_mark_from(reply ? lookup.back : lookup.forth, lookup.map));
  made.statements.push_back(jump("if_live"));
  return made;
}

using Pair = std::pair<ZoneIndex, ZoneIndex>;

/// The chain of packets from one zone to another: first packets by the permits of this pair, replies by those of the
/// other direction with the ends swapped, so that a live connection is decided again by whichever packet comes first.
void write_pair_chains(Draft& draft, const Pair& pair, const std::map<Pair, std::vector<Lookup>>& lookups) {
  const std::vector<policy::Zone>& zones = draft.policy.zones();
  const std::string name = zones[pair.first].name + "_to_" + zones[pair.second].name;
  const bool intra = pair.first == pair.second && zones[pair.first].intra_zone_allow;
  const auto rules_of = [&](const Pair& of_pair, bool reply) {
    std::vector<Rule> rules;
    if (const auto found = lookups.find(of_pair); found != lookups.end()) {
      for (const Lookup& lookup : found->second) {
        rules.push_back(try_lookup(lookup, reply));
      }
    }
    if (intra) {
      rules.push_back(rule({ruleset::SetMark{ruleset::Mark::Ct, draft.allotted.intra[pair.first]}, jump("if_live")}));
    }
    rules.push_back(rule({go_to("unmatched")}));
    return rules;
  };
  std::vector<Rule> rules = rules_of(pair, false);
  rules.insert(rules.begin(), rule({is(Field::CtDirection, ruleset::bytes_of(std::uint8_t{1})), go_to(name + "_reply")}));
  draft.add(chain(name, std::move(rules)));
  draft.add(chain(name + "_reply", rules_of({pair.second, pair.first}, true)));
  for (const std::string& in_name : zones[pair.first].interfaces) {
    for (const std::string& out_name : zones[pair.second].interfaces) {
      Bytes key;
      key.append(ruleset::name_bytes(in_name).view()).append(ruleset::name_bytes(out_name).view());
      draft.add("pairs", {key, {}, ruleset::Verdict{ruleset::VerdictKind::Goto, name}, {}, {}, {}});
    }
  }
}

}  // namespace

void write_permits(Draft& draft) {
  declare_live_sets(draft);
  write_gateways(draft);
  write_live(draft);
  std::map<Pair, std::vector<std::size_t>> permits;
  for (std::size_t i = 0; i < draft.policy.permits().size(); ++i) {
    const Permit& permit = draft.policy.permits()[i];
    if (forwarded(permit)) {
      permits[{*permit.from.zone, *permit.to.zone}].push_back(i);
    }
  }
  std::map<Pair, std::vector<Lookup>> lookups;
  std::set<Pair> pairs;
  for (auto& [pair, indices] : permits) {
    lookups[pair] = PairWriter{draft, pair.first, pair.second}.write(
        by_precedence(draft.policy, draft.situation, std::move(indices)));
    pairs.insert({pair, {pair.second, pair.first}});
  }
  for (ZoneIndex zone = 0; zone < draft.policy.zones().size(); ++zone) {
    if (draft.policy.zones()[zone].intra_zone_allow) {
      pairs.insert({zone, zone});
    }
  }
  draft.declare({.name = "pairs", .key = {Type::IfName, Type::IfName}, .holds = Holds::Verdicts, .limit = {}, .size = 65536});
  for (const Pair& pair : pairs) {
    write_pair_chains(draft, pair, lookups);
  }
}

}  // namespace sekisho::compile
