// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The sets that say which marks are alive: which permit each mark stands for, and which elements
/// open more than that permit does.

#include "prove/charter.hpp"
#include "prove/sets.hpp"

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sekisho::prove {

/// By its shape: the first fields of its key are a mark, a direction and an interface.
[[nodiscard]] bool is_live_set(const ruleset::SetShape& shape);

class Live {
 public:
  Live(const ruleset::Table& table, Charter& charter, Sets& sets, Pool& pool,
       std::chrono::seconds tolerance);

  /// What the mark stands for, as its elements say; null for a mark that is alive nowhere, or of
  /// nothing in the policy.
  [[nodiscard]] const Grant* grant_of(std::uint32_t mark) const;

  /// Whether success of the lookup means that the packet's mark is alive, at this hook.
  [[nodiscard]] static bool is_proof(const ruleset::InSet& lookup, ruleset::HookPoint hook);
  struct Excess {
    const ruleset::Element* element;
    std::string why;
  };
  /// The elements that such a lookup finds and that the policy does not want alive.
  const std::vector<Excess>& excess(const ruleset::InSet& lookup, ruleset::HookPoint hook);

 private:
  [[nodiscard]] std::string excess_of(const Lookup& lookup, const ruleset::Element& element,
                                      ruleset::HookPoint hook) const;
  [[nodiscard]] std::string forwarded_excess(const Lookup& lookup, const ruleset::Element& element,
                                             const Grant& grant, Way way) const;
  [[nodiscard]] std::string own_excess(const Lookup& lookup, const ruleset::Element& element,
                                       const Grant& grant, ruleset::HookPoint hook) const;

  Charter& charter_;
  Sets& sets_;
  Pool& pool_;
  std::chrono::seconds tolerance_;
  std::unordered_map<std::uint32_t, const Grant*> grants_;
  std::map<std::pair<ruleset::HookPoint, ruleset::InSet>, std::vector<Excess>> excess_;
};

}  // namespace sekisho::prove
