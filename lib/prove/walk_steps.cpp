// SPDX-License-Identifier: GPL-3.0-or-later
// What single statements make of a space.
#include "prove/walk.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::Mark;
using ruleset::Verdict;

/// Beyond these, what is known of single elements is given up.
constexpr std::size_t kMostElements = 4096;
constexpr std::size_t kMostHit = 256;
constexpr std::size_t kMostMarks = 64;

}  // namespace

Walk::Split Walk::not_understood(const Space& space, const std::string& why) {
  listener_.not_understood(space, why);
  return {{space}, {space}};
}

Walk::Split Walk::divided(const Space& space, Field field, const Values* yes, const Values* no) {
  Split split;
  for (const auto& [values, side] : {std::pair{yes, &split.yes}, std::pair{no, &split.no}}) {
    Space part = space;
    if (part.narrow(field, values, pool_)) {
      side->push_back(std::move(part));
    }
  }
  return split;
}

/// `uncertain`: which of these values match is known of none at the moment the packet comes.
Walk::Split Walk::by_values(const Space& space, Field field, bool negated, const Values* values,
                            bool uncertain) {
  switch (reading(space, field)) {
    case Reading::Nothing: return {{}, {space}};
    case Reading::Anything: return {{space}, {space}};
    case Reading::Itself: break;
  }
  const Values* all = space.at(field);
  const Values* there = pool_.common(all, values);
  const Values* lacking = nullptr;
  if (may_be_missing(field)) {
    lacking = pool_.point(missing(field));
  }
  if (!negated) {
    return divided(space, field, there, uncertain ? all : pool_.without(all, there));
  }
  const Values* present = lacking == nullptr ? all : pool_.without(all, lacking);
  const Values* elsewhere = uncertain ? present : pool_.without(present, there);
  return divided(space, field, elsewhere,
                 pool_.without(all, uncertain ? pool_.without(present, there) : elsewhere));
}

Walk::Split Walk::step(const ruleset::Compare& statement, const Space& space) {
  const std::size_t length = ruleset::length_of(ruleset::type_of(statement.field));
  const auto wanted = statement.value.view();
  const bool is_name = statement.field == Field::IifName || statement.field == Field::OifName;
  if (wanted.size() > length || (wanted.size() < length && !is_name)) {
    return not_understood(space, "a comparison of another length");
  }
  const auto open = static_cast<unsigned>(8 * (length - wanted.size()));
  Interval interval{value_of(wanted), value_of(wanted)};
  if (open > 0) {  // the beginning of a name
    if (open == 128) {
      interval = {0, ~Value{0}};
    } else {
      interval.first <<= open;
      interval.last = interval.first | ((Value{1} << open) - 1);
    }
  }
  return by_values(space, statement.field, statement.negated, pool_.keep({interval}), false);
}

Walk::Split Walk::step(const ruleset::HasBits& statement, const Space& space) {
  const Values& values = space[statement.field];
  const bool points =
      values.size() <= kMostMarks &&
      std::ranges::all_of(values, [](const Interval& one) { return one.first == one.last; });
  if (!points || ruleset::length_of(ruleset::type_of(statement.field)) != sizeof(std::uint32_t)) {
    return {{space}, {space}};
  }
  Values with;
  for (const Interval& one : values) {
    const bool is_missing =
        may_be_missing(statement.field) && one.first == missing(statement.field);
    if (!is_missing && (number_of(one.first) & statement.mask) != 0) {
      with.push_back(one);
    }
  }
  const Values* yes = pool_.keep(std::move(with));
  return divided(space, statement.field, yes, pool_.without(&values, yes));
}

Walk::Split Walk::step(const ruleset::InSet& statement, const Space& space) {
  SetView* view = sets_.find(statement.set);
  if (view == nullptr || view->shape().holds != ruleset::Holds::Keys || !view->well_formed() ||
      view->shape().key.size() != statement.key.size()) {
    return not_understood(space, "set '" + statement.set + "' is not what the rule looks up");
  }
  if (statement.key.size() == 1) {
    return by_values(space, statement.key.front(), statement.negated, view->column(0),
                     view->uncertain());
  }
  return in_concatenation(statement, Lookup{*view, statement.key, pool_}, space);
}

Walk::Split Walk::in_concatenation(const ruleset::InSet& statement, const Lookup& lookup,
                                   const Space& space) {
  if (lookup.ends_rule(space)) {
    return {{}, {space}};
  }
  const bool few = lookup.view().elements().size() <= kMostElements;
  const auto hit = few ? lookup.hit(space, kMostHit) : std::nullopt;
  std::optional<Space> inside = hit ? lookup.parts(space, *hit) : lookup.present(space);
  Split split;
  Spaces& in = statement.negated ? split.no : split.yes;
  if (inside) {
    inside->passed.push_back(&statement);
    in.push_back(*std::move(inside));
  }
  if (!statement.negated) {
    split.no.push_back(space);
    return split;
  }
  if (auto elsewhere = lookup.present(space)) {
    split.yes.push_back(*std::move(elsewhere));
  }
  for (const Field field : statement.key) {
    Space lacking = space;
    if (may_be_missing(field) && lacking.narrow(field, pool_.point(missing(field)), pool_)) {
      split.no.push_back(std::move(lacking));
    }
  }
  return split;
}

/// nft_ct_set_eval does nothing for a packet of no connection.
void Walk::write(Space& space, Mark mark, const Values* values) {
  const Field field = mark == Mark::Meta ? Field::MetaMark : Field::CtMark;
  if (mark == Mark::Ct && contains(space[field], missing(field))) {
    Values both = *values;
    both.push_back({missing(field), missing(field)});
    values = pool_.keep(united(std::move(both)));
  }
  space.overwrite(field, values);
}

Walk::Split Walk::step(const ruleset::SetMark& statement, const Space& space) {
  if (statement.mark == Mark::Ct) {
    listener_.marked(space, statement.value);
  }
  Space written = space;
  write(written, statement.mark, pool_.point(host_order(statement.value)));
  return {{std::move(written)}, {}};
}

Walk::Split Walk::step(const ruleset::ChangeMark& statement, const Space& space) {
  if (statement.mark == Mark::Ct) {
    return not_understood(space, "a connection's mark is calculated");
  }
  Values changed;
  for (const Interval& one : space[Field::MetaMark]) {
    if (one.first != one.last || changed.size() == kMostMarks) {
      changed = all_of(Field::MetaMark);
      break;
    }
    const Value value = host_order((number_of(one.first) & statement.keep) ^ statement.flip);
    changed.push_back({value, value});
  }
  Space written = space;
  write(written, Mark::Meta, pool_.keep(united(std::move(changed))));
  return {{std::move(written)}, {}};
}

Walk::Split Walk::step(const ruleset::MapMark& statement, const Space& space) {
  SetView* view = sets_.find(statement.map);
  if (view == nullptr || view->shape().holds != ruleset::Holds::Marks || !view->well_formed() ||
      view->shape().key.size() != statement.key.size()) {
    return not_understood(space, "map '" + statement.map + "' is not what the rule looks up");
  }
  const Lookup lookup{*view, statement.key, pool_};
  if (lookup.ends_rule(space)) {
    return {{}, {space}};
  }
  if (statement.mark == Mark::Meta) {
    return meta_mark_from(lookup, space);
  }
  Split split{{}, {space}};
  if (auto inside = lookup.present(space)) {
    listener_.marked(*inside, lookup);
    write(*inside, Mark::Ct, &all_of(Field::CtMark));
    split.yes.push_back(*std::move(inside));
  }
  return split;
}

/// One space for each mark: what a zone map has found is what the next rules compare.
Walk::Split Walk::meta_mark_from(const Lookup& lookup, const Space& space) {
  Split split;
  const Field field = lookup.key().front();
  if (lookup.key().size() == 1 && reading(space, field) == Reading::Itself) {
    for (const auto& [mark, keys] : lookup.view().by_mark()) {
      Space part = space;
      if (part.narrow(field, keys, pool_)) {
        write(part, Mark::Meta, pool_.point(host_order(mark)));
        split.yes.push_back(std::move(part));
      }
    }
    Space rest = space;
    const Values* outside = lookup.view().uncertain()
                                ? space.at(field)
                                : pool_.without(space.at(field), lookup.view().column(0));
    if (rest.narrow(field, outside, pool_)) {
      split.no.push_back(std::move(rest));
    }
    return split;
  }
  split.no.push_back(space);
  const auto hit = lookup.hit(space, kMostHit);
  std::optional<Space> inside = hit ? lookup.parts(space, *hit) : lookup.present(space);
  if (inside) {
    Values marks;
    for (const ruleset::Element* element : hit.value_or(std::vector<const ruleset::Element*>{})) {
      const Value mark = host_order(std::get<std::uint32_t>(element->value));
      marks.push_back({mark, mark});
    }
    write(*inside, Mark::Meta,
          hit ? pool_.keep(united(std::move(marks))) : &all_of(Field::MetaMark));
    split.yes.push_back(*std::move(inside));
  }
  return split;
}

Walk::Split Walk::step(const ruleset::MapVerdict& statement, const Space& space, Exits& exits) {
  SetView* view = sets_.find(statement.map);
  if (view == nullptr || view->shape().holds != ruleset::Holds::Verdicts || !view->well_formed() ||
      view->shape().key.size() != statement.key.size()) {
    return not_understood(space, "map '" + statement.map + "' is not what the rule looks up");
  }
  const Lookup lookup{*view, statement.key, pool_};
  if (!lookup.ends_rule(space)) {
    std::map<Verdict, std::vector<const ruleset::Element*>> by_verdict;
    for (const ruleset::Element& element : view->elements()) {
      if (lookup.meets(space, element)) {
        by_verdict[std::get<Verdict>(element.value)].push_back(&element);
      }
    }
    for (const auto& [verdict, elements] : by_verdict) {
      if (auto part = lookup.parts(space, elements)) {
        leave(verdict, *std::move(part), exits);
      }
    }
  }
  return {{}, {space}};
}

}  // namespace sekisho::prove
