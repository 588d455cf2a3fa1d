// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/batch.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace sekisho::ruleset {
namespace {

/// What a batch does to one set's elements.
struct Edit {
  std::vector<Element> gone;
  std::vector<Element> come;
};

void append(std::vector<Element>& to, const Elements& from) {
  to.insert(to.end(), from.begin(), from.end());
}

const std::string& name_of(const Set& set) { return set.shape.name; }

class Applying {
 public:
  explicit Applying(Table table) : table_{std::move(table)} {}

  void operator()(const AddTable& /*operation*/) {}
  void operator()(const AddChain& operation) { table_.chains.push_back(operation.chain); }
  void operator()(const DeleteChain& operation) {
    std::erase_if(table_.chains, [&](const Chain& one) { return one.name == operation.chain; });
  }
  void operator()(const FlushChain& operation) { chain(operation.chain).rules.clear(); }
  void operator()(const AddRule& operation) {
    chain(operation.chain).rules.push_back(operation.rule);
  }
  void operator()(const AddSet& operation) { table_.sets.push_back({operation.shape}); }
  void operator()(const DeleteSet& operation) {
    std::erase_if(table_.sets, [&](const Set& one) { return one.shape.name == operation.set; });
    edits_.erase(operation.set);
  }
  void operator()(const AddElements& operation) {
    Set& filled = set(operation.shape.name);
    if (filled.elements->empty() && !edits_.contains(operation.shape.name)) {
      filled.elements = std::make_shared<const Elements>(operation.elements);
      return;
    }
    append(edits_[operation.shape.name].come, operation.elements);
  }
  void operator()(const DeleteElements& operation) {
    append(edits_[operation.shape.name].gone, operation.elements);
  }

  Table finish() && {
    const auto in_order = [](const Element& a, const Element& b) { return order(a, b) < 0; };
    for (auto& [name, edit] : edits_) {
      std::ranges::sort(edit.gone, in_order);
      std::ranges::sort(edit.come, in_order);
      Set& changed = set(name);
      changed.elements =
          std::make_shared<const Elements>(changed.elements->edited(edit.gone, edit.come));
    }
    std::ranges::sort(table_.sets, {}, name_of);
    std::ranges::sort(table_.chains, {}, &Chain::name);
    return std::move(table_);
  }

 private:
  template <typename List, typename Name>
  static auto& named(List& list, const std::string& name, Name name_of) {
    const auto at = std::ranges::find(list, name, name_of);
    if (at == list.end()) {
      throw std::logic_error{"a batch changes '" + name + "', which is not there"};
    }
    return *at;
  }
  Chain& chain(const std::string& name) { return named(table_.chains, name, &Chain::name); }
  Set& set(const std::string& name) { return named(table_.sets, name, name_of); }

  Table table_;
  std::map<std::string, Edit> edits_;
};

}  // namespace

Table applied(std::optional<Table> table, const Batch& batch) {
  Applying applying{table ? *std::move(table)
                          : Table{batch.table.name, {}, {}, batch.table.family}};
  for (const Operation& operation : batch.operations) {
    std::visit(applying, operation);
  }
  return std::move(applying).finish();
}

}  // namespace sekisho::ruleset
