// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Keys and values of sets as nft writes them.

#include "ruleset/ruleset.hpp"

#include <string>

namespace sekisho::ruleset {

/// "0x8a000001"
[[nodiscard]] std::string mark_text(std::uint32_t mark);
/// One field of `type`: an address, a quoted interface name, a number or the name nft knows.
[[nodiscard]] std::string value_text(Type type, std::span<const std::uint8_t> bytes);
/// The key of an element with its range, field by field: "10.0.0.0/8 . tcp . 2000-2999".
[[nodiscard]] std::string element_text(const SetShape& shape, const Element& element);

}  // namespace sekisho::ruleset
