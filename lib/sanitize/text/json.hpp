// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// JSON (RFC 8259), parsed and written anew: UTF-8, one value, numbers as they were spelt. Control
/// and bidirectional characters are taken out of strings.

#include "sanitize/frame/frame.hpp"

namespace sekisho::sanitize::text {

/// Refuses what is not JSON to the letter, more than 64 levels, and names that an object has twice:
/// readers differ in which one they take.
[[nodiscard]] Outcome sanitize_json(const Item& item, Job& job);

}  // namespace sekisho::sanitize::text
