// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What is not as it was when a policy was compiled before.

#include "compile/compile.hpp"

#include <cstddef>
#include <optional>

namespace sekisho::compile {

/// All permits outside of these two runs are the same, number for number, and hold for the same time; zones have the
/// same names, numbers, interfaces and next hops.
struct Changed {
  std::size_t first = 0;
  std::size_t then_end = 0;  ///< [first, then_end) of the permits before
  std::size_t now_end = 0;   ///< [first, now_end) of those now
  bool addresses = false;    ///< zones may have other addresses
};

/// Nothing where the zones are not those of before, so that nothing can be kept. `marks`: of the permits now.
[[nodiscard]] std::optional<Changed> changes_since(const Before& before, const policy::Policy& policy,
                                                   const policy::Situation& situation, const Numbers& numbers,
                                                   const std::vector<std::uint32_t>& marks);

/// Of the permits with these indices.
[[nodiscard]] Tally tally_of(const policy::Policy& policy, std::size_t first, std::size_t end);

}  // namespace sekisho::compile
