// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Where links of a page go, as it can be shown in a text.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

/// Begins with a scheme and "//", or "//" alone.
[[nodiscard]] bool is_remote(std::string_view target);
/// In one word, cleaned, without what browsers take out of it, at most 1,000 bytes.
[[nodiscard]] std::string shown_target(std::string_view target, Report& report);
/// What is left of a target or a text when it is compared with another: lower case, without blanks,
/// scheme and last slash.
[[nodiscard]] std::string bare(std::string_view text);

}  // namespace sekisho::sanitize::text
