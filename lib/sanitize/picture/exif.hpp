// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The one thing of EXIF data that a picture needs to look right (EXIF 2.32, 4.6.4).

#include "base/bytes.hpp"

namespace sekisho::sanitize::picture {

/// The orientation (1–8) that the first directory of a TIFF structure names; 1 where it names none
/// or cannot be read. Leading "Exif\0\0" is skipped.
[[nodiscard]] unsigned orientation_of(ByteView exif);

}  // namespace sekisho::sanitize::picture
