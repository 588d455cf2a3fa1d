// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/compare.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>

namespace sekisho::kernel {
namespace {

constexpr std::size_t kMost = 20;

/// The set whose elements the operation changes; null for none.
const std::string* touched_by(const ruleset::Operation& operation) {
  if (const auto* add = std::get_if<ruleset::AddSet>(&operation)) {
    return &add->shape.name;
  }
  if (const auto* add = std::get_if<ruleset::AddElements>(&operation)) {
    return &add->shape.name;
  }
  const auto* erase = std::get_if<ruleset::DeleteElements>(&operation);
  return erase == nullptr ? nullptr : &erase->shape.name;
}

/// Sets that were not read count as what they should be.
void fill(ruleset::Table& found, const ruleset::Table& expected, const std::set<std::string>& read) {
  for (ruleset::Set& set : found.sets) {
    const ruleset::Set* wanted = expected.set(set.shape.name);
    if (wanted != nullptr && !read.contains(set.shape.name)) {
      set.elements = wanted->elements;
    }
  }
}

/// Without the elements that end by `until`: the kernel may have ended them, or may not yet.
ruleset::Table without_ending(ruleset::Table table, ruleset::Instant until) {
  const auto ends = [until](const ruleset::Element& element) {
    return element.expires && *element.expires <= until;
  };
  for (ruleset::Set& set : table.sets) {
    if (set.shape.timeout && std::ranges::any_of(*set.elements, ends)) {
      std::vector<ruleset::Element> lasting;
      std::ranges::remove_copy_if(*set.elements, std::back_inserter(lasting), ends);
      set.elements = std::make_shared<const ruleset::Elements>(std::move(lasting));
    }
  }
  return table;
}

/// `wanted` says of which sets of a table the elements are to be compared; null: of all.
Result<Found> find_some(
    Nftables& nftables, std::span<const ruleset::Table* const> expected, ruleset::Instant now,
    const std::function<const std::set<std::string>*(const ruleset::TableId&)>& wanted) {
  Found all;
  for (const ruleset::Table* table : expected) {
    const std::set<std::string>* sets = wanted(table->id());
    auto found = nftables.read_back(table->id(), now, sets);
    if (!found) {
      return fail(std::move(found).error());
    }
    if (*found && sets != nullptr) {
      fill(**found, *table, *sets);
    }
    const ruleset::Instant until = now + kTolerance;
    std::ranges::move(*found ? ruleset::differences(without_ending(*table, until),
                                                    without_ending(**found, until),
                                                    kTolerance, kMost)
                             : std::vector{"there is no " + text_of(table->id())},
                      std::back_inserter(all.differences));
    all.tables.push_back(*std::move(found));
  }
  all.differences.resize(std::min(all.differences.size(), kMost));
  return all;
}

Result<std::vector<std::string>> differences_in(Result<Found> found) {
  return found ? Result<std::vector<std::string>>{std::move(found->differences)}
               : fail(std::move(found).error());
}

}  // namespace

std::string text_of(const ruleset::TableId& table) {
  const bool netdev = table.family == ruleset::TableFamily::Netdev;
  return (netdev ? "netdev table '" : "table '") + table.name + "'";
}

Result<Found> find(Nftables& nftables, std::span<const ruleset::Table* const> expected,
                   ruleset::Instant now) {
  return find_some(nftables, expected, now, [](const ruleset::TableId&) { return nullptr; });
}

Result<std::vector<std::string>> compare(Nftables& nftables,
                                         std::span<const ruleset::Table* const> expected,
                                         ruleset::Instant now) {
  return differences_in(find(nftables, expected, now));
}

Result<std::vector<std::string>> compare_touched(Nftables& nftables,
                                                 std::span<const ruleset::Table* const> expected,
                                                 std::span<const ruleset::Batch> batches,
                                                 ruleset::Instant now) {
  std::map<ruleset::TableId, std::set<std::string>> touched;
  for (const ruleset::Batch& batch : batches) {
    for (const ruleset::Operation& operation : batch.operations) {
      if (const std::string* set = touched_by(operation)) {
        touched[batch.table].insert(*set);
      }
    }
  }
  return differences_in(find_some(
      nftables, expected, now, [&](const ruleset::TableId& table) { return &touched[table]; }));
}

}  // namespace sekisho::kernel
