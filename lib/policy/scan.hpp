// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What is looked at in a config text before the TOML library sees it: its encoding, and the depth
/// of its keys. Knows no more of TOML than strings, comments and dots.

#include "policy/spot.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sekisho::policy {

/// Where the first byte stands that is not UTF-8; nothing for good text.
[[nodiscard]] std::optional<Spot> first_bad_byte(std::string_view text, std::uint32_t file);

/// Where a key of more than `most` dotted parts begins to be too long. The library would build, and
/// later destroy, one table per part recursively.
[[nodiscard]] std::optional<Spot> first_deep_key(std::string_view text, unsigned most,
                                                 std::uint32_t file);

/// Where a table header begins with what can begin no key (`[!`): the library asserts that none
/// does.
[[nodiscard]] std::optional<Spot> first_bad_header(std::string_view text, std::uint32_t file);

/// Where a character that is not ASCII (an ideographic space, a bare Japanese key) stands outside
/// strings and comments.
[[nodiscard]] std::optional<Spot> first_foreign_character(std::string_view text,
                                                          std::uint32_t file);

}  // namespace sekisho::policy
