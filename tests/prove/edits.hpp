// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Changes to a table by the texts that nft would print, so that a fault reads as what was done.

#include "ruleset/ruleset.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::prove::test {

/// Words of a key, field by field: "0x80000001", "original", "in0", "10.0.0.1", "6", "443", a MAC.
/// A field "A-B" is a range.
using Words = std::vector<std::string>;

/// Adds an element; its value is what `like`, another element of the set, has where nothing is
/// said.
void add_element(ruleset::Table& table, const std::string& set, const Words& words,
                 decltype(ruleset::Element::value) value = {}, const std::string& comment = {});
/// The one element that has this text (without value and comment) is changed. A set without it is
/// an error of the test.
void change_element(ruleset::Table& table, const std::string& set, const std::string& text,
                    const std::function<void(ruleset::Element&)>& change);
/// The element gets another key.
void move_element(ruleset::Table& table, const std::string& set, const std::string& text,
                  const Words& words);
void remove_element(ruleset::Table& table, const std::string& set, const std::string& text);

/// The rules of a chain whose text begins so are replaced; by none, they go.
void replace_rules(ruleset::Table& table, const std::string& chain, const std::string& begin,
                   const std::vector<ruleset::Rule>& rules);
void put_first(ruleset::Table& table, const std::string& chain, ruleset::Rule rule);
[[nodiscard]] ruleset::Chain& chain_of(ruleset::Table& table, const std::string& name);
[[nodiscard]] ruleset::SetShape& shape_of(ruleset::Table& table, const std::string& set);

inline const ruleset::Verdict kAccept{ruleset::VerdictKind::Accept, {}};

}  // namespace sekisho::prove::test
