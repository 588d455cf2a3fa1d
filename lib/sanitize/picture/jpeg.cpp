// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"
#include "sanitize/picture/colour.hpp"
#include "sanitize/picture/jpeg_markers.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>

// libjpeg ends by longjmp. Every function that calls setjmp here holds nothing that would have to
// be destroyed; owners stand in the functions that call it.

namespace sekisho::sanitize::picture {
namespace {

constexpr int kQuality = 90;
constexpr int kMostScans = 100;

/// Where libjpeg's failures land, and what they were.
struct Failure {
  jpeg_error_mgr errors{};
  std::jmp_buf landing{};
  int code = 0;
  bool output_too_large = false;
  bool out_of_memory = false;
};

[[noreturn]] void land(j_common_ptr codec) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): `errors` is the first member
  auto* const failure = reinterpret_cast<Failure*>(codec->err);
  failure->code = failure->errors.msg_code;
  std::longjmp(failure->landing, 1);  // NOLINT(cert-err52-cpp): libjpeg knows nothing else
}

/// Warnings that mean that the data is not what was encoded are failures.
void weigh(j_common_ptr codec, int level) {
  constexpr std::array kHarmless{JWRN_ADOBE_XFORM, JWRN_BOGUS_ICC, JWRN_EXTRANEOUS_DATA,
                                 JWRN_JFIF_MAJOR};
  if (level < 0 && std::ranges::find(kHarmless, codec->err->msg_code) == kHarmless.end()) {
    land(codec);
  }
}

void say_nothing(j_common_ptr) {}

void listen(Failure& failure) {
  jpeg_std_error(&failure.errors);
  failure.errors.error_exit = land;
  failure.errors.emit_message = weigh;
  failure.errors.output_message = say_nothing;
}

void count_scans(j_common_ptr codec) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): only decoders have this monitor
  const auto* const decoder = reinterpret_cast<j_decompress_ptr>(codec);
  if (decoder->input_scan_number > kMostScans) {
    codec->err->msg_code = JERR_BAD_PROGRESSION;
    land(codec);
  }
}

class Decoder : public jpeg_decompress_struct {
 public:
  Decoder(Failure& failure, ByteView bytes) : jpeg_decompress_struct{}, bytes_{bytes} {
    err = &failure.errors;
    monitor_.progress_monitor = count_scans;
  }
  ~Decoder() { jpeg_destroy_decompress(this); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// May land.
  void read_header() {
    jpeg_create_decompress(this);
    progress = &monitor_;
    jpeg_mem_src(this, bytes_.data(), bytes_.size());
    jpeg_read_header(this, TRUE);
  }

 private:
  ByteView bytes_;
  jpeg_progress_mgr monitor_{};
};

class Encoder : public jpeg_compress_struct {
 public:
  Encoder(Failure& failure, std::uint64_t most)
      : jpeg_compress_struct{}, failure_{failure}, most_{most} {
    err = &failure.errors;
    target_.encoder = this;
    target_.init_destination = [](j_compress_ptr codec) { of(codec).rewind(); };
    target_.empty_output_buffer = [](j_compress_ptr codec) -> boolean {
      of(codec).flush(of(codec).block_.size());
      return TRUE;
    };
    target_.term_destination = [](j_compress_ptr codec) {
      of(codec).flush(of(codec).block_.size() - codec->dest->free_in_buffer);
    };
  }
  ~Encoder() { jpeg_destroy_compress(this); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// May land.
  void create() {
    jpeg_create_compress(this);
    dest = &target_;
  }
  [[nodiscard]] std::string_view made() const { return made_; }
  [[nodiscard]] std::string take() { return std::move(made_); }

 private:
  struct Target : jpeg_destination_mgr {
    Encoder* encoder = nullptr;
  };
  static Encoder& of(j_compress_ptr codec) { return *static_cast<Target*>(codec->dest)->encoder; }

  void rewind() {
    target_.next_output_byte = block_.data();
    target_.free_in_buffer = block_.size();
  }
  void flush(std::size_t filled) {
    failure_.output_too_large = made_.size() + filled > most_;
    failure_.out_of_memory = !failure_.output_too_large && !append(filled);
    if (failure_.output_too_large || failure_.out_of_memory) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libjpeg's common part
      land(reinterpret_cast<j_common_ptr>(this));
    }
    rewind();
  }
  /// No exception may pass through libjpeg.
  bool append(std::size_t filled) noexcept {
    try {
      made_ += as_text({block_.data(), filled});
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  Failure& failure_;
  std::uint64_t most_;
  Target target_{};
  std::array<std::uint8_t, 65'536> block_{};
  std::string made_;
};

tl::unexpected<Refused> refused(const Failure& failure) {
  if (failure.output_too_large) {
    return refuse(Refusal::OutputTooLarge);
  }
  switch (failure.code) {
    case JERR_OUT_OF_MEMORY: throw std::bad_alloc{};
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EOF: return refuse(Refusal::Truncated, "jpeg data ends early");
    case JERR_BAD_PROGRESSION: return refuse(Refusal::ExpandsTooMuch, "too many scans");
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL: return refuse(Refusal::UnsupportedType, "this kind of jpeg");
    default:
      if (failure.out_of_memory) {
        throw std::bad_alloc{};
      }
      return refuse(Refusal::Malformed,
                    "jpeg data is damaged (" + std::to_string(failure.code) + ")");
  }
}

/// How an encoded picture differs from another but in its samples.
struct Form {
  unsigned width = 0;
  unsigned height = 0;
  int components = 0;  ///< 1 gray, 3 YCbCr
  int across = 1;      ///< luminance samples per chrominance sample
  int down = 1;
};

void configure(Encoder& encoder, const Form& form) {
  encoder.image_width = form.width;
  encoder.image_height = form.height;
  encoder.input_components = form.components;
  encoder.in_color_space = form.components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, kQuality, TRUE);
  encoder.comp_info[0].h_samp_factor = form.across;
  encoder.comp_info[0].v_samp_factor = form.down;
}

/// 4:2:0 and 4:2:2 stay; all else becomes 4:4:4.
Form form_of(const Decoder& decoder) {
  Form form{decoder.image_width, decoder.image_height, decoder.num_components == 1 ? 1 : 3, 1, 1};
  const int across = decoder.max_h_samp_factor;
  const int down = decoder.max_v_samp_factor;
  if (form.components == 3 && across == 2 && down <= 2) {
    form.across = across;
    form.down = down;
  }
  return form;
}

/// Reads the coefficients and writes them as our encoder would have. False where it lands.
bool write_coefficients(Decoder& decoder, Encoder& encoder, Failure& failure) {
  if (setjmp(failure.landing) != 0) {  // NOLINT(cert-err52-cpp)
    return false;
  }
  decoder.read_header();
  const Form form = form_of(decoder);
  if (form.components != decoder.num_components) {
    return false;
  }
  jvirt_barray_ptr* const coefficients = jpeg_read_coefficients(&decoder);
  encoder.create();
  configure(encoder, form);
  for (int i = 0; i < form.components; ++i) {
    if (decoder.comp_info[i].h_samp_factor != encoder.comp_info[i].h_samp_factor ||
        decoder.comp_info[i].v_samp_factor != encoder.comp_info[i].v_samp_factor) {
      return false;
    }
  }
  jpeg_write_coefficients(&encoder, coefficients);
  jpeg_finish_compress(&encoder);
  return true;
}

/// What our encoder makes of the coefficients, where that is `bytes` themselves. Such a stream has
/// its samples already as they leave; to decode and encode it once more would only lose some.
std::optional<std::string> made_again(ByteView bytes) {
  constexpr std::string_view kStart{
      "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb", 22};
  if (!as_text(bytes).starts_with(kStart)) {
    return std::nullopt;
  }
  Failure failure;
  listen(failure);
  Decoder decoder{failure, bytes};
  Encoder encoder{failure, bytes.size()};
  if (!write_coefficients(decoder, encoder, failure)) {
    return std::nullopt;
  }
  if (encoder.made() != as_text(bytes)) {
    return std::nullopt;
  }
  return encoder.take();
}

/// Decodes rows into `pixels`, which have the decoder's shape. False where it lands.
bool read_rows(Decoder& decoder, Pixels& pixels, Failure& failure) {
  if (setjmp(failure.landing) != 0) {  // NOLINT(cert-err52-cpp)
    return false;
  }
  jpeg_start_decompress(&decoder);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = pixels.row(decoder.output_scanline);
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  return true;
}

bool read_header(Decoder& decoder, Failure& failure) {
  if (setjmp(failure.landing) != 0) {  // NOLINT(cert-err52-cpp)
    return false;
  }
  decoder.read_header();
  return true;
}

bool write_rows(Encoder& encoder, const Pixels& pixels, const Form& form, bool rgb,
                Failure& failure) {
  if (setjmp(failure.landing) != 0) {  // NOLINT(cert-err52-cpp)
    return false;
  }
  encoder.create();
  configure(encoder, form);
  if (rgb) {
    encoder.in_color_space = JCS_RGB;
  }
  jpeg_start_compress(&encoder, TRUE);
  while (encoder.next_scanline < encoder.image_height) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): libjpeg only reads it
    JSAMPROW row = const_cast<JSAMPROW>(pixels.row(encoder.next_scanline));
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  return true;
}

/// What the decoder shall give: luminance and chrominance as they are where nothing needs colours.
J_COLOR_SPACE wanted(const Decoder& decoder, bool colours) {
  switch (decoder.jpeg_color_space) {
    case JCS_GRAYSCALE: return JCS_GRAYSCALE;
    case JCS_CMYK:
    case JCS_YCCK: return JCS_CMYK;
    case JCS_YCbCr: return colours ? JCS_RGB : JCS_YCbCr;
    default: return JCS_RGB;
  }
}

/// Ink to light, without a profile, as most programs show it. Adobe's streams are inverted.
void from_cmyk(Pixels& pixels, bool inverted) {
  std::uint8_t* target = pixels.samples.data();
  for (std::size_t at = 0; at < pixels.samples.size(); at += 4) {
    const std::uint8_t* const ink = pixels.samples.data() + at;
    const unsigned black = inverted ? ink[3] : 255U - ink[3];
    const std::array<unsigned, 3> light{inverted ? ink[0] : 255U - ink[0],
                                        inverted ? ink[1] : 255U - ink[1],
                                        inverted ? ink[2] : 255U - ink[2]};
    for (const unsigned value : light) {
      *target++ = static_cast<std::uint8_t>((value * black + 127) / 255);
    }
  }
  pixels.shape.channels = 3;
  pixels.samples.resize(pixels.shape.size());
}

Encoded encode(const Pixels& pixels, Form form, bool rgb, const Limits& limits) {
  form.width = pixels.shape.width;
  form.height = pixels.shape.height;
  Failure failure;
  listen(failure);
  Encoder encoder{failure, limits.bytes_out};
  if (!write_rows(encoder, pixels, form, rgb, failure)) {
    return refused(failure);
  }
  return encoder.take();
}

/// Upright and in sRGB, encoded anew.
Encoded through_pixels(Decoder& decoder, Failure& failure, const Markers& markers, Job& job) {
  Form form = form_of(decoder);
  decoder.out_color_space = wanted(decoder, !markers.profile.empty());
  const bool cmyk = decoder.out_color_space == JCS_CMYK;
  const unsigned channels = cmyk ? 4 : form.components == 1 ? 1 : 3;
  auto pixels = blank({decoder.image_width, decoder.image_height, channels, 1}, job);
  if (!pixels) {
    return tl::unexpected{std::move(pixels).error()};
  }
  if (!read_rows(decoder, *pixels, failure)) {
    return refused(failure);
  }
  if (const std::size_t behind = decoder.src->bytes_in_buffer; behind > 0) {
    job.report().note(Action::RemovedTrailing, {}, behind);
  }
  if (cmyk) {
    from_cmyk(*pixels, decoder.saw_Adobe_marker != FALSE);
    form.across = form.down = 1;
  } else if (!markers.profile.empty()) {
    (void)convert_to_srgb(*pixels, as_bytes(markers.profile));
  }
  turn(*pixels, markers.orientation);
  if (markers.orientation >= 5 && form.across != form.down) {
    form.across = form.down = 1;
  }
  return encode(*pixels, form, cmyk || decoder.out_color_space == JCS_RGB, job.limits());
}

}  // namespace

Encoded rebuild_jpeg(ByteView bytes, Job& job) {
  Failure failure;
  listen(failure);
  Decoder decoder{failure, bytes};
  if (!read_header(decoder, failure)) {
    return refused(failure);
  }
  if (decoder.arith_code != FALSE) {
    return refuse(Refusal::UnsupportedType, "arithmetic coding");
  }
  const std::uint64_t samples = std::uint64_t{decoder.image_width} * decoder.image_height *
                                static_cast<unsigned>(decoder.num_components);
  if (auto fits = check_size(decoder.image_width, decoder.image_height, job.limits()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  if (auto made = made_again(bytes)) {
    if (auto fits = job.expands(samples, samples); !fits) {
      return tl::unexpected{std::move(fits).error()};
    }
    return std::move(*made);
  }
  const Markers markers = read_markers(bytes, job.report());
  return through_pixels(decoder, failure, markers, job);
}

}  // namespace sekisho::sanitize::picture
