// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/lookups.hpp"
#include "compile/rules.hpp"

#include <functional>
#include <set>

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

/// Takes what belongs into which set.
using Put = std::function<void(const std::string&, Element)>;

void put_way(const Side& side, std::uint32_t mark, const Way& way, const std::string& comment,
             std::optional<policy::Instant> ends, const Put& put) {
  const policy::Zone& from = side.policy.zones()[way.from];
  const policy::Zone& to = side.policy.zones()[way.to];
  for (const std::string& in_name : from.interfaces) {
    for (const std::string& out_name : to.interfaces) {
      const Bytes key = live_key(mark, way.direction, in_name, out_name);
      if (way.macs.empty() && to.gateways.empty()) {
        put("live", {key, {}, {}, ends, comment, {}});
      }
      for (const net::Mac& mac : way.macs) {
        put("live_mac", {Bytes{key}.append(mac.bytes()), {}, {}, ends, comment, {}});
      }
      if (way.macs.empty()) {
        for (const net::Address& gateway : to.gateways) {
          put(gateway.is_v4() ? "live_hop4" : "live_hop6",
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
  if (draft.tally.with_macs > 0) {
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

/// What one permit puts into the sets that say which marks are alive.
void put_permit(const Side& side, std::size_t index, const Put& put) {
  const Permit& permit = side.policy.permits()[index];
  if (!forwarded(permit)) {
    return;
  }
  const std::uint32_t mark = side.marks[index];
  put("known", {ruleset::mark_bytes(mark), {}, {}, {}, permit.id, {}});
  if (!policy::in_force(permit, side.situation)) {
    return;
  }
  const auto ends = policy::end_of(permit, side.situation);
  put_way(side, mark, {0, *permit.from.zone, *permit.to.zone, permit.from.macs}, permit.id, ends, put);
  put_way(side, mark, {1, *permit.to.zone, *permit.from.zone, permit.to.macs}, permit.id, ends, put);
  if (!permit.from.macs.empty() || !permit.to.macs.empty()) {
    put("bound", {ruleset::mark_bytes(mark), {}, {}, ends, permit.id, {}});
  }
}

void put_inside(const Side& side, const Put& put) {
  const std::vector<net::Mac> any;
  for (ZoneIndex zone = 0; zone < side.policy.zones().size(); ++zone) {
    if (side.policy.zones()[zone].intra_zone_allow && !side.situation.locked.contains(zone)) {
      const std::string comment = "intra " + side.policy.zones()[zone].name;
      put_way(side, side.intra[zone], {0, zone, zone, any}, comment, std::nullopt, put);
      put_way(side, side.intra[zone], {1, zone, zone, any}, comment, std::nullopt, put);
    }
  }
}

void write_live(Draft& draft) {
  const Put add = [&](const std::string& set, Element element) { draft.add(set, std::move(element)); };
  for (std::size_t i = 0; i < draft.policy.permits().size(); ++i) {
    put_permit(draft.now(), i, add);
  }
  put_inside(draft.now(), add);
}

void update_live(Draft& draft) {
  using BySet = std::map<std::string, std::vector<Element>>;
  const auto gather = [](const Side& side, std::size_t first, std::size_t end) {
    BySet all;
    const Put into = [&](const std::string& set, Element element) { all[set].push_back(std::move(element)); };
    for (std::size_t i = first; i < end; ++i) {
      put_permit(side, i, into);
    }
    put_inside(side, into);
    return all;
  };
  BySet gone = gather(draft.then(), draft.changed()->first, draft.changed()->then_end);
  BySet come = gather(draft.now(), draft.changed()->first, draft.changed()->now_end);
  for (const std::string set : {"known", "bound", "live", "live_mac", "live_hop4", "live_hop6"}) {
    if (draft.has(set)) {
      draft.edit(draft.shape(set), std::move(gone[set]), std::move(come[set]));
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

void write_all_maps(Draft& draft) {
  std::map<Pair, std::vector<std::size_t>> permits;
  for (std::size_t i = 0; i < draft.policy.permits().size(); ++i) {
    const Permit& permit = draft.policy.permits()[i];
    if (forwarded(permit)) {
      permits[{*permit.from.zone, *permit.to.zone}].push_back(i);
    }
  }
  for (auto& [pair, indices] : permits) {
    write_maps(draft, pair, by_precedence(draft.policy, draft.situation, std::move(indices)));
  }
}

void update_all_maps(Draft& draft) {
  for (const auto& [pair, _] : draft.tally.pairs) {
    update_maps(draft, pair);
  }
}

}  // namespace

void write_permits(Draft& draft) {
  declare_live_sets(draft);
  write_gateways(draft);
  if (draft.changed()) {
    update_live(draft);
    update_all_maps(draft);
  } else {
    write_live(draft);
    write_all_maps(draft);
  }
  std::map<Pair, std::vector<Lookup>> lookups;
  std::set<Pair> pairs;
  for (const auto& [pair, _] : draft.tally.pairs) {
    lookups[pair] = lookups_of(draft, pair);
    pairs.insert({pair, {pair.second, pair.first}});
  }
  for (ZoneIndex zone = 0; zone < draft.policy.zones().size(); ++zone) {
    if (draft.policy.zones()[zone].intra_zone_allow) {
      pairs.insert({zone, zone});
    }
  }
  for (const Permit& permit : draft.policy.permits()) {
    // never a way through: what has been marked by an exchange that is over is told so
    if (policy::is_mail_exchange(permit) && !policy::in_force(permit, draft.situation)) {
      pairs.insert({*permit.from.zone, *permit.to.zone});
    }
  }
  draft.declare({.name = "pairs", .key = {Type::IfName, Type::IfName}, .holds = Holds::Verdicts, .limit = {}, .size = 65536});
  for (const Pair& pair : pairs) {
    write_pair_chains(draft, pair, lookups);
  }
}

}  // namespace sekisho::compile
