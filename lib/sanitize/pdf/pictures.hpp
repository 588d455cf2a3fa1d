// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Pictures in encodings that do not leave: fax (ITU-T T.4, T.6), JBIG2 (T.88) and JPEG 2000
/// (T.800) → samples.

#include "sanitize/frame/frame.hpp"
#include "sanitize/pdf/source.hpp"

#include <optional>
#include <string>

namespace sekisho::sanitize::pdf {

struct PictureSize {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};
struct Samples {
  std::string bytes;            ///< rows, each from a byte on; components of a pixel side by side
  int bits = 8;                 ///< of a component
  const char* space = nullptr;  ///< "/DeviceGray" …, as the picture itself says
};
/// Of the size that is asked for: what is missing is white, what is over is cut. Nothing where it
/// cannot be read.
[[nodiscard]] std::optional<Samples> decoded_picture(Decoded& data, PictureSize size, Job& job);

}  // namespace sekisho::sanitize::pdf
