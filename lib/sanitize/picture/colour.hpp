// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Colours of a picture with an ICC profile become those of sRGB (IEC 61966-2-1). Profiles that are
/// a matrix and curves, or a curve for gray, are understood, as cameras, telephones and screens
/// have them (ICC.1:2010, annex F); lookup tables are not.

#include "sanitize/picture/pixels.hpp"

namespace sekisho::sanitize::picture {

enum class Converted : std::uint8_t { NotNeeded, Done, NotUnderstood };

/// Samples of gray or RGB, with or without alpha, are changed in place.
[[nodiscard]] Converted convert_to_srgb(Pixels& pixels, ByteView profile);

}  // namespace sekisho::sanitize::picture
