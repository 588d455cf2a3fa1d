// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The sets of a table as lookups meet them: which elements a space of packets can hit, and what of
/// the space each of them leaves. Knows neither chains nor policy.

#include "prove/space.hpp"
#include "ruleset/ruleset.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sekisho::prove {

/// One set with what is worth computing once.
class SetView {
 public:
  SetView(const ruleset::Set& set, Pool& pool);

  [[nodiscard]] const ruleset::SetShape& shape() const { return set_.shape; }
  [[nodiscard]] const ruleset::Elements& elements() const { return *set_.elements; }
  /// Elements come and go by themselves: what is not matched now may be outside or inside.
  [[nodiscard]] bool uncertain() const { return set_.shape.timeout || set_.shape.limit; }
  /// Every element has as many bytes as the shape says, and maps have values.
  [[nodiscard]] bool well_formed() const { return well_formed_; }

  /// The values of one field of the key.
  [[nodiscard]] Interval part(const ruleset::Element& element, std::size_t position) const;
  /// Those of all elements.
  [[nodiscard]] const Values* column(std::size_t position);
  /// Of a map of marks with one field as key: the keys of each mark, disjoint.
  [[nodiscard]] const std::map<std::uint32_t, const Values*>& by_mark();

 private:
  [[nodiscard]] bool check() const;

  ruleset::Set set_;
  Pool& pool_;
  bool well_formed_ = false;
  std::vector<std::size_t> offsets_;
  std::vector<std::size_t> lengths_;
  std::vector<const Values*> columns_;
  std::map<std::uint32_t, const Values*> by_mark_;
};

/// Views that outlive a table, of sets whose elements the next one shares.
using SetViews = std::unordered_map<const ruleset::Elements*, std::shared_ptr<SetView>>;

/// The sets of one table by name.
class Sets {
 public:
  /// `lasting`: where views of zone maps are kept.
  Sets(const ruleset::Table& table, Pool& pool, SetViews& lasting)
      : table_{table}, pool_{pool}, lasting_{lasting} {}
  /// Null where there is no such set.
  [[nodiscard]] SetView* find(const std::string& name);

 private:
  const ruleset::Table& table_;
  [[nodiscard]] std::shared_ptr<SetView> view_of(const ruleset::Set& set);

  Pool& pool_;
  SetViews& lasting_;
  std::unordered_map<std::string, std::shared_ptr<SetView>> views_;
};

/// A lookup by a key. What a rule reads of another header matches anything.
class Lookup {
 public:
  /// The key must have as many fields as the set.
  Lookup(SetView& view, const std::vector<Field>& key, Pool& pool)
      : view_{view}, key_{key}, pool_{pool} {}

  [[nodiscard]] SetView& view() const { return view_; }
  [[nodiscard]] const std::vector<Field>& key() const { return key_; }
  [[nodiscard]] std::optional<std::size_t> position(Field field) const;
  /// A field of the key ends the rule for all these packets.
  [[nodiscard]] bool ends_rule(const Space& space) const;
  [[nodiscard]] bool meets(const Space& space, const ruleset::Element& element) const;
  /// What the element leaves of the space; nothing where it cannot be hit.
  [[nodiscard]] std::optional<Space> part(const Space& space,
                                          const ruleset::Element& element) const;
  /// The elements that can be hit; nothing where they are more than `most`.
  [[nodiscard]] std::optional<std::vector<const ruleset::Element*>> hit(const Space& space,
                                                                        std::size_t most) const;
  /// What these elements leave of the space together, and perhaps more.
  [[nodiscard]] std::optional<Space> parts(
      Space space, const std::vector<const ruleset::Element*>& elements) const;
  /// Without the packets that lack a field of the key.
  [[nodiscard]] std::optional<Space> present(Space space) const;

 private:
  SetView& view_;
  const std::vector<Field>& key_;
  Pool& pool_;
};

}  // namespace sekisho::prove
