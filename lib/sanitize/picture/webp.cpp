// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"
#include "sanitize/picture/exif.hpp"

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

#include <memory>
#include <new>

namespace sekisho::sanitize::picture {
namespace {

constexpr int kEffort = 1;  ///< of 0 to 9; more is much slower and hardly smaller

struct Free {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

struct Beside {
  unsigned orientation = 1;
  std::string profile;
};

/// Chunks around the picture, which the decoder leaves alone.
Beside read_chunks(ByteView webp, Report& report) {
  Beside found;
  Reader head{webp.subspan(4)};
  const std::size_t length = head.le32();
  Reader reader{webp.subspan(12, std::min(webp.size(), length + 8) - 12)};
  while (reader.left() >= 8) {
    const std::string_view name = as_text(reader.take(4));
    const std::size_t size = reader.le32();
    const ByteView content = reader.take(size);
    (void)reader.take(size % 2);
    if (name == "EXIF") {
      found.orientation = orientation_of(content);
      report.note(Action::RemovedMetadata, "EXIF");
    } else if (name == "ICCP") {
      found.profile = as_text(content);
      report.note(Action::RemovedMetadata, "ICC profile");
    } else if (name == "XMP ") {
      report.note(Action::RemovedMetadata, "XMP");
    } else if (name != "VP8 " && name != "VP8L" && name != "VP8X" && name != "ALPH" &&
               name != "ANIM" && name != "ANMF") {
      report.note(Action::RemovedUnknown, "chunk");
    }
  }
  if (webp.size() > length + 8) {
    report.note(Action::RemovedTrailing, {}, webp.size() - length - 8);
  }
  return found;
}

/// A frame's pixels onto the canvas at its place.
bool decode_into(Pixels& canvas, const WebPIterator& frame) {
  const auto fits = [](int place, int extent, std::uint32_t whole) {
    return place >= 0 && extent > 0 && std::int64_t{place} + extent <= whole;
  };
  if (!fits(frame.x_offset, frame.width, canvas.shape.width) ||
      !fits(frame.y_offset, frame.height, canvas.shape.height)) {
    return false;
  }
  const auto y = static_cast<std::size_t>(frame.y_offset);
  const auto x = static_cast<std::size_t>(frame.x_offset);
  std::uint8_t* const place = canvas.row(y) + 4 * x;
  const auto room = static_cast<std::size_t>(canvas.samples.data() + canvas.samples.size() - place);
  return WebPDecodeRGBAInto(frame.fragment.bytes, frame.fragment.size, place, room,
                            static_cast<int>(canvas.shape.row())) != nullptr;
}

struct Target {
  std::string bytes;
  std::uint64_t most = 0;
  bool out_of_memory = false;
  bool too_large = false;
};

int put(const std::uint8_t* data, std::size_t length, const WebPPicture* picture) {
  auto& target = *static_cast<Target*>(picture->custom_ptr);
  target.too_large = length > target.most - target.bytes.size();
  if (target.too_large) {
    return 0;
  }
  try {
    target.bytes += as_text({data, length});
    return 1;
  } catch (const std::bad_alloc&) {
    target.out_of_memory = true;
    return 0;
  }
}

struct Picture : WebPPicture {
  Picture() : WebPPicture{} { (void)WebPPictureInit(this); }
  ~Picture() { WebPPictureFree(this); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
};

/// As 32-bit words, which is how the encoder takes it.
bool import(Picture& to, const Pixels& pixels) {
  to.use_argb = 1;
  to.width = static_cast<int>(pixels.shape.width);
  to.height = static_cast<int>(pixels.shape.height);
  if (WebPPictureAlloc(&to) == 0) {
    return false;
  }
  const unsigned channels = pixels.shape.channels;
  for (std::size_t y = 0; y < pixels.shape.height; ++y) {
    const std::uint8_t* from = pixels.row(y);
    for (std::size_t x = 0; x < pixels.shape.width; ++x, from += channels) {
      const std::uint32_t green = from[channels >= 3 ? 1 : 0];
      const std::uint32_t blue = from[channels >= 3 ? 2 : 0];
      const std::uint32_t alpha = channels % 2 == 0 ? from[channels - 1] : 255;
      to.argb[y * static_cast<std::size_t>(to.argb_stride) + x] =
          alpha << 24U | std::uint32_t{from[0]} << 16U | green << 8U | blue;
    }
  }
  return true;
}

}  // namespace

DecodedOutcome decode_webp(ByteView bytes, Job& job) {
  const WebPData data{bytes.data(), bytes.size()};
  WebPDemuxState state{};
  const std::unique_ptr<WebPDemuxer, Free> demuxer{WebPDemuxPartial(&data, &state)};
  if (!demuxer || state != WEBP_DEMUX_DONE) {
    const bool short_of_data =
        state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER;
    return refuse(short_of_data ? Refusal::Truncated : Refusal::Malformed, "webp structure");
  }
  const std::uint32_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const std::uint32_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  auto canvas = blank({width, height, 4, 1}, job);
  if (!canvas) {
    return tl::unexpected{std::move(canvas).error()};
  }
  WebPIterator frame{};
  const bool decoded = WebPDemuxGetFrame(demuxer.get(), 1, &frame) != 0 && frame.complete != 0 &&
                       decode_into(*canvas, frame);
  WebPDemuxReleaseIterator(&frame);
  if (!decoded) {
    return refuse(Refusal::Malformed, "webp picture");
  }
  if (const std::uint32_t frames = WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT); frames > 1) {
    job.report().note(Action::RemovedFrames, {}, frames - 1);
  }
  Beside beside = read_chunks(bytes, job.report());
  return Decoded{std::move(*canvas), beside.orientation, std::move(beside.profile)};
}

Encoded encode_webp(const Pixels& pixels, const Limits& limits) {
  WebPConfig config{};
  if (WebPConfigInit(&config) == 0 || WebPConfigLosslessPreset(&config, kEffort) == 0) {
    return refuse(Refusal::Malformed, "webp encoder of another version");
  }
  config.exact = 1;
  Picture picture;
  if (!import(picture, pixels)) {
    throw std::bad_alloc{};
  }
  Target target{{}, limits.bytes_out};
  picture.writer = put;
  picture.custom_ptr = &target;
  if (WebPEncode(&config, &picture) == 0) {
    if (target.too_large) {
      return refuse(Refusal::OutputTooLarge);
    }
    if (target.out_of_memory || picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY) {
      throw std::bad_alloc{};
    }
    return refuse(Refusal::Malformed, "webp encoder: " + std::to_string(picture.error_code));
  }
  return std::move(target.bytes);
}

}  // namespace sekisho::sanitize::picture
