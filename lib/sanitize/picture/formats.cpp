// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/formats.hpp"

#include "sanitize/picture/codecs.hpp"
#include "sanitize/picture/colour.hpp"
#include "sanitize/picture/inspect.hpp"

#include <array>

namespace sekisho::sanitize::picture {
namespace {

Outcome finished(Type type, Encoded encoded, Job& job) {
  if (!encoded) {
    Refused refused = std::move(encoded).error();
    refused.type = type;
    return tl::unexpected{std::move(refused)};
  }
  job.report().note(Action::RebuiltPicture);
  return Rebuilt{type, std::move(*encoded), false, {}};
}

void make_right(Decoded& decoded, Job& job) {
  simplify(decoded.pixels);
  if (!decoded.profile.empty()) {
    const Converted converted = convert_to_srgb(decoded.pixels, as_bytes(decoded.profile));
    if (converted == Converted::NotUnderstood) {
      job.report().note(Action::RemovedMetadata, "ICC profile that was not understood");
    }
    simplify(decoded.pixels);
  }
  turn(decoded.pixels, decoded.orientation);
}

using Decode = DecodedOutcome (*)(ByteView, Job&);
using Encode = Encoded (*)(const Pixels&, const Limits&);

template <Decode kDecode, Encode kEncode>
Outcome through_pixels(Type type, const Item& item, Job& job) {
  DecodedOutcome decoded = kDecode(item.bytes, job);
  if (!decoded) {
    return finished(type, tl::unexpected{std::move(decoded).error()}, job);
  }
  make_right(*decoded, job);
  return finished(type, kEncode(decoded->pixels, job.limits()), job);
}

Outcome sanitize_jpeg(Type type, const Item& item, Job& job) {
  return finished(type, rebuild_jpeg(item.bytes, job), job);
}

Outcome sanitize_tiff(Type type, const Item& item, Job& job) {
  return finished(type, rebuild_tiff(item.bytes, job), job);
}

constexpr std::array kFormats{
    Format{Type::Jpeg, sanitize_jpeg, inspect_jpeg},
    Format{Type::Png, through_pixels<decode_png, encode_png>, inspect_png},
    Format{Type::Gif, through_pixels<decode_gif, encode_png>, inspect_png},
    Format{Type::Bmp, through_pixels<decode_bmp, encode_png>, inspect_png},
    Format{Type::Webp, through_pixels<decode_webp, encode_webp>, inspect_webp},
    Format{Type::Tiff, sanitize_tiff, inspect_tiff},
};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace sekisho::sanitize::picture
