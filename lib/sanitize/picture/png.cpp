// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"
#include "sanitize/picture/exif.hpp"
#include "sanitize/picture/palette.hpp"

#include <spng.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

namespace sekisho::sanitize::picture {
namespace {

constexpr std::size_t kMostOfAChunk = 16U << 20U;
constexpr std::size_t kMostOfChunks = 64U << 20U;
constexpr int kLevel = 4;
constexpr std::size_t kSignature = 8;

struct Free {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, Free>;

Context context(int flags) {
  Context made{spng_ctx_new(flags)};
  if (!made) {
    throw std::bad_alloc{};
  }
  return made;
}

tl::unexpected<Refused> refused(int error) {
  switch (error) {
    case SPNG_EMEM: throw std::bad_alloc{};
    case SPNG_IO_EOF: return refuse(Refusal::Truncated, "png data ends early");
    default: return refuse(Refusal::Malformed, spng_strerror(error));
  }
}

/// Notes what stands beside the picture, and finds the orientation in an eXIf chunk. A chunk that
/// may be there once decides nothing when it is there twice; how chunks are made is the decoder's.
tl::expected<unsigned, Refused> read_chunks(ByteView png, Report& report) {
  constexpr std::array<std::string_view, 4> kOnce{"PLTE", "tRNS", "iCCP", "eXIf"};
  constexpr std::array<std::string_view, 5> kOfPictures{"IHDR", "PLTE", "tRNS", "IDAT", "fcTL"};
  std::array<bool, kOnce.size()> seen{};
  unsigned orientation = 1;
  Reader reader{png.subspan(std::min(kSignature, png.size()))};
  while (!reader.failed() && reader.left() > 0) {
    const std::size_t length = reader.u32();
    const std::string_view name = as_text(reader.take(4));
    const ByteView content = reader.take(length);
    (void)reader.u32();
    if (reader.failed() || name == "IEND") {
      break;
    }
    const auto once = static_cast<std::size_t>(std::ranges::find(kOnce, name) - kOnce.begin());
    if (once < kOnce.size() && std::exchange(seen.at(once), true)) {
      return refuse(Refusal::Ambiguous, "two chunks " + std::string{name});
    }
    if (name == "eXIf") {
      orientation = orientation_of(content);
    }
    if (name == "acTL") {
      report.note(Action::RemovedFrames);
    } else if (name != "fdAT" && std::ranges::find(kOfPictures, name) == kOfPictures.end()) {
      report.note(Action::RemovedMetadata, name);
    }
  }
  if (!reader.failed() && reader.left() > 0) {
    report.note(Action::RemovedTrailing, {}, reader.left());
  }
  return orientation;
}

struct Wanted {
  int format;
  unsigned channels;
  unsigned bytes;
};

Wanted wanted(const spng_ihdr& header, bool transparent) {
  if (header.bit_depth == 16) {
    return {SPNG_FMT_RGBA16, 4, 2};
  }
  switch (header.color_type) {
    case SPNG_COLOR_TYPE_GRAYSCALE:
      return transparent ? Wanted{SPNG_FMT_GA8, 2, 1} : Wanted{SPNG_FMT_G8, 1, 1};
    case SPNG_COLOR_TYPE_TRUECOLOR:
    case SPNG_COLOR_TYPE_INDEXED:
      return transparent ? Wanted{SPNG_FMT_RGBA8, 4, 1} : Wanted{SPNG_FMT_RGB8, 3, 1};
    default: return {SPNG_FMT_RGBA8, 4, 1};
  }
}

/// Where the encoder's bytes go.
struct Target {
  std::string bytes;
  std::uint64_t most = 0;
  bool too_large = false;
};

int put(spng_ctx*, void* user, void* data, std::size_t length) {
  auto& target = *static_cast<Target*>(user);
  target.too_large = length > target.most - target.bytes.size();
  if (target.too_large) {
    return SPNG_IO_ERROR;
  }
  try {
    target.bytes.append(static_cast<const char*>(data), length);
    return 0;
  } catch (const std::bad_alloc&) {
    return SPNG_EMEM;
  }
}

Encoded encode(spng_ihdr header, const Palette* palette, const std::vector<std::uint8_t>& samples,
               int filters, const Limits& limits) {
  const Context encoder = context(SPNG_CTX_ENCODER);
  Target target{{}, limits.bytes_out};
  int error = spng_set_png_stream(encoder.get(), put, &target);
  const auto then = [&](int next) { error = error == 0 ? next : error; };
  then(spng_set_ihdr(encoder.get(), &header));
  then(spng_set_option(encoder.get(), SPNG_IMG_COMPRESSION_LEVEL, kLevel));
  then(spng_set_option(encoder.get(), SPNG_FILTER_CHOICE, filters));
  if (palette != nullptr) {
    spng_plte colours{};
    spng_trns alphas{};
    for (const Colour& colour : palette->colours) {
      colours.entries[colours.n_entries++] = {colour[0], colour[1], colour[2], 255};
      alphas.type3_alpha[alphas.n_type3_entries++] = colour[3];
    }
    then(spng_set_plte(encoder.get(), &colours));
    if (palette->transparent) {
      then(spng_set_trns(encoder.get(), &alphas));
    }
  }
  then(spng_encode_image(encoder.get(), samples.data(), samples.size(), SPNG_FMT_PNG,
                         SPNG_ENCODE_FINALIZE));
  if (target.too_large) {
    return refuse(Refusal::OutputTooLarge);
  }
  if (error != 0) {
    return refused(error);
  }
  return std::move(target.bytes);
}

}  // namespace

DecodedOutcome decode_png(ByteView bytes, Job& job) {
  const Context decoder = context(0);
  spng_ihdr header{};
  int error = spng_set_chunk_limits(decoder.get(), kMostOfAChunk, kMostOfChunks);
  const auto then = [&](int next) { error = error == 0 ? next : error; };
  then(spng_set_crc_action(decoder.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD));
  then(spng_set_png_buffer(decoder.get(), bytes.data(), bytes.size()));
  then(spng_get_ihdr(decoder.get(), &header));
  if (error != 0) {
    return refused(error);
  }
  spng_trns transparency{};
  const Wanted want = wanted(header, spng_get_trns(decoder.get(), &transparency) == 0);
  auto pixels = blank({header.width, header.height, want.channels, want.bytes}, job);
  if (!pixels) {
    return tl::unexpected{std::move(pixels).error()};
  }
  Decoded decoded{std::move(*pixels), 1, {}};
  spng_iccp profile{};
  if (spng_get_iccp(decoder.get(), &profile) == 0) {
    decoded.profile.assign(profile.profile, profile.profile_len);
  }
  error = spng_decode_image(decoder.get(), decoded.pixels.samples.data(),
                            decoded.pixels.samples.size(), want.format, SPNG_DECODE_TRNS);
  if (error == 0) {
    error = spng_decode_chunks(decoder.get());
  }
  if (error != 0) {
    return refused(error);
  }
  const auto orientation = read_chunks(bytes, job.report());
  if (!orientation) {
    return tl::unexpected{orientation.error()};
  }
  decoded.orientation = *orientation;
  return decoded;
}

Encoded encode_png(const Pixels& pixels, const Limits& limits) {
  constexpr int kUnfiltered = SPNG_FILTER_CHOICE_NONE;
  spng_ihdr header{};
  header.width = pixels.shape.width;
  header.height = pixels.shape.height;
  header.bit_depth = static_cast<std::uint8_t>(8 * pixels.shape.bytes_per_sample);
  if (is_bilevel(pixels)) {
    header.bit_depth = 1;
    return encode(header, nullptr, packed_bits(pixels), kUnfiltered, limits);
  }
  if (const auto palette = palette_of(pixels)) {
    header.bit_depth = static_cast<std::uint8_t>(palette->bits);
    header.color_type = SPNG_COLOR_TYPE_INDEXED;
    return encode(header, &*palette, palette->indices, kUnfiltered, limits);
  }
  constexpr std::array<std::uint8_t, 5> kTypes{
      0, SPNG_COLOR_TYPE_GRAYSCALE, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, SPNG_COLOR_TYPE_TRUECOLOR,
      SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
  header.color_type = kTypes.at(pixels.shape.channels);
  return encode(header, nullptr, pixels.samples, SPNG_FILTER_CHOICE_SUB | SPNG_FILTER_CHOICE_UP,
                limits);
}

}  // namespace sekisho::sanitize::picture
