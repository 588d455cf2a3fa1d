// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Character references of HTML (`&amp;`, `&#x3042;`), read as browsers read them. Names that are
/// not in the table stay as they are.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

struct Reference {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< bytes from the ampersand on; 0: no reference
};
/// `text` starts with an ampersand. In attributes, `&copy=1` is no reference.
[[nodiscard]] Reference reference_at(std::string_view text, bool in_attribute);

[[nodiscard]] std::string without_references(std::string_view text, bool in_attribute);

}  // namespace sekisho::sanitize::text
