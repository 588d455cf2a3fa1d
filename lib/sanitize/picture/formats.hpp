// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Pictures: decoded to pixels, made upright, brought to sRGB and encoded anew. No metadata, no
/// profile, no thumbnail, no second picture and no byte that the encoders did not write leaves.
/// GIF and BMP leave as PNG, WebP as lossless WebP, of an animation the first picture; TIFF keeps
/// its pages.

#include "sanitize/frame/frame.hpp"

#include <span>

namespace sekisho::sanitize::picture {

[[nodiscard]] std::span<const Format> formats();

}  // namespace sekisho::sanitize::picture
