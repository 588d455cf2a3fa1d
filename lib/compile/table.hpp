// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The table while it is being written: what every part of the compiler adds to, takes over from the table before, or
/// edits in it.

#include "compile/changes.hpp"
#include "compile/compile.hpp"
#include "compile/numbering.hpp"

#include <map>
#include <memory>
#include <string>

namespace sekisho::compile {

/// At most so many drops of one word reach the log.
inline constexpr ruleset::Rate kSampling{1000, 1000};

/// A policy with its marks: of the table that is written, and of the one before.
struct Side {
  const policy::Policy& policy;
  const policy::Situation& situation;
  const std::vector<std::uint32_t>& marks;  ///< by index in Policy::permits()
  const std::vector<std::uint32_t>& intra;  ///< by ZoneIndex
};

class Draft {
 public:
  Draft(const policy::Policy& of_policy, const policy::Situation& in_situation, Allotted numbers,
        const Before* before);

  const policy::Policy& policy;
  const policy::Situation& situation;
  Allotted allotted;
  Tally tally;
  std::vector<Exchange> exchanges;

  /// What has changed since the table before; nothing where everything is written anew.
  [[nodiscard]] const std::optional<Changed>& changed() const { return changed_; }
  [[nodiscard]] Side now() const { return {policy, situation, allotted.permits, allotted.intra}; }
  /// Only where `changed`.
  [[nodiscard]] Side then() const;

  /// Declares a set; a second call with the same name must agree.
  void declare(const ruleset::SetShape& shape);
  void add(const std::string& set, ruleset::Element element);
  void add(ruleset::Chain chain) { table_.chains.push_back(std::move(chain)); }
  /// Takes the set over as it was before; false where there was none.
  bool keep(const std::string& set);
  /// Forgets a set that was kept; false where there is none.
  bool drop(const std::string& set) { return sets_.erase(set) != 0; }
  void drop_if_empty(const std::string& set);
  /// The set as it was before without `gone`, with `come`; an element in both stays.
  void edit(const ruleset::SetShape& shape, std::vector<ruleset::Element> gone, std::vector<ruleset::Element> come);
  [[nodiscard]] bool has(const std::string& set) const { return sets_.contains(set); }
  [[nodiscard]] const ruleset::SetShape& shape(const std::string& set) const { return sets_.at(set).shape; }
  [[nodiscard]] std::uint32_t zone_mark(policy::ZoneIndex zone) const {
    return std::uint32_t{allotted.zones[zone]} << 8U;
  }
  /// The zone of the addresses that the zone map of `family` does not hold: of the one whose networks are the whole
  /// space, so that its many remainders between the others' networks need no elements; else of none, 0.
  [[nodiscard]] std::uint32_t elsewhere(net::Family family) const { return elsewhere(policy, family); }
  /// The same in another policy with these zones.
  [[nodiscard]] std::uint32_t elsewhere(const policy::Policy& of_policy, net::Family family) const {
    const auto rest = of_policy.zone_of_the_rest(family);
    return rest ? zone_mark(*rest) : 0;
  }

  /// The finished table, sorted as ruleset.hpp promises.
  [[nodiscard]] ruleset::Table finish() &&;

 private:
  struct Made {
    ruleset::SetShape shape;
    std::vector<ruleset::Element> added;
    std::shared_ptr<const ruleset::Elements> taken;  ///< instead, from the table before
  };

  const Before* before_;
  std::optional<Changed> changed_;
  ruleset::Table table_;
  std::map<std::string, Made> sets_;
};

/// `meta mark` becomes the zone of that address, in packets of its family; 0 for none.
[[nodiscard]] ruleset::Rule mark_zone_of(ruleset::Field address, const Draft& draft);

/// Zones, interfaces, drop words.
void write_zones(Draft& draft);
/// Match maps, live sets and the chains of zone pairs.
void write_permits(Draft& draft);
/// The diversion of exchanges to the relay, where there is one.
void write_exchanges(Draft& draft);
/// Both legs of exchanges in force; `self_live` is declared.
void write_legs(Draft& draft);
/// What an emergency cut adds, where there is one.
void write_lockdown(Draft& draft);
/// The reasons' chains and `forward`.
void write_forward(Draft& draft);
/// `input` and `output`.
void write_appliance(Draft& draft);

/// The second table: frames on the wires that are none of IP and ARP, or carry a tag.
[[nodiscard]] ruleset::Table frames_of(const Draft& draft);

}  // namespace sekisho::compile
