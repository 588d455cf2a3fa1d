// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// How many columns of a terminal a text takes: Japanese letters take two. Knows no locale and no
/// terminal.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho {

/// East Asian wide and fullwidth letters count two, combining marks none, all else one
/// (Unicode UAX #11; ambiguous letters count as narrow). Bytes that are not UTF-8 count one each.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The text in exactly `columns`: cut, with "…" at the end, or filled with spaces.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);

/// The text in lines of at most `columns`, broken at spaces and, within a longer word, anywhere.
/// A letter wider than a line has a line of its own.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

}  // namespace sekisho
