// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Where in the config files something stands, small enough to keep beside every value. Knows no
/// file names.

#include <compare>
#include <cstdint>

namespace sekisho::policy {

/// File by its index among the sources; line and column count from 1, columns in code points.
/// Ordered as errors are.
struct Spot {
  std::uint32_t file = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  auto operator<=>(const Spot&) const = default;
};

/// A value and where it was said.
template <typename T>
struct At {
  T value{};
  Spot spot;
};

}  // namespace sekisho::policy
