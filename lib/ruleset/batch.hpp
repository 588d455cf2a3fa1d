// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One transaction for the kernel, as a value.

#include "ruleset/ruleset.hpp"

#include <string>
#include <variant>
#include <vector>

namespace sekisho::ruleset {

struct AddTable {};
struct AddChain {
  Chain chain;  ///< without its rules
};
struct DeleteChain {
  std::string chain;
};
/// Deletes every rule of the chain; the chain and its hook stay.
struct FlushChain {
  std::string chain;
};
struct AddRule {
  std::string chain;
  Rule rule;
};
struct AddSet {
  SetShape shape;
};
struct DeleteSet {
  std::string set;
};
struct AddElements {
  SetShape shape;
  Elements elements;
};
/// In sets with timeouts the writer adds each element before it deletes it: one that has just expired would void the
/// batch.
struct DeleteElements {
  SetShape shape;
  Elements elements;
};
using Operation = std::variant<AddTable, AddChain, DeleteChain, FlushChain, AddRule, AddSet, DeleteSet,
                               AddElements, DeleteElements>;

/// Operations on one table, in an order the kernel accepts.
struct Batch {
  TableId table;
  std::vector<Operation> operations;

  [[nodiscard]] bool empty() const { return operations.empty(); }
};

/// What the batch makes of `table`; of nothing, where there is none. An operation on what is not
/// there is a bug and throws std::logic_error.
[[nodiscard]] Table applied(std::optional<Table> table, const Batch& batch);

}  // namespace sekisho::ruleset
