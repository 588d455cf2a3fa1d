// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The table while it is being written: what every part of the compiler adds to.

#include "compile/compile.hpp"
#include "compile/numbering.hpp"

#include <map>
#include <string>

namespace sekisho::compile {

/// At most so many drops of one word reach the log.
inline constexpr ruleset::Rate kSampling{1000, 1000};

class Draft {
 public:
  Draft(const policy::Policy& of_policy, const policy::Situation& in_situation, const Numbers& known)
      : policy{of_policy}, situation{in_situation}, allotted{allot(of_policy, known)} {}

  const policy::Policy& policy;
  const policy::Situation& situation;
  Allotted allotted;
  std::map<std::uint32_t, std::string> permit_ids;

  /// Declares a set; a second call with the same name must agree.
  void declare(const ruleset::SetShape& shape);
  void add(const std::string& set, ruleset::Element element);
  void add(ruleset::Chain chain) { table_.chains.push_back(std::move(chain)); }
  [[nodiscard]] bool has(const std::string& set) const { return sets_.contains(set); }
  [[nodiscard]] std::uint32_t zone_mark(policy::ZoneIndex zone) const {
    return std::uint32_t{allotted.zones[zone]} << 8U;
  }
  /// The zone of the addresses that the zone map of `family` does not hold: of the one whose networks are the whole
  /// space, so that its many remainders between the others' networks need no elements; else of none, 0.
  [[nodiscard]] std::uint32_t elsewhere(net::Family family) const;

  /// The finished table, sorted as ruleset.hpp promises.
  [[nodiscard]] ruleset::Table finish() &&;

 private:
  ruleset::Table table_;
  std::map<std::string, std::pair<ruleset::SetShape, std::vector<ruleset::Element>>> sets_;
};

/// `meta mark` becomes the zone of that address, in packets of its family; 0 for none.
[[nodiscard]] ruleset::Rule mark_zone_of(ruleset::Field address, const Draft& draft);

/// Zones, interfaces, drop words.
void write_zones(Draft& draft);
/// Match maps, live sets and the chains of zone pairs.
void write_permits(Draft& draft);
/// What an emergency cut adds, where there is one.
void write_lockdown(Draft& draft);
/// The reasons' chains and `forward`.
void write_forward(Draft& draft);
/// `input` and `output`.
void write_appliance(Draft& draft);

/// The second table: frames on the wires that are none of IP and ARP, or carry a tag.
[[nodiscard]] ruleset::Table frames_of(const Draft& draft);

}  // namespace sekisho::compile
