// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/batch.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

namespace sekisho::ruleset {
namespace {

using Keys = std::pair<Bytes, Bytes>;

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
    edited_.erase(operation.set);
  }
  void operator()(const AddElements& operation) {
    auto& elements = edited(operation.shape.name);
    for (const Element& element : operation.elements) {
      elements.insert_or_assign(Keys{element.key, element.key_end}, element);
    }
  }
  void operator()(const DeleteElements& operation) {
    auto& elements = edited(operation.shape.name);
    for (const Element& element : operation.elements) {
      elements.erase({element.key, element.key_end});
    }
  }

  Table finish() && {
    for (auto& [name, elements] : edited_) {
      std::vector<Element> all;
      all.reserve(elements.size());
      std::ranges::transform(elements, std::back_inserter(all),
                             [](auto& one) { return std::move(one.second); });
      set(name).elements = std::make_shared<const Elements>(std::move(all));
    }
    normalise(table_);
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
  Set& set(const std::string& name) {
    return named(table_.sets, name, [](const Set& one) { return one.shape.name; });
  }
  std::map<Keys, Element>& edited(const std::string& name) {
    const auto [at, added] = edited_.try_emplace(name);
    if (added) {
      for (const Element& element : *set(name).elements) {
        at->second.emplace_hint(at->second.end(), Keys{element.key, element.key_end}, element);
      }
    }
    return at->second;
  }

  Table table_;
  std::map<std::string, std::map<Keys, Element>> edited_;
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
