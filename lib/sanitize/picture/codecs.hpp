// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One decoder per format, from bytes to pixels, and the encoders, from pixels to bytes. An encoder
/// knows nothing but pixels, so nothing else can be in what it makes; the same pixels become the
/// same bytes. Decoders note in the job's report what they leave behind.

#include "sanitize/picture/pixels.hpp"

#include <string>

namespace sekisho::sanitize::picture {

/// A picture as it was decoded, with what is needed to make it look right without its metadata.
struct Decoded {
  Pixels pixels;
  unsigned orientation = 1;
  std::string profile;  ///< ICC; empty where there is none
};
using DecodedOutcome = tl::expected<Decoded, Refused>;
using Encoded = tl::expected<std::string, Refused>;

/// GIF89a, the first picture, on its canvas. Own code: the format is small, and an animation's
/// other pictures are never decoded.
[[nodiscard]] DecodedOutcome decode_gif(ByteView bytes, Job& job);
/// Windows bitmaps of 1 to 32 bits, run-length encoded ones among them. Own code.
[[nodiscard]] DecodedOutcome decode_bmp(ByteView bytes, Job& job);
/// By libspng. The default picture of an APNG.
[[nodiscard]] DecodedOutcome decode_png(ByteView bytes, Job& job);
/// By libwebp. The first picture of an animation.
[[nodiscard]] DecodedOutcome decode_webp(ByteView bytes, Job& job);

/// With a palette where there are few colours; `pixels` are simplified.
[[nodiscard]] Encoded encode_png(const Pixels& pixels, const Limits& limits);
/// Lossless.
[[nodiscard]] Encoded encode_webp(const Pixels& pixels, const Limits& limits);

/// Baseline JPEG of quality 90, by libjpeg-turbo. What this function itself made comes out as it
/// was: its coefficients are read, written anew, and the result is taken if it is the same bytes,
/// so that nothing is lost a second time. All else is decoded to pixels and encoded from them.
[[nodiscard]] Encoded rebuild_jpeg(ByteView bytes, Job& job);

/// Page by page, by libtiff: two-coloured pages in CCITT group 4, all others in LZW. The resolution
/// stays, because pixels of facsimiles are not square.
[[nodiscard]] Encoded rebuild_tiff(ByteView bytes, Job& job);

}  // namespace sekisho::sanitize::picture
