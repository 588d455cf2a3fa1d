// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Text as a reader of links sees it: one sign per visible character, letters of ASCII in lower
/// case, full-width and small forms folded to ASCII (NFKC), what has no picture skipped.

#include <cstdint>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::text {

struct Sign {
  char32_t code;
  char32_t shown;     ///< the same in the letter case it came in
  std::size_t begin;  ///< its first byte, or that of what is skipped before it
};

[[nodiscard]] std::vector<Sign> signs_of(std::string_view text);

}  // namespace sekisho::sanitize::text
