// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <memory>

#include <jpeglib.h>

namespace sekisho::sanitize::pdf {
namespace {

constexpr int kMostScans = 100;

/// libjpeg leaves a function only by longjmp: everything between is plain data.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf out;
};

void leave(j_common_ptr codec) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the manager is the first member
  std::longjmp(reinterpret_cast<Failure*>(codec->err)->out, 1);
}
void say_nothing(j_common_ptr /*codec*/, int /*level*/) {}
void count_scans(j_common_ptr codec) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): only the decoder has this monitor
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > kMostScans) {
    leave(codec);
  }
}

struct Codec {
  jpeg_decompress_struct in;
  jpeg_compress_struct out;
  Failure failure;
  jpeg_progress_mgr progress;
  unsigned char* made;
  unsigned long length;
};

bool acceptable(const jpeg_decompress_struct& in, std::uint64_t most_pixels) {
  return in.data_precision == 8 &&
         (in.num_components == 1 || in.num_components == 3 || in.num_components == 4) &&
         std::uint64_t{in.image_width} * in.image_height <= most_pixels;
}

bool transcode(Codec& codec, std::string_view bytes, std::uint64_t most_pixels) {
  codec.in.err = codec.out.err = jpeg_std_error(&codec.failure.manager);
  codec.failure.manager.error_exit = leave;
  codec.failure.manager.emit_message = say_nothing;
  if (setjmp(codec.failure.out) != 0) {  // NOLINT(cert-err52-cpp): libjpeg's way
    return false;
  }
  jpeg_create_decompress(&codec.in);
  jpeg_create_compress(&codec.out);
  codec.progress.progress_monitor = count_scans;
  codec.in.progress = &codec.progress;
  jpeg_mem_src(&codec.in, as_bytes(bytes).data(), bytes.size());
  if (jpeg_read_header(&codec.in, TRUE) != JPEG_HEADER_OK || !acceptable(codec.in, most_pixels)) {
    return false;
  }
  jvirt_barray_ptr* const coefficients = jpeg_read_coefficients(&codec.in);
  jpeg_copy_critical_parameters(&codec.in, &codec.out);
  codec.out.optimize_coding = TRUE;
  codec.out.density_unit = 0;
  codec.out.X_density = codec.out.Y_density = 1;
  codec.out.JFIF_minor_version = 1;
  jpeg_mem_dest(&codec.out, &codec.made, &codec.length);
  jpeg_write_coefficients(&codec.out, coefficients);
  jpeg_finish_compress(&codec.out);
  return jpeg_finish_decompress(&codec.in) != FALSE;
}

}  // namespace

std::optional<Jpeg> rebuilt_jpeg(std::string_view bytes, std::uint64_t most_pixels) {
  const auto codec = std::make_unique<Codec>();
  std::optional<Jpeg> made;
  if (transcode(*codec, bytes, most_pixels)) {
    made = Jpeg{std::string{as_text({codec->made, codec->length})}, codec->in.image_width,
                codec->in.image_height, static_cast<unsigned>(codec->in.num_components)};
  }
  jpeg_destroy_compress(&codec->out);
  jpeg_destroy_decompress(&codec->in);
  std::free(codec->made);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg's
  return made;
}

}  // namespace sekisho::sanitize::pdf
