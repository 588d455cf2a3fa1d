// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Links in plain text, made so that no reader turns them into something to click: schemes are
/// broken (http → hxxp, others by a bracketed colon), dots in host names are bracketed, UNC paths
/// lose their start. The true target stays readable. Knows no markup.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

/// `text` is UTF-8, cleaned of control characters. Neutralise: as above; Remove: each link is
/// replaced by a word that says so. Zero-width characters and full-width spellings within a link do
/// not hide it, and are folded in what is left of it. Neutralising twice is neutralising once. Each
/// link is noted with its target. A run of more than 64 KiB without a blank is parted by a line
/// end.
[[nodiscard]] std::string without_links(std::string_view text, const Profile& profile,
                                        Report& report);

}  // namespace sekisho::sanitize::text
