// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/section.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

/// Letters to insert, remove or replace to make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

const Message& type_of(const Node& node) {
  switch (node.value.index()) {
    case 0: return message::kText;
    case 1: return message::kInteger;
    case 2: return message::kFloat;
    case 3: return message::kBoolean;
    case 4: return message::kDate;
    case 5: return message::kTime;
    case 6: return message::kLocalMoment;
    case 7: return message::kMoment;
    case 8: return message::kArray;
    default: return message::kTable;
  }
}

void Field::wrong_type(const Message& wanted) const {
  error(message::kWrongType, {std::string{key}, &wanted, &type_of(node)});
}

Section::Section(std::string_view name, const Node& node, Findings& findings)
    : spot_{node.spot}, table_{std::get_if<Table>(&node.value)}, findings_{findings} {
  if (table_ == nullptr) {
    Field{name, node, findings}.wrong_type(message::kTable);
  }
}

Section::~Section() {
  if (table_ == nullptr) {
    return;
  }
  for (const Entry& entry : *table_) {
    if (std::ranges::find(known_, entry.key) == known_.end()) {
      unknown_key(entry, known_, findings_);
    }
  }
}

bool Section::has(std::string_view key) const {
  return table_ != nullptr && std::ranges::find(*table_, key, &Entry::key) != table_->end();
}

const Node* Section::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) {
    known_.push_back(key);
  }
  if (table_ == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*table_, key, &Entry::key);
  return found == table_->end() ? nullptr : &found->node;
}

void Section::missing(std::string_view key, std::optional<Clause> clause) {
  if (table_ != nullptr) {
    findings_.error(spot_, message::kMissingKey, {std::string{key}}, clause);
  }
}

std::optional<std::string_view> nearest(std::string_view wanted,
                                        std::span<const std::string_view> known) {
  static constexpr std::size_t kLongestWord = 32;
  if (wanted.size() > kLongestWord) {
    return std::nullopt;
  }
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string_view word : known) {
    const std::size_t away = distance(wanted, word);
    if (away < best_distance) {
      best = word;
      best_distance = away;
    }
  }
  return best;
}

void unknown_key(const Entry& entry, std::span<const std::string_view> known, Findings& findings) {
  if (const auto near = nearest(entry.key, known)) {
    findings.error(entry.spot, message::kUnknownKeyNear, {entry.key, std::string{*near}});
  } else {
    findings.error(entry.spot, message::kUnknownKey, {entry.key});
  }
}

}  // namespace sekisho::policy
