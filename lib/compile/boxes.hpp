// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Permits as boxes over source × destination × service, made disjoint: the kernel's interval sets refuse some overlaps
/// and accept others, so the compiler decides every overlap itself.

#include "net/address.hpp"
#include "net/service.hpp"

#include <cstddef>
#include <vector>

namespace sekisho::compile {

struct Box {
  net::Range source;
  net::Range destination;
  net::Service service;

  [[nodiscard]] bool overlaps(const Box& other) const;
  [[nodiscard]] bool single() const {
    return source.single() && destination.single() && service.single();
  }
  auto operator<=>(const Box&) const = default;
};

/// What a permit asks for, in the order of precedence among permits of one rank.
struct Claim {
  Box box;
  std::size_t permit = 0;  ///< the caller's index; lower wins
  bool bound = false;      ///< may fail on the hardware address, so the next claim must stand behind it
};

/// A piece of the space and the permits to try there, best first: bound ones until the first that is not.
struct Piece {
  Box box;
  std::vector<std::size_t> permits;
  bool open = true;  ///< the last permit is bound: more may follow
};

/// Disjoint pieces that cover what `claims` (sorted by permit) cover.
[[nodiscard]] std::vector<Piece> disjoint(const std::vector<Claim>& claims);

}  // namespace sekisho::compile
