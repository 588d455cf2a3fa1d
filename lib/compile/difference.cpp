// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/difference.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace sekisho::compile {
namespace {

using ruleset::Chain;
using ruleset::Element;
using ruleset::Elements;
using ruleset::Operation;
using ruleset::Set;
using ruleset::Table;

/// What of one set goes and comes while its shape stays.
struct Turnover {
  std::vector<Element> gone;
  std::vector<Element> come;
};

/// One walk over both sorted lists, past the pieces that they share.
Turnover turnover(const Elements& from, const Elements& to) {
  Turnover found;
  auto old = from.begin();
  auto next = to.begin();
  while (old != from.end() || next != to.end()) {
    if (old.begins_what_begins(next)) {
      old.skip_piece();
      next.skip_piece();
      continue;
    }
    const auto which = next == to.end()    ? std::strong_ordering::less
                       : old == from.end() ? std::strong_ordering::greater
                                           : ruleset::order(*old, *next);
    if (which < 0) {
      found.gone.push_back(*old);
      ++old;
    } else if (which > 0) {
      found.come.push_back(*next);
      ++next;
    } else {
      if (!old->same(*next)) {
        found.gone.push_back(*old);
        found.come.push_back(*next);
      }
      ++old;
      ++next;
    }
  }
  return found;
}

/// The set a statement looks up; null when it looks up none.
const std::string* set_of(const ruleset::Statement& statement) {
  return std::visit(
      [](const auto& s) -> const std::string* {
        if constexpr (requires { s.map; }) {
          return &s.map;
        } else if constexpr (requires { s.set; }) {
          return &s.set;
        } else {
          return nullptr;
        }
      },
      statement);
}

/// The operations by the step of the transaction they belong to.
class Steps {
 public:
  Steps(const Table& from, const Table& to) : from_{from}, to_{to} {
    compare_sets();
    compare_chains();
  }

  [[nodiscard]] std::vector<Operation> in_order() && {
    std::vector<Operation> all;
    // rules before elements: the kernel walks a whole map for each chain that comes to look it up
    for (auto* step : {&add_chains_, &add_sets_, &flush_, &delete_elements_, &delete_sets_,
                       &add_reshaped_, &add_rules_, &add_elements_, &delete_chains_}) {
      std::ranges::move(*step, std::back_inserter(all));
    }
    return all;
  }

 private:
  void compare_sets() {
    for (const Set& set : to_.sets) {
      const Set* old = from_.set(set.shape.name);
      if (old == nullptr) {
        add_set(set, add_sets_);
      } else if (old->shape != set.shape) {
        delete_set(*old);
        add_set(set, add_reshaped_);
      } else if (old->elements != set.elements && set.shape.name != ruleset::kHeartbeats) {
        turn_over_elements(*old, set);
      }
    }
    for (const Set& old : from_.sets) {
      if (to_.set(old.shape.name) == nullptr) {
        delete_set(old);
      }
    }
  }

  void add_set(const Set& set, std::vector<Operation>& step) {
    step.emplace_back(ruleset::AddSet{set.shape});
    if (!set.elements->empty()) {
      add_elements_.emplace_back(ruleset::AddElements{set.shape, *set.elements});
    }
  }

  void delete_set(const Set& set) {
    deleted_.insert(set.shape.name);
    delete_sets_.emplace_back(ruleset::DeleteSet{set.shape.name});
  }

  void turn_over_elements(const Set& old, const Set& set) {
    Turnover found = turnover(*old.elements, *set.elements);
    if (!found.gone.empty()) {
      delete_elements_.emplace_back(ruleset::DeleteElements{set.shape, std::move(found.gone)});
    }
    if (!found.come.empty()) {
      add_elements_.emplace_back(ruleset::AddElements{set.shape, std::move(found.come)});
    }
  }

  void compare_chains() {
    for (const Chain& chain : to_.chains) {
      const Chain* old = from_.chain(chain.name);
      if (old == nullptr) {
        add_chains_.emplace_back(ruleset::AddChain{Chain{chain.name, chain.hook, {}}});
        add_rules(chain);
        continue;
      }
      if (old->hook != chain.hook) {
        throw std::logic_error{"the hook of chain '" + chain.name + "' changes"};
      }
      if (old->rules != chain.rules || uses_a_deleted_set(*old)) {
        flush(*old);
        add_rules(chain);
      }
    }
    for (const Chain& old : from_.chains) {
      if (to_.chain(old.name) == nullptr) {
        delete_chain(old);
      }
    }
  }

  void add_rules(const Chain& chain) {
    for (const ruleset::Rule& rule : chain.rules) {
      add_rules_.emplace_back(ruleset::AddRule{chain.name, rule});
    }
  }

  void flush(const Chain& old) {
    if (!old.rules.empty()) {
      flush_.emplace_back(ruleset::FlushChain{old.name});
    }
  }

  /// Its rules go first: they may hold sets and other chains that are deleted too.
  void delete_chain(const Chain& old) {
    if (old.hook && !ruleset::may_come_and_go(*old.hook)) {
      throw std::logic_error{"base chain '" + old.name + "' vanishes"};
    }
    flush(old);
    delete_chains_.emplace_back(ruleset::DeleteChain{old.name});
  }

  /// The kernel deletes no set that a rule looks up.
  [[nodiscard]] bool uses_a_deleted_set(const Chain& chain) const {
    return std::ranges::any_of(chain.rules, [&](const ruleset::Rule& rule) {
      return std::ranges::any_of(rule.statements, [&](const ruleset::Statement& statement) {
        const std::string* set = set_of(statement);
        return set != nullptr && deleted_.contains(*set);
      });
    });
  }

  const Table& from_;
  const Table& to_;
  std::set<std::string> deleted_;
  std::vector<Operation> add_chains_, add_sets_, flush_, delete_elements_, delete_sets_,
      add_reshaped_, add_elements_, add_rules_, delete_chains_;
};

}  // namespace

ruleset::Batch difference(const std::optional<Table>& from, const Table& to) {
  ruleset::Batch batch{to.id(), {}};
  if (from && from->id() != to.id()) {
    throw std::logic_error{"table '" + from->name + "' does not become '" + to.name + "'"};
  }
  if (!from) {
    batch.operations.emplace_back(ruleset::AddTable{});
  }
  const Table nothing{to.name, {}, {}, to.family};
  std::ranges::move(Steps{from ? *from : nothing, to}.in_order(),
                    std::back_inserter(batch.operations));
  return batch;
}

}  // namespace sekisho::compile
