// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Archives: every entry goes through the whole sanitizer, and what comes out of it stands in a new
/// ZIP, in the order in which it came, under a name made anew. Whatever the archive was, it leaves
/// as ZIP. An entry that cannot be sanitized is replaced by a text that says why, or ends the
/// whole, as the profile wants. Encrypted and split archives are refused.

#include "sanitize/frame/frame.hpp"

#include <span>

namespace sekisho::sanitize::archive {

[[nodiscard]] std::span<const Format> formats();

}  // namespace sekisho::sanitize::archive
