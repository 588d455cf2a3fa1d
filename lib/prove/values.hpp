// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Sets of numbers as closed intervals, wide enough for an IPv6 address: what a field of a packet
/// may be. Knows neither fields nor rules.

#include <cstdint>
#include <span>
#include <vector>

namespace sekisho::prove {

// ISO C++ has no integer of 128 bits
__extension__ typedef unsigned __int128 Value;  // NOLINT(modernize-use-using)

/// first ≤ last.
struct Interval {
  Value first = 0;
  Value last = 0;
  bool operator==(const Interval&) const = default;
};

/// Sorted and disjoint; what touches is one.
using Values = std::vector<Interval>;

/// Big-endian; at most 16 bytes.
[[nodiscard]] Value value_of(std::span<const std::uint8_t> bytes);
/// The other way round, of so many bytes.
[[nodiscard]] std::vector<std::uint8_t> bytes_of(Value value, std::size_t length);

/// Of intervals in any order.
[[nodiscard]] Values united(Values intervals);
[[nodiscard]] Values common(const Values& a, const Values& b);
[[nodiscard]] Values without(const Values& values, const Values& holes);
[[nodiscard]] bool within(const Values& inner, const Values& outer);
[[nodiscard]] bool overlap(const Interval& interval, const Values& values);
[[nodiscard]] bool overlap(const Values& a, const Values& b);
[[nodiscard]] inline bool contains(const Values& values, Value value) {
  return overlap(Interval{value, value}, values);
}
[[nodiscard]] inline bool is_point(const Values& values, Value value) {
  return values.size() == 1 && values.front() == Interval{value, value};
}

}  // namespace sekisho::prove
