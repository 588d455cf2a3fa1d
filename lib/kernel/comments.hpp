// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The user data that nft keeps beside rules, sets and elements: type, length, value, each a byte before the value.
/// Source: libnftnl/udata.h.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::kernel {

/// A comment as rules and elements carry it; empty for an empty one. Fails above 127 bytes, which nft refuses as well.
[[nodiscard]] Result<std::vector<std::uint8_t>> comment_data(std::string_view comment);
/// The comment in it; empty when there is none. Malformed data has none.
[[nodiscard]] std::string comment_in(ByteView user_data);
/// Pairs of type and number, as sets carry them.
[[nodiscard]] std::vector<std::uint8_t> number_data(
    const std::vector<std::pair<std::uint8_t, std::uint32_t>>& numbers);

}  // namespace sekisho::kernel
