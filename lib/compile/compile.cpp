// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/compile.hpp"

#include "compile/table.hpp"

#include <stdexcept>

namespace sekisho::compile {

void Draft::declare(const ruleset::SetShape& shape) {
  const auto [at, added] = sets_.try_emplace(shape.name, shape, std::vector<ruleset::Element>{});
  if (!added && at->second.first != shape) {
    throw std::logic_error{"set '" + shape.name + "' declared twice"};
  }
}

void Draft::add(const std::string& set, ruleset::Element element) {
  sets_.at(set).second.push_back(std::move(element));
}

ruleset::Table Draft::finish() && {
  table_.name = policy.appliance().table;
  for (auto& [name, set] : sets_) {
    table_.sets.push_back({set.first, std::make_shared<const ruleset::Elements>(std::move(set.second))});
  }
  ruleset::normalise(table_);
  return std::move(table_);
}

Compiled compile(const policy::Policy& policy, const policy::Situation& situation, const Numbers& known) {
  Draft draft{policy, situation, known};
  write_zones(draft);
  write_permits(draft);
  write_lockdown(draft);
  write_forward(draft);
  write_appliance(draft);
  Compiled made{{}, frames_of(draft), draft.allotted.numbers, draft.permit_ids};
  made.table = std::move(draft).finish();
  return made;
}

}  // namespace sekisho::compile
