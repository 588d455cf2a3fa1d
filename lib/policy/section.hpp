// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One table of a config while it is read: hands out the keys that are asked for, and complains of
/// those that never were.

#include "policy/document.hpp"
#include "policy/draft.hpp"
#include "policy/findings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy {

/// A key with its value, as a reader of values takes it.
struct Field {
  std::string_view key;
  const Node& node;
  Findings& findings;

  void error(const Message& message, std::vector<Argument> arguments = {},
             std::optional<Clause> clause = std::nullopt) const {
    findings.error(node.spot, message, std::move(arguments), clause);
  }
  /// "'key' must be `wanted`, not …".
  void wrong_type(const Message& wanted) const;
};

/// "a string", "an integer", … of what the node holds.
[[nodiscard]] const Message& type_of(const Node& node);

class Section {
 public:
  /// `name` and what is wrong with a node that is no table go to `findings`.
  Section(std::string_view name, const Node& node, Findings& findings);
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  /// Complains of every key that was not asked for.
  ~Section();

  [[nodiscard]] Spot spot() const { return spot_; }
  [[nodiscard]] Findings& findings() const { return findings_; }
  [[nodiscard]] bool has(std::string_view key) const;

  /// The key's value as `read` understands it; nothing where it is missing or was refused.
  template <typename T>
  std::optional<At<T>> optional(std::string_view key, std::optional<T> (*read)(const Field&)) {
    const Node* node = find(key);
    if (node == nullptr) {
      return std::nullopt;
    }
    std::optional<T> value = read(Field{key, *node, findings_});
    return value ? std::optional<At<T>>{{std::move(*value), node->spot}} : std::nullopt;
  }

  /// The same, and a missing key is an error, which names `clause` where one demands the key.
  template <typename T>
  std::optional<At<T>> required(std::string_view key, std::optional<T> (*read)(const Field&),
                                std::optional<Clause> clause = std::nullopt) {
    if (find(key) == nullptr) {
      missing(key, clause);
      return std::nullopt;
    }
    return optional(key, read);
  }

  /// An array whose elements `read` understands. Empty and not whole where it was refused.
  template <typename T>
  Listed<T> list(std::string_view key, std::optional<T> (*read)(const Field&)) {
    Listed<T> listed;
    const Node* node = find(key);
    if (node == nullptr) {
      return listed;
    }
    const auto* array = std::get_if<Array>(&node->value);
    if (array == nullptr) {
      Field{key, *node, findings_}.wrong_type(message::kArray);
      listed.whole = false;
      return listed;
    }
    listed.items.reserve(array->size());
    for (const Node& element : *array) {
      if (auto value = read(Field{key, element, findings_})) {
        listed.items.push_back({std::move(*value), element.spot});
      } else {
        listed.whole = false;
      }
    }
    return listed;
  }

  /// The same, and it must be there with at least one element.
  template <typename T>
  Listed<T> required_list(std::string_view key, std::optional<T> (*read)(const Field&)) {
    const Node* node = find(key);
    if (node == nullptr) {
      missing(key, std::nullopt);
      return {{}, false};
    }
    return filled_list(key, read);
  }

  /// May be missing, but may not be empty.
  template <typename T>
  Listed<T> filled_list(std::string_view key, std::optional<T> (*read)(const Field&)) {
    Listed<T> listed = list(key, read);
    const Node* node = find(key);
    if (node != nullptr && listed.whole && listed.items.empty()) {
      findings_.error(node->spot, message::kEmptyList, {std::string{key}});
      listed.whole = false;
    }
    return listed;
  }

  /// The key's node, for what none of the above reads; from now on the key is known.
  const Node* find(std::string_view key);
  /// "missing key", unless this is no table at all.
  void missing(std::string_view key, std::optional<Clause> clause);

 private:
  Spot spot_;
  const Table* table_ = nullptr;
  Findings& findings_;
  std::vector<std::string_view> known_;
};

/// The word of `known` that `wanted` was most likely meant to be; nothing where none is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view wanted,
                                                      std::span<const std::string_view> known);
/// "unknown key", with the nearest known one where there is one.
void unknown_key(const Entry& entry, std::span<const std::string_view> known, Findings& findings);

}  // namespace sekisho::policy
