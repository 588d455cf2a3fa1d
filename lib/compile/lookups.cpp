// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/lookups.hpp"

#include "compile/rules.hpp"

#include <set>

namespace sekisho::compile {
namespace {

using policy::Permit;
using ruleset::Bytes;
using ruleset::Element;
using ruleset::Holds;
using ruleset::SetShape;
using ruleset::Type;

/// How the part of a packet above its addresses is looked up.
enum class Above : std::uint8_t { Ports, Icmp, Protocol };

Above above_of(std::uint8_t protocol) {
  return net::has_ports(protocol) ? Above::Ports : net::is_icmp(protocol) ? Above::Icmp : Above::Protocol;
}
constexpr std::array kAbove{Above::Ports, Above::Icmp, Above::Protocol};

/// More exact claims than this are sorted out together with all others.
constexpr std::size_t kFew = 64;

/// Which of a pair's maps. In the second slot and behind it stand the permits to try when the first does not hold.
struct Place {
  Rank rank{};
  net::Family family{};
  Above above{};
  std::size_t slot = 0;
};

std::string map_at(const std::string& pair, const Place& place) {
  static constexpr std::array<std::string_view, 3> kRankNames{"host", "net", "zone"};
  static constexpr std::array<std::string_view, 3> kAboveNames{"port", "icmp", "proto"};
  return pair + '_' + std::string{kRankNames.at(static_cast<std::size_t>(place.rank))} + '_' +
         std::string{kAboveNames.at(static_cast<std::size_t>(place.above))} +
         (place.family == net::Family::V4 ? '4' : '6') +
         (place.slot == 0 ? "" : "_" + std::to_string(place.slot + 1));
}

Lookup lookup_for(const std::string& pair, const Place& place) {
  const auto& [rank, family, above, slot] = place;
  const bool v4 = family == net::Family::V4;
  Lookup made;
  made.map = map_at(pair, place);
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

/// A box and the permit that it leads to.
using Entry = std::pair<Box, std::size_t>;
using Entries = std::map<std::pair<std::size_t, Above>, std::vector<Entry>>;  // by slot, then what is above

Entries entries_of(const std::vector<Piece>& pieces) {
  Entries entries;
  for (const Piece& piece : pieces) {
    for (std::size_t slot = 0; slot < piece.permits.size(); ++slot) {
      for (const Box& box : with_replies(piece.box)) {
        entries[{slot, above_of(box.service.protocol)}].emplace_back(box, piece.permits[slot]);
      }
    }
  }
  return entries;
}

SetShape shape_of(const Lookup& lookup) {
  return {.name = lookup.map, .key = lookup.types, .holds = Holds::Marks, .limit = {}, .size = {}};
}

Element element_of(const Side& side, const Entry& entry, const SetShape& shape, Rank rank) {
  const auto [low, high] = keys_of(entry.first, rank);
  return {trimmed(low, shape.key), shape.interval ? trimmed(high, shape.key) : Bytes{}, side.marks[entry.second], {},
          side.policy.permits()[entry.second].id, {}};
}

void write_map(Draft& draft, const Lookup& lookup, Rank rank, const std::vector<Entry>& entries) {
  SetShape shape = shape_of(lookup);
  for (const auto& [box, _] : entries) {
    const auto [low, high] = keys_of(box, rank);
    shape.interval = shape.interval || low != high;
  }
  draft.declare(shape);
  for (const Entry& entry : entries) {
    draft.add(shape.name, element_of(draft.now(), entry, shape, rank));
  }
}

void write_rank(Draft& draft, const Pair& pair, const std::vector<std::size_t>& permits, Rank rank,
                net::Family family) {
  const Entries entries = entries_of(pieces_of(claims_of(draft.policy, draft.situation, permits, rank, family), rank));
  for (const auto& [at, some] : entries) {
    write_map(draft, lookup_for(name_of(draft, pair), {rank, family, at.second, at.first}), rank, some);
  }
}

/// Calls `each` with every place of a rank and family, slot after slot, as long as it says that there is a map.
template <typename Each>
void for_each_map(Rank rank, net::Family family, Each each) {
  bool some = true;
  for (std::size_t slot = 0; some; ++slot) {
    some = false;
    for (const Above above : kAbove) {
      some = each(Place{rank, family, above, slot}) || some;
    }
  }
}

bool flows(const Permit& permit, const Pair& pair) {
  return (permit.kind == policy::PermitKind::Flow || permit.kind == policy::PermitKind::SpecificFlow) &&
         permit.from.zone == pair.first && permit.to.zone == pair.second;
}

std::vector<std::size_t> flows_among(const policy::Policy& policy, const Pair& pair, std::size_t first,
                                     std::size_t end) {
  std::vector<std::size_t> permits;
  for (std::size_t i = first; i < end; ++i) {
    if (flows(policy.permits()[i], pair)) {
      permits.push_back(i);
    }
  }
  return permits;
}

/// Whether the permit may claim that very box; one that does always may.
bool may_claim(const Permit& permit, const Box& box) {
  const auto holds = [](const std::vector<net::Prefix>& hosts, const net::Address& address) {
    return std::ranges::any_of(hosts, [&](const net::Prefix& host) {
      return host.single() ? host.address() == address : host.contains(address);
    });
  };
  return holds(permit.from.hosts, box.source.first) && holds(permit.to.hosts, box.destination.first);
}

/// The maps of one pair while they are brought up to date.
class Update {
 public:
  Update(Draft& draft, const Pair& pair)
      : draft_{draft},
        pair_{pair},
        name_{name_of(draft, pair)},
        changed_{*draft.changed()},
        gone_{flows_among(draft.then().policy, pair, changed_.first, changed_.then_end)},
        come_{flows_among(draft.policy, pair, changed_.first, changed_.now_end)} {}

  void run() {
    for (const Rank rank : kRanks) {
      for (const net::Family family : net::kFamilies) {
        update(rank, family);
      }
    }
  }

 private:
  void update(Rank rank, net::Family family) {
    const std::vector<Claim> gone = claims(draft_.then(), gone_, rank, family);
    const std::vector<Claim> come = claims(draft_.now(), come_, rank, family);
    for_each_map(rank, family, [&](const Place& place) { return draft_.keep(map_at(name_, place)); });
    if (gone.empty() && come.empty()) {
      return;
    }
    if (rank == Rank::Exact && gone.size() + come.size() <= kFew) {
      edit(family, gone, come);
      return;
    }
    for_each_map(rank, family, [&](const Place& place) { return draft_.drop(map_at(name_, place)); });
    write_rank(draft_, pair_,
               by_precedence(draft_.policy, draft_.situation,
                             flows_among(draft_.policy, pair_, 0, draft_.policy.permits().size())),
               rank, family);
  }

  static std::vector<Claim> claims(const Side& side, const std::vector<std::size_t>& permits, Rank rank,
                                   net::Family family) {
    return claims_of(side.policy, side.situation, permits, rank, family);
  }

  /// Exact claims meet only where they are equal: those boxes alone are sorted out again.
  void edit(net::Family family, const std::vector<Claim>& gone, const std::vector<Claim>& come) {
    std::set<Box> boxes;
    for (const auto* some : {&gone, &come}) {
      for (const Claim& claim : *some) {
        boxes.insert(claim.box);
      }
    }
    const std::vector<std::size_t> others = may_claim_any(boxes);
    std::vector<std::size_t> then = gone_;
    for (const std::size_t i : others) {
      then.push_back(i < changed_.first ? i : i - changed_.now_end + changed_.then_end);
    }
    std::vector<std::size_t> now = come_;
    now.insert(now.end(), others.begin(), others.end());
    const Entries before = entries(draft_.then(), then, boxes, family);
    const Entries after = entries(draft_.now(), now, boxes, family);
    std::set<std::pair<std::size_t, Above>> places;
    for (const Entries* some : {&before, &after}) {
      for (const auto& [at, _] : *some) {
        places.insert(at);
      }
    }
    for (const auto& at : places) {
      const SetShape shape = shape_of(lookup_for(name_, {Rank::Exact, family, at.second, at.first}));
      draft_.edit(shape, elements(draft_.then(), before, at, shape), elements(draft_.now(), after, at, shape));
      draft_.drop_if_empty(shape.name);
    }
  }

  /// Those outside of the changes, by their index now.
  [[nodiscard]] std::vector<std::size_t> may_claim_any(const std::set<Box>& boxes) const {
    std::vector<std::size_t> found;
    const std::vector<Permit>& permits = draft_.policy.permits();
    for (std::size_t i = 0; i < permits.size(); ++i) {
      const bool outside = i < changed_.first || i >= changed_.now_end;
      if (outside && flows(permits[i], pair_) &&
          std::ranges::any_of(boxes, [&](const Box& box) { return may_claim(permits[i], box); })) {
        found.push_back(i);
      }
    }
    return found;
  }

  static Entries entries(const Side& side, const std::vector<std::size_t>& permits, const std::set<Box>& boxes,
                         net::Family family) {
    std::vector<Claim> all =
        claims(side, by_precedence(side.policy, side.situation, permits), Rank::Exact, family);
    std::erase_if(all, [&](const Claim& claim) { return !boxes.contains(claim.box); });
    return entries_of(pieces_of(all, Rank::Exact));
  }

  static std::vector<Element> elements(const Side& side, const Entries& entries,
                                       const std::pair<std::size_t, Above>& at, const SetShape& shape) {
    std::vector<Element> made;
    if (const auto found = entries.find(at); found != entries.end()) {
      for (const Entry& entry : found->second) {
        made.push_back(element_of(side, entry, shape, Rank::Exact));
      }
    }
    return made;
  }

  Draft& draft_;
  Pair pair_;
  std::string name_;
  Changed changed_;
  std::vector<std::size_t> gone_;  ///< by index then
  std::vector<std::size_t> come_;  ///< by index now
};

}  // namespace

std::string name_of(const Draft& draft, const Pair& pair) {
  return draft.policy.zones()[pair.first].name + "_to_" + draft.policy.zones()[pair.second].name;
}

void write_maps(Draft& draft, const Pair& pair, const std::vector<std::size_t>& permits) {
  for (const Rank rank : kRanks) {
    for (const net::Family family : net::kFamilies) {
      write_rank(draft, pair, permits, rank, family);
    }
  }
}

void update_maps(Draft& draft, const Pair& pair) {
  Update{draft, pair}.run();
}

std::vector<Lookup> lookups_of(const Draft& draft, const Pair& pair) {
  const std::string name = name_of(draft, pair);
  std::vector<Lookup> lookups;
  for (const Rank rank : kRanks) {
    for (const net::Family family : net::kFamilies) {
      for_each_map(rank, family, [&](const Place& place) {
        const bool there = draft.has(map_at(name, place));
        if (there) {
          lookups.push_back(lookup_for(name, place));
        }
        return there;
      });
    }
  }
  return lookups;
}

}  // namespace sekisho::compile
