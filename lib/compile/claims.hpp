// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the permits of one zone pair claim, sorted into the ranks of precedence that the outer interface names.

#include "compile/boxes.hpp"
#include "compile/table.hpp"

#include <array>
#include <vector>

namespace sekisho::compile {

/// 0: single hosts and a single port; 1: prefixes or ranges; 2: a whole zone on either side.
enum class Rank : std::uint8_t { Exact, Ranges, Zone };
inline constexpr std::array kRanks{Rank::Exact, Rank::Ranges, Rank::Zone};

/// Permit indices of Policy::permits(), best first: in force, then the one that ends last, then file order.
[[nodiscard]] std::vector<std::size_t> by_precedence(const policy::Policy& policy,
                                                     const policy::Situation& situation,
                                                     std::vector<std::size_t> permits);

/// What these permits claim in one rank and family, named by index and in their order. In rank Zone the addresses of a
/// box mean nothing: the pair itself is the proof.
[[nodiscard]] std::vector<Claim> claims_of(const policy::Policy& policy, const policy::Situation& situation,
                                           const std::vector<std::size_t>& permits, Rank rank, net::Family family);
/// The claims of one rank (and family), in order of precedence, made disjoint.
[[nodiscard]] std::vector<Piece> pieces_of(const std::vector<Claim>& claims, Rank rank);

}  // namespace sekisho::compile
