// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/values.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

/// The first interval that does not end before `value`.
Values::const_iterator from(const Values& values, Value value) {
  return std::ranges::lower_bound(values, value, {}, &Interval::last);
}

}  // namespace

Value value_of(std::span<const std::uint8_t> bytes) {
  Value value = 0;
  for (const std::uint8_t byte : bytes) {
    value = value << 8U | byte;
  }
  return value;
}

std::vector<std::uint8_t> bytes_of(Value value, std::size_t length) {
  std::vector<std::uint8_t> bytes(length);
  for (std::size_t i = length; i > 0; --i, value >>= 8U) {
    bytes[i - 1] = static_cast<std::uint8_t>(value & 0xffU);
  }
  return bytes;
}

Values united(Values intervals) {
  if (!std::ranges::is_sorted(intervals, {}, &Interval::first)) {
    std::ranges::sort(intervals, {}, &Interval::first);
  }
  Values made;
  for (const Interval& next : intervals) {
    // `first - 1` of nothing below zero: an interval from 0 on is the first or lies within one from
    // 0 on
    if (!made.empty() && (next.first <= made.back().last || next.first - 1 == made.back().last)) {
      made.back().last = std::max(made.back().last, next.last);
    } else {
      made.push_back(next);
    }
  }
  return made;
}

Values common(const Values& a, const Values& b) {
  const bool a_is_smaller = a.size() <= b.size();
  const Values& few = a_is_smaller ? a : b;
  const Values& many = a_is_smaller ? b : a;
  Values made;
  for (const Interval& one : few) {
    for (auto at = from(many, one.first); at != many.end() && at->first <= one.last; ++at) {
      made.push_back({std::max(at->first, one.first), std::min(at->last, one.last)});
    }
  }
  return made;
}

Values without(const Values& values, const Values& holes) {
  Values made;
  for (const Interval& one : values) {
    Value first = one.first;
    bool rest = true;
    for (auto hole = from(holes, one.first); rest && hole != holes.end() && hole->first <= one.last;
         ++hole) {
      if (first < hole->first) {
        made.push_back({first, hole->first - 1});
      }
      rest = hole->last < one.last;
      first = hole->last + 1;
    }
    if (rest) {
      made.push_back({first, one.last});
    }
  }
  return made;
}

bool within(const Values& inner, const Values& outer) {
  return std::ranges::all_of(inner, [&](const Interval& one) {
    const auto at = from(outer, one.first);
    return at != outer.end() && at->first <= one.first && one.last <= at->last;
  });
}

bool overlap(const Interval& interval, const Values& values) {
  const auto at = from(values, interval.first);
  return at != values.end() && at->first <= interval.last;
}

bool overlap(const Values& a, const Values& b) {
  const Values& few = a.size() <= b.size() ? a : b;
  const Values& many = a.size() <= b.size() ? b : a;
  return std::ranges::any_of(few, [&](const Interval& one) { return overlap(one, many); });
}

}  // namespace sekisho::prove
