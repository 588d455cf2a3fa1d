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

/// Disjoint pieces of one rank and family. `permits` in order of precedence; pieces name permits by index. In rank Zone
/// the addresses of a piece mean nothing: the pair itself is the proof.
[[nodiscard]] std::vector<Piece> pieces_of(const policy::Policy& policy, const policy::Situation& situation,
                                           const std::vector<std::size_t>& permits, Rank rank, net::Family family);

}  // namespace sekisho::compile
