// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The root directory of a jail.

#include "base/result.hpp"

#include <array>
#include <span>

namespace sekisho::jail {

/// What a rasteriser may read: fonts, how they are found, and how Japanese encodings map to them.
inline constexpr std::array kFontTrees{
    "/etc/fonts",         "/usr/share/fonts",      "/usr/share/fontconfig",
    "/usr/share/poppler", "/var/cache/fontconfig",
};

/// Makes an empty, read-only directory the root, in a mount namespace of the caller's own with the
/// power to mount, and lets go of all other mounts. The `trees` that exist stand in it where they
/// stood, read-only, without programs and devices.
[[nodiscard]] Result<> enter_root_with(std::span<const char* const> trees);

}  // namespace sekisho::jail
