// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/walk.hpp"

#include <algorithm>
#include <iterator>

namespace sekisho::prove {
namespace {

using ruleset::Chain;
using ruleset::Mark;
using ruleset::Rule;
using ruleset::Verdict;
using ruleset::VerdictKind;

/// A table that needs more is not one that was compiled.
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostWork = 4'000'000;

void append(std::vector<Space>& to, std::vector<Space> from) {
  std::ranges::move(from, std::back_inserter(to));
}

/// Everywhere a rule can send a packet, by itself or by a map.
std::vector<Verdict> verdicts_of(const Rule& rule, Sets& sets) {
  std::vector<Verdict> all;
  for (const ruleset::Statement& statement : rule.statements) {
    if (const auto* verdict = std::get_if<Verdict>(&statement)) {
      all.push_back(*verdict);
    } else if (const auto* map = std::get_if<ruleset::MapVerdict>(&statement)) {
      const SetView* view = sets.find(map->map);
      for (const ruleset::Element& element :
           view == nullptr ? ruleset::Elements{} : view->elements()) {
        if (const auto* mapped = std::get_if<Verdict>(&element.value)) {
          all.push_back(*mapped);
        }
      }
    }
  }
  return all;
}

bool is_unconditional(const ruleset::Statement& statement) {
  return std::holds_alternative<ruleset::SetMark>(statement) ||
         std::holds_alternative<ruleset::ChangeMark>(statement) ||
         std::holds_alternative<ruleset::Log>(statement) ||
         std::holds_alternative<ruleset::Counter>(statement) ||
         std::holds_alternative<Verdict>(statement);
}

bool changes_a_connection(const ruleset::Statement& statement) {
  return std::visit(
      [](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, ruleset::SetMark> ||
                      std::is_same_v<What, ruleset::ChangeMark> ||
                      std::is_same_v<What, ruleset::MapMark>) {
          return what.mark == Mark::Ct;
        }
        return std::is_same_v<What, ruleset::Foreign>;
      },
      statement);
}

}  // namespace

void Walk::base(const Chain& chain, Spaces spaces) {
  for (const Space& space : rules(chain, std::move(spaces))) {
    if (!chain.hook->policy_drop) {
      listener_.accepted(space);
    }
  }
}

Walk::Spaces Walk::chain(const std::string& name, Spaces spaces) {
  const Chain* chain = table_.chain(name);
  if (chain == nullptr || chain->hook || depth_ == kDeepest) {
    listener_.not_understood(spaces.front(), "chain '" + name + "' cannot be entered");
    return {};
  }
  ++depth_;
  Spaces back = rules(*chain, std::move(spaces));
  --depth_;
  return back;
}

Walk::Spaces Walk::rules(const Chain& chain, Spaces spaces) {
  Spaces back;
  for (const Rule& one : chain.rules) {
    Exits exits;
    Spaces next;
    for (const Space& space : spaces) {
      append(next, rule(one, space, exits));
    }
    for (auto& [name, entering] : exits.jumps) {
      append(next, this->chain(name, std::move(entering)));
      merge(next, pool_);
    }
    for (auto& [name, entering] : exits.gotos) {
      append(back, this->chain(name, std::move(entering)));
    }
    append(back, std::move(exits.returns));
    spaces = std::move(next);
    if (spaces.empty() || listener_.satisfied()) {
      break;
    }
  }
  append(back, std::move(spaces));
  merge(back, pool_);
  return back;
}

Walk::Spaces Walk::rule(const Rule& rule, const Space& space, Exits& exits) {
  Spaces matching{space};
  Spaces next;
  bool written = false;
  for (const ruleset::Statement& statement : rule.statements) {
    Spaces matched;
    for (const Space& one : matching) {
      if (++work_ == kMostWork) {
        listener_.not_understood(one, "the rules make more cases than can be told apart");
      }
      if (work_ >= kMostWork) {
        return {};
      }
      if (const auto* verdict = std::get_if<Verdict>(&statement)) {
        leave(*verdict, one, exits);
        continue;
      }
      Split split = std::visit(
          [&](const auto& what) -> Split {
            using What = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<What, ruleset::Log> ||
                          std::is_same_v<What, ruleset::Counter> || std::is_same_v<What, Verdict>) {
              return {{one}, {}};
            } else if constexpr (std::is_same_v<What, ruleset::Tproxy>) {
              return {{one}, {one}};  // whether somebody listens is not known
            } else if constexpr (std::is_same_v<What, ruleset::Foreign>) {
              return not_understood(one, "'" + what.text + "' is not understood");
            } else if constexpr (std::is_same_v<What, ruleset::MapVerdict>) {
              return step(what, one, exits);
            } else {
              return step(what, one);
            }
          },
          statement);
      append(matched, std::move(split.yes));
      append(next, std::move(split.no));
    }
    if (next.size() > 1 && !written) {
      next = {space};  // in one piece: nothing is permitted for what it does not match
    }
    written = written || std::holds_alternative<ruleset::SetMark>(statement) ||
              std::holds_alternative<ruleset::ChangeMark>(statement) ||
              std::holds_alternative<ruleset::MapMark>(statement);
    matching = std::move(matched);
  }
  append(next, std::move(matching));
  return next;
}

void Walk::leave(const Verdict& verdict, Space space, Exits& exits) {
  switch (verdict.kind) {
    case VerdictKind::Accept: listener_.accepted(space); return;
    case VerdictKind::Drop: return;
    case VerdictKind::Return: exits.returns.push_back(std::move(space)); return;
    case VerdictKind::Jump:
    case VerdictKind::Goto: break;
  }
  if (!is_barren(verdict.chain)) {
    auto& entering = verdict.kind == VerdictKind::Jump ? exits.jumps : exits.gotos;
    entering[verdict.chain].push_back(std::move(space));
  }
}

bool Walk::is_barren(const std::string& name) {
  const auto known = barren_.find(name);
  if (known != barren_.end()) {
    return known->second;
  }
  barren_.emplace(name, false);  // whatever leads back to here
  std::set<std::string> seen;
  const bool barren = !matters(name, seen) && always_ends(name);
  barren_[name] = barren;
  return barren;
}

bool Walk::matters(const std::string& name, std::set<std::string>& seen) {
  if (!seen.insert(name).second) {
    return false;
  }
  const Chain* chain = table_.chain(name);
  return chain == nullptr || std::ranges::any_of(chain->rules, [&](const Rule& rule) {
           return std::ranges::any_of(rule.statements, changes_a_connection) ||
                  std::ranges::any_of(verdicts_of(rule, sets_), [&](const Verdict& verdict) {
                    return verdict.kind == VerdictKind::Accept ||
                           (!verdict.chain.empty() && matters(verdict.chain, seen));
                  });
         });
}

bool Walk::always_ends(const std::string& name) {
  const Chain* chain = table_.chain(name);
  for (const Rule& rule : chain == nullptr ? std::vector<Rule>{} : chain->rules) {
    bool ends = !rule.statements.empty() &&
                std::ranges::all_of(rule.statements, is_unconditional) &&
                std::holds_alternative<Verdict>(rule.statements.back());
    for (const Verdict& verdict : verdicts_of(rule, sets_)) {
      const bool leaves = verdict.kind == VerdictKind::Return ||
                          (verdict.kind == VerdictKind::Goto && !is_barren(verdict.chain));
      if (leaves) {
        return false;
      }
      ends = ends && verdict.kind != VerdictKind::Jump;
    }
    if (ends) {
      return true;
    }
  }
  return false;
}

}  // namespace sekisho::prove
