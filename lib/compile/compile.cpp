// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/compile.hpp"

#include "compile/table.hpp"

#include <algorithm>
#include <stdexcept>

namespace sekisho::compile {
namespace {

using ruleset::Element;
using ruleset::Elements;

Compiled written(Draft draft) {
  write_zones(draft);
  write_permits(draft);
  write_lockdown(draft);
  write_forward(draft);
  write_appliance(draft);
  write_exchanges(draft);
  Compiled made{{}, frames_of(draft), {}, draft.allotted.permits, draft.allotted.intra, draft.tally};
  made.numbers = std::move(draft.allotted.numbers);
  made.exchanges = std::move(draft.exchanges);
  made.table = std::move(draft).finish();
  return made;
}

/// `tally` of before with the changes: counts that come to nothing are gone.
Tally retallied(Tally tally, const Tally& gone, const Tally& come) {
  tally.with_macs += come.with_macs - gone.with_macs;
  tally.self_flows += come.self_flows - gone.self_flows;
  for (const auto& [pair, count] : come.pairs) {
    tally.pairs[pair] += count;
  }
  for (const auto& [pair, count] : gone.pairs) {
    tally.pairs[pair] -= count;
  }
  std::erase_if(tally.pairs, [](const auto& one) { return one.second == 0; });
  return tally;
}

/// Takes what is in both, unchanged, out of both.
void cancel(std::vector<Element>& gone, std::vector<Element>& come) {
  const auto before = [](const Element& a, const Element& b) { return ruleset::order(a, b) < 0; };
  std::ranges::sort(gone, before);
  std::ranges::sort(come, before);
  const auto stays = [&](const std::vector<Element>& others) {
    return [&others, before](const Element& one) {
      const auto at = std::ranges::lower_bound(others, one, before);
      return at != others.end() && at->same(one);
    };
  };
  const std::vector<Element> all_gone = gone;
  std::erase_if(gone, stays(come));
  std::erase_if(come, stays(all_gone));
}

}  // namespace

Draft::Draft(const policy::Policy& of_policy, const policy::Situation& in_situation, Allotted numbers,
             const Before* before)
    : policy{of_policy}, situation{in_situation}, allotted{std::move(numbers)}, before_{before} {
  if (before != nullptr) {
    changed_ = changes_since(*before, policy, situation, allotted.numbers, allotted.permits);
  }
  tally = changed_ ? retallied(before->compiled.tally, tally_of(before->policy, changed_->first, changed_->then_end),
                               tally_of(policy, changed_->first, changed_->now_end))
                   : tally_of(policy, 0, policy.permits().size());
}

Side Draft::then() const {
  return {before_->policy, before_->situation, before_->compiled.marks, before_->compiled.intra};
}

void Draft::declare(const ruleset::SetShape& shape) {
  const auto [at, added] = sets_.try_emplace(shape.name, Made{shape, {}, {}});
  if (!added && at->second.shape != shape) {
    throw std::logic_error{"set '" + shape.name + "' declared twice"};
  }
}

void Draft::add(const std::string& set, Element element) {
  sets_.at(set).added.push_back(std::move(element));
}

bool Draft::keep(const std::string& set) {
  const ruleset::Set* old = before_->compiled.table.set(set);
  if (old != nullptr) {
    sets_.insert_or_assign(set, Made{old->shape, {}, old->elements});
  }
  return old != nullptr;
}

void Draft::edit(const ruleset::SetShape& shape, std::vector<Element> gone, std::vector<Element> come) {
  cancel(gone, come);
  const ruleset::Set* old = before_->compiled.table.set(shape.name);
  const bool same = old != nullptr && gone.empty() && come.empty();
  const auto none = std::make_shared<const Elements>();
  const auto& from = old == nullptr ? none : old->elements;
  sets_.insert_or_assign(
      shape.name, Made{shape, {}, same ? from : std::make_shared<const Elements>(from->edited(gone, come))});
}

void Draft::drop_if_empty(const std::string& set) {
  const Made& made = sets_.at(set);
  if (made.taken && made.taken->empty()) {
    sets_.erase(set);
  }
}

ruleset::Table Draft::finish() && {
  table_.name = policy.appliance().table;
  std::vector<ruleset::Set> taken;
  for (auto& [name, set] : sets_) {
    if (set.taken) {
      taken.push_back({set.shape, set.taken});
    } else {
      table_.sets.push_back({set.shape, std::make_shared<const Elements>(std::move(set.added))});
    }
  }
  ruleset::normalise(table_);
  std::ranges::move(taken, std::back_inserter(table_.sets));
  std::ranges::sort(table_.sets, {}, [](const ruleset::Set& set) -> const std::string& { return set.shape.name; });
  return std::move(table_);
}

std::string permit_of(std::uint32_t mark, const Compiled& compiled) {
  const ruleset::Bytes key = ruleset::mark_bytes(mark);
  // self flows are in the second alone: nobody else's packets may bear their marks
  for (const char* name : {"known", "self_live"}) {
    const ruleset::Set* set = compiled.table.set(name);
    if (set == nullptr) {
      continue;
    }
    const auto at = std::ranges::lower_bound(*set->elements, key, {}, &Element::key);
    if (at != set->elements->end() && std::ranges::equal(at->key.view().first(key.size()), key.view())) {
      return at->comment;
    }
  }
  return {};
}

Compiled compile(const policy::Policy& policy, const policy::Situation& situation, const Numbers& known) {
  return written(Draft{policy, situation, allot(policy, known), nullptr});
}

Compiled compile(const policy::Policy& policy, const policy::Situation& situation, const Numbers& known,
                 const Before& before) {
  const auto exchanges = [](const policy::Policy& one) {
    return std::ranges::any_of(one.permits(), policy::is_mail_exchange);
  };
  if (exchanges(policy) || exchanges(before.policy)) {
    return compile(policy, situation, known);  // they change chains and sets of many others
  }
  return written(Draft{policy, situation, allot(policy, known, before), &before});
}

}  // namespace sekisho::compile
