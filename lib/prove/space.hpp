// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Sets of packets: per field the values it may have, and the lookups that have succeeded. A space
/// may hold more packets than can come, never fewer. Knows what a field is, neither rules nor
/// policy.

#include "prove/values.hpp"
#include "ruleset/ruleset.hpp"

#include <array>
#include <deque>
#include <unordered_map>
#include <vector>

namespace sekisho::prove {

using ruleset::Field;

inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::NextHop6) + 1;
/// nfproto values (linux/netfilter.h).
inline constexpr Value kIpv4 = 2;
inline constexpr Value kIpv6 = 10;

/// A mark, or another number that the kernel keeps in host order, as it stands in a key.
[[nodiscard]] Value host_order(std::uint32_t number);
[[nodiscard]] std::uint32_t number_of(Value host_ordered);

/// Of CtState.
[[nodiscard]] const Values& untracked_states();
[[nodiscard]] const Values& related_state();

/// What a field "is" where a packet lacks it: no value of that many bits. Only of fields that
/// `may_be_missing`.
[[nodiscard]] Value missing(Field field);
[[nodiscard]] bool may_be_missing(Field field);
/// Everything that the field can be, missing included.
[[nodiscard]] const Values& all_of(Field field);

/// Keeps values, so that spaces can share them and tell by the address that they are the same.
class Pool {
 public:
  const Values* keep(Values values) {
    size_ += values.size() + 1;
    return &kept_.emplace_back(std::move(values));
  }
  /// Grows with each interval that is kept.
  [[nodiscard]] std::size_t size() const { return size_; }
  const Values* point(Value value) { return keep({{value, value}}); }

  /// Large ones are calculated once for the same two.
  const Values* common(const Values* a, const Values* b);
  const Values* without(const Values* values, const Values* holes);
  [[nodiscard]] bool within(const Values* inner, const Values* outer);
  /// That these have nothing in common need not be found out again.
  void note_disjoint(const Values* a, const Values* b);

 private:
  struct Pair {
    const Values* a;
    const Values* b;
    bool operator==(const Pair&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Pair& pair) const noexcept {
      return std::hash<const Values*>{}(pair.a) * 31 + std::hash<const Values*>{}(pair.b);
    }
  };

  std::deque<Values> kept_;
  std::size_t size_ = 0;
  Values none_;
  std::unordered_map<Pair, const Values*, Hash> common_;
  std::unordered_map<Pair, const Values*, Hash> without_;
  std::unordered_map<Pair, bool, Hash> within_;
};

struct Space {
  std::array<const Values*, kFields> fields{};
  /// Positive lookups that hold for all of these packets, none of them by a field written since.
  std::vector<const ruleset::InSet*> passed;

  /// All packets; those of one family, where `nfproto` is given.
  [[nodiscard]] static Space everything();
  [[nodiscard]] static Space everything(Value nfproto);

  [[nodiscard]] const Values& operator[](Field field) const { return *at(field); }
  [[nodiscard]] const Values* at(Field field) const {
    return fields[static_cast<std::size_t>(field)];
  }
  void put(Field field, const Values* values) { fields[static_cast<std::size_t>(field)] = values; }
  /// The field is these values and no others; false when nothing is left.
  [[nodiscard]] bool narrow(Field field, const Values* values, Pool& pool);
  /// The field gets other values by a rule: what was looked up by it holds no longer.
  void overwrite(Field field, const Values* values);
  [[nodiscard]] bool is_v4() const { return is_point((*this)[Field::NfProto], kIpv4); }
  [[nodiscard]] bool is_v6() const { return is_point((*this)[Field::NfProto], kIpv6); }
};

/// What a rule that reads the field gets.
enum class Reading : std::uint8_t {
  Itself,
  Anything,  ///< bytes of another header
  Nothing,   ///< the kernel ends the rule
};
[[nodiscard]] Reading reading(const Space& space, Field field);

/// Makes one of spaces that hold each other. Marks alone may become less certain by that.
void merge(std::vector<Space>& spaces, Pool& pool);

}  // namespace sekisho::prove
