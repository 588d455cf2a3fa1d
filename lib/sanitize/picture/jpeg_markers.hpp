// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The marker segments before the first scan of a JPEG stream (ITU-T T.81, annex B), for what
/// stands in those that the decoder does not look at.

#include "sanitize/frame/frame.hpp"

#include <string>

namespace sekisho::sanitize::picture {

struct Markers {
  unsigned orientation = 1;
  std::string profile;  ///< ICC, put together from its parts; empty where one is missing
};

/// Never fails: what cannot be followed is the decoder's to refuse. Notes metadata in `report`.
[[nodiscard]] Markers read_markers(ByteView jpeg, Report& report);

}  // namespace sekisho::sanitize::picture
