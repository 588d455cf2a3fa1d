// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The match maps of one zone pair, and the lookups that the pair's chains make in them.

#include "compile/claims.hpp"
#include "compile/table.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sekisho::compile {

/// From zone to zone.
using Pair = std::pair<policy::ZoneIndex, policy::ZoneIndex>;

/// One lookup of a pair's chains: the map, and its key in both directions of a connection.
struct Lookup {
  std::string map;
  std::vector<ruleset::Statement> proof;  ///< what makes the key's fields meaningful
  std::vector<ruleset::Field> forth;
  std::vector<ruleset::Field> back;
  std::vector<ruleset::Type> types;
};

[[nodiscard]] std::string name_of(const Draft& draft, const Pair& pair);

/// "host", "net" and "zone" maps for what these permits (indices, all of the pair) claim.
void write_maps(Draft& draft, const Pair& pair, const std::vector<std::size_t>& permits);
/// The pair's maps as they were, with what has changed.
void update_maps(Draft& draft, const Pair& pair);
/// The lookups to make, in order of precedence: one for each map there is.
[[nodiscard]] std::vector<Lookup> lookups_of(const Draft& draft, const Pair& pair);

}  // namespace sekisho::compile
