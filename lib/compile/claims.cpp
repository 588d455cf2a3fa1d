// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/claims.hpp"

#include <algorithm>
#include <tuple>

namespace sekisho::compile {
namespace {

using policy::Permit;
using policy::Policy;

bool fits(net::Family family, const net::Service& service) {
  return !net::is_icmp(service.protocol) ||
         (service.protocol == net::protocol::kIcmp) == (family == net::Family::V4);
}

Rank rank_of(const Permit& permit, const Box& box) {
  if (permit.from.whole_zone() && permit.to.whole_zone()) {
    return Rank::Zone;
  }
  const bool either_whole = permit.from.whole_zone() || permit.to.whole_zone();
  return box.single() && !either_whole ? Rank::Exact : Rank::Ranges;
}

std::vector<net::Range> ranges_of(const Policy& policy, const policy::End& end, net::Family family) {
  // the pair's chain has proven both zones, so a whole zone needs no addresses
  return end.whole_zone() ? std::vector{net::Range::all(family)} : policy.addresses_of(end, family);
}

std::vector<Box> boxes_of(const Policy& policy, const Permit& permit, Rank rank, net::Family family) {
  std::vector<Box> boxes;
  for (const net::Range& source : ranges_of(policy, permit.from, family)) {
    for (const net::Range& destination : ranges_of(policy, permit.to, family)) {
      for (const net::Service& service : permit.services) {
        const Box box{source, destination, service};
        if (fits(family, service) && rank_of(permit, box) == rank) {
          boxes.push_back(box);
        }
      }
    }
  }
  return boxes;
}

/// Equal boxes need no geometry: the usual case of many exact permits stays linear.
std::vector<Piece> grouped(const std::vector<Claim>& claims) {
  std::map<Box, Piece> pieces;
  for (const Claim& claim : claims) {
    const auto [at, added] = pieces.try_emplace(claim.box, Piece{claim.box, {claim.permit}, claim.bound});
    if (!added && at->second.open && at->second.permits.back() != claim.permit) {
      at->second.permits.push_back(claim.permit);
      at->second.open = claim.bound;
    }
  }
  std::vector<Piece> out;
  for (auto& [box, piece] : pieces) {
    out.push_back(std::move(piece));
  }
  return out;
}

}  // namespace

std::vector<std::size_t> by_precedence(const Policy& policy, const policy::Situation& situation,
                                       std::vector<std::size_t> permits) {
  std::ranges::stable_sort(permits, {}, [&](std::size_t i) {
    const Permit& permit = policy.permits()[i];
    const auto end = policy::end_of(permit, situation);
    return std::tuple{!policy::in_force(permit, situation), end.has_value(),
                      end ? -end->time_since_epoch().count() : 0, permit.order};
  });
  return permits;
}

std::vector<Claim> claims_of(const Policy& policy, const policy::Situation& situation,
                             const std::vector<std::size_t>& permits, Rank rank, net::Family family) {
  std::vector<Claim> claims;
  for (const std::size_t i : permits) {
    const Permit& permit = policy.permits()[i];
    const bool bound = !permit.from.macs.empty() && policy::in_force(permit, situation);
    for (const Box& box : boxes_of(policy, permit, rank, family)) {
      claims.push_back({box, i, bound});
    }
  }
  return claims;
}

std::vector<Piece> pieces_of(const std::vector<Claim>& claims, Rank rank) {
  return rank == Rank::Exact ? grouped(claims) : disjoint(claims);
}

}  // namespace sekisho::compile
