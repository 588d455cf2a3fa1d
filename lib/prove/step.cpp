// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/step.hpp"

#include "prove/ground.hpp"
#include "prove/live.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace sekisho::prove {
namespace {

using policy::Permit;
using ruleset::Element;
using ruleset::Elements;
using ruleset::Set;
using ruleset::Table;

/// What the rules of a table do with its sets.
struct Uses {
  std::set<std::string> give_marks;  ///< maps from which connections get marks
  std::set<std::string>
      by_mark_alone;  ///< sets that are asked for a connection's mark and nothing else
};

Uses uses_of(const Table& table) {
  Uses uses;
  std::set<std::string> otherwise;
  for (const ruleset::Chain& chain : table.chains) {
    for (const ruleset::Rule& rule : chain.rules) {
      for (const ruleset::Statement& statement : rule.statements) {
        if (const auto* map = std::get_if<ruleset::MapMark>(&statement)) {
          (map->mark == ruleset::Mark::Ct ? uses.give_marks : otherwise).insert(map->map);
        } else if (const auto* in = std::get_if<ruleset::InSet>(&statement)) {
          const bool alone = in->key == std::vector{Field::CtMark} && !in->negated;
          (alone ? uses.by_mark_alone : otherwise).insert(in->set);
        }
      }
    }
  }
  for (const std::string& name : otherwise) {
    uses.give_marks.erase(name);
    uses.by_mark_alone.erase(name);
  }
  return uses;
}

/// Of an element of a live set or of a map that gives marks.
std::uint32_t mark_of(const Element& element) {
  if (const auto* mark = std::get_if<std::uint32_t>(&element.value)) {
    return *mark;
  }
  std::uint32_t mark = 0;
  std::memcpy(&mark, element.key.view().data(), std::min(element.key.size(), sizeof mark));
  return mark;
}

using Marks = std::unordered_set<std::uint32_t>;

/// Adds the marks of elements that one of the two has, or has otherwise.
void add_changed(const Elements& before, const Elements& next, Marks& marks) {
  auto a = before.begin();
  auto b = next.begin();
  while (a != before.end() || b != next.end()) {
    if (a.begins_what_begins(b)) {
      a.skip_piece();
      b.skip_piece();
      continue;
    }
    const auto which = a == before.end() ? std::strong_ordering::greater
                       : b == next.end() ? std::strong_ordering::less
                                         : order(*a, *b);
    if (which == 0 && a->same(*b)) {
      ++a;
      ++b;
      continue;
    }
    if (which <= 0) {
      marks.insert(mark_of(*a++));
    }
    if (which >= 0) {
      marks.insert(mark_of(*b++));
    }
  }
}

bool same(const Set& a, const Set& b) {
  return a.elements == b.elements ||
         std::ranges::equal(*a.elements, *b.elements,
                            [](const Element& x, const Element& y) { return x.same(y); });
}

bool same(const Table& a, const Table& b) {
  return a.chains == b.chains && std::ranges::equal(a.sets, b.sets, [](const Set& x, const Set& y) {
           return x.shape == y.shape && same(x, y);
         });
}

/// As far as packets are concerned.
bool same(const Permit& a, const policy::Situation& then, const Permit& b,
          const policy::Situation& now) {
  const auto of_end = [](const policy::End& end) {
    return std::tie(end.zone, end.hosts, end.macs);
  };
  return a.id == b.id && a.kind == b.kind && of_end(a.from) == of_end(b.from) &&
         of_end(a.to) == of_end(b.to) && a.services == b.services &&
         policy::in_force(a, then) == policy::in_force(b, now) &&
         policy::end_of(a, then) == policy::end_of(b, now);
}

/// Ids of permits that are not the same, or are in one of the two only.
std::unordered_set<std::string_view> changed_permits(const Proved& before, const Proved& next) {
  const auto& old = before.policy->permits();
  const auto& now = next.policy->permits();
  std::unordered_set<std::string_view> changed;
  std::unordered_map<std::string_view, const Permit*> left;
  std::vector<const Permit*> asked;
  for (std::size_t i = 0; i < std::max(old.size(), now.size()); ++i) {
    const bool both = i < old.size() && i < now.size();
    if (both && old[i].id == now[i].id) {
      if (!same(old[i], before.situation, now[i], next.situation)) {
        changed.insert(now[i].id);
      }
      continue;
    }
    if (i < old.size()) {
      left.emplace(old[i].id, &old[i]);
    }
    if (i < now.size()) {
      asked.push_back(&now[i]);
    }
  }
  for (const Permit* one : asked) {
    const auto found = left.find(one->id);
    if (found == left.end() || !same(*found->second, before.situation, *one, next.situation)) {
      changed.insert(one->id);
    }
    if (found != left.end()) {
      left.erase(found);
    }
  }
  for (const auto& [id, _] : left) {
    changed.insert(id);
  }
  return changed;
}

bool has_no_mark_zero(const Set& set) {
  return std::ranges::none_of(*set.elements, [](const Element& one) { return mark_of(one) == 0; });
}

}  // namespace

std::optional<Table> left_to_prove(const Proved& before, const Proved& next) {
  const bool alike = same_ground(*before.policy, *next.policy) &&
                     before.situation.locked == next.situation.locked &&
                     before.situation.closed == next.situation.closed &&
                     same(before.frames, next.frames) &&
                     before.packets.chains == next.packets.chains &&
                     before.packets.sets.size() == next.packets.sets.size();
  if (!alike) {
    return std::nullopt;
  }
  const Uses uses = uses_of(next.packets);
  std::vector<std::size_t> reducible;
  Marks marks;
  for (std::size_t i = 0; i < next.packets.sets.size(); ++i) {
    const Set& was = before.packets.sets[i];
    const Set& is = next.packets.sets[i];
    if (was.shape != is.shape) {
      return std::nullopt;
    }
    const std::string& name = is.shape.name;
    if (is_live_set(is.shape) || uses.give_marks.contains(name)) {
      reducible.push_back(i);
      add_changed(*was.elements, *is.elements, marks);
    } else if (!same(was, is) && !(uses.by_mark_alone.contains(name) && has_no_mark_zero(is))) {
      return std::nullopt;
    }
  }
  const auto changed = changed_permits(before, next);
  for (const std::size_t i : changed.empty() ? std::vector<std::size_t>{} : reducible) {
    for (const Element& element : *next.packets.sets[i].elements) {
      if (changed.contains(element.comment)) {
        marks.insert(mark_of(element));
      }
    }
  }
  Table left = next.packets;
  for (const std::size_t i : reducible) {
    std::vector<Element> kept;
    for (const Element& element : *left.sets[i].elements) {
      if (marks.contains(mark_of(element))) {
        kept.push_back(element);
      }
    }
    left.sets[i].elements = std::make_shared<const Elements>(std::move(kept));
  }
  return left;
}

}  // namespace sekisho::prove
