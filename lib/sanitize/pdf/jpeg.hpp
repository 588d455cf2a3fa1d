// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// JPEG data within documents. Here a picture is rebuilt from its coefficients, not from its
/// pixels: a document says itself in which colour space and at which angle it stands, and pages are
/// not to lose quality each time they pass.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string>

namespace sekisho::sanitize::pdf {

struct Jpeg {
  std::string
      bytes;  ///< sequential, one scan, own tables, no marker that is not needed to decode it
  unsigned width = 0;
  unsigned height = 0;
  unsigned components = 0;  ///< 1, 3 or 4
};
/// Nothing where it cannot be read, or has other than 8 bits, more pixels than `most_pixels`, or
/// more than 100 scans.
[[nodiscard]] std::optional<Jpeg> rebuilt_jpeg(std::string_view bytes, std::uint64_t most_pixels);

}  // namespace sekisho::sanitize::pdf
