// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/pictures.hpp"

#include <qpdf/Buffer.hh>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include <jbig2.h>
#include <openjpeg.h>
#include <tiffio.h>

namespace sekisho::sanitize::pdf {
namespace {

long long integer(QPDFObjectHandle dict, const char* key, long long otherwise) {
  QPDFObjectHandle value = dict.isDictionary() ? dict.getKey(key) : QPDFObjectHandle::newNull();
  return value.isInteger() ? value.getIntValue() : otherwise;
}
bool truth(QPDFObjectHandle dict, const char* key) {
  QPDFObjectHandle value = dict.isDictionary() ? dict.getKey(key) : QPDFObjectHandle::newNull();
  return value.isBool() && value.getBoolValue();
}

void invert(std::string& bytes) {
  for (char& byte : bytes) {
    byte = static_cast<char>(~static_cast<unsigned char>(byte));
  }
}

// ── fax: libtiff reads it from a file that lies in memory ──

struct MemoryFile {
  std::string bytes;
  std::size_t at = 0;
};
MemoryFile& file(thandle_t handle) {
  return *static_cast<MemoryFile*>(handle);
}
tmsize_t read_file(thandle_t handle, void* into, tmsize_t length) {
  MemoryFile& from = file(handle);
  const std::size_t count = std::min(static_cast<std::size_t>(length), from.bytes.size() - from.at);
  std::memcpy(into, from.bytes.data() + from.at, count);
  from.at += count;
  return static_cast<tmsize_t>(count);
}
tmsize_t write_nothing(thandle_t /*handle*/, void* /*from*/, tmsize_t /*length*/) {
  return 0;
}
toff_t seek_file(thandle_t handle, toff_t offset, int whence) {
  MemoryFile& in = file(handle);
  const toff_t base = whence == SEEK_CUR ? in.at : whence == SEEK_END ? in.bytes.size() : 0;
  in.at = std::min<toff_t>(base + offset, in.bytes.size());
  return in.at;
}
int close_nothing(thandle_t /*handle*/) {
  return 0;
}
toff_t size_of_file(thandle_t handle) {
  return file(handle).bytes.size();
}

/// A little-endian TIFF of one strip around the data.
std::string tiff_around(const std::string& data, PictureSize size, QPDFObjectHandle parameters) {
  const long long k = integer(parameters, "/K", 0);
  std::string made = "II*";
  const auto put = [&](std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      made += static_cast<char>(value >> (8 * i) & 0xffU);
    }
  };
  const auto entry = [&](unsigned tag, std::uint64_t value) {
    put(tag, 2);
    put(4, 2);  // LONG
    put(1, 4);
    put(value, 4);
  };
  constexpr unsigned kEntries = 10;
  put(0, 1);
  put(8, 4);
  put(kEntries, 2);
  entry(256, size.width);
  entry(257, size.height);
  entry(258, 1);
  entry(259, k < 0 ? 4 : 3);
  entry(262, 0);  // 0 is white
  entry(273, 8 + 2 + 12 * kEntries + 4);
  entry(277, 1);
  entry(278, size.height);
  entry(279, data.size());
  entry(k < 0 ? 293 : 292,
        (k > 0 ? 1U : 0U) | (k >= 0 && truth(parameters, "/EncodedByteAlign") ? 4U : 0U));
  put(0, 4);
  return made + data;
}

std::optional<Samples> fax(const Decoded& data, PictureSize size) {
  const QPDFObjectHandle parameters =
      data.last_parameters.isInitialized() ? data.last_parameters : QPDFObjectHandle::newNull();
  const long long columns = integer(parameters, "/Columns", 1728);
  if (columns != static_cast<long long>(size.width) ||
      (integer(parameters, "/K", 0) < 0 && truth(parameters, "/EncodedByteAlign"))) {
    return std::nullopt;
  }
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  MemoryFile memory{tiff_around(data.bytes, size, parameters), 0};
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff{
      TIFFClientOpen("fax", "rm", &memory, read_file, write_nothing, seek_file, close_nothing,
                     size_of_file, nullptr, nullptr),
      TIFFClose};
  if (!tiff) {
    return std::nullopt;
  }
  Samples made{std::string((size.width + 7) / 8 * size.height, '\0'), 1, "/DeviceGray"};
  if (TIFFReadEncodedStrip(tiff.get(), 0, made.bytes.data(),
                           static_cast<tmsize_t>(made.bytes.size())) < 0 &&
      std::ranges::all_of(made.bytes, [](char c) { return c == 0; })) {
    return std::nullopt;
  }
  if (!truth(parameters, "/BlackIs1")) {
    invert(made.bytes);
  }
  return made;
}

// ── JBIG2 ──

std::optional<Samples> jbig2(const Decoded& data, PictureSize size) {
  using Context = std::unique_ptr<Jbig2Ctx, void (*)(Jbig2Ctx*)>;
  const auto say_nothing = [](void*, const char*, Jbig2Severity, std::uint32_t) {};
  const auto release = [](Jbig2Ctx* context) { jbig2_ctx_free(context); };
  std::unique_ptr<Jbig2GlobalCtx, void (*)(Jbig2GlobalCtx*)> globals{
      nullptr, [](Jbig2GlobalCtx* context) { jbig2_global_ctx_free(context); }};
  QPDFObjectHandle shared =
      data.last_parameters.isInitialized() && QPDFObjectHandle{data.last_parameters}.isDictionary()
          ? QPDFObjectHandle{data.last_parameters}.getKey("/JBIG2Globals")
          : QPDFObjectHandle::newNull();
  if (shared.isStream()) {
    const auto bytes = shared.getStreamData(qpdf_dl_generalized);
    Jbig2Ctx* const context =
        jbig2_ctx_new(nullptr, JBIG2_OPTIONS_EMBEDDED, nullptr, say_nothing, nullptr);
    if (context == nullptr || jbig2_data_in(context, bytes->getBuffer(), bytes->getSize()) < 0) {
      jbig2_ctx_free(context);
      return std::nullopt;
    }
    globals.reset(jbig2_make_global_ctx(context));
  }
  const Context context{
      jbig2_ctx_new(nullptr, JBIG2_OPTIONS_EMBEDDED, globals.get(), say_nothing, nullptr), release};
  if (!context ||
      jbig2_data_in(context.get(), as_bytes(data.bytes).data(), data.bytes.size()) < 0) {
    return std::nullopt;
  }
  jbig2_complete_page(context.get());
  Jbig2Image* const page = jbig2_page_out(context.get());
  if (page == nullptr) {
    return std::nullopt;
  }
  const std::size_t row = (size.width + 7) / 8;
  Samples made{std::string(row * size.height, '\0'), 1, "/DeviceGray"};
  for (std::uint64_t y = 0; y < std::min<std::uint64_t>(size.height, page->height); ++y) {
    std::memcpy(made.bytes.data() + y * row, page->data + y * page->stride,
                std::min<std::size_t>(row, page->stride));
  }
  jbig2_release_page(context.get(), page);
  invert(made.bytes);
  return made;
}

// ── JPEG 2000 ──

struct Source {
  ByteView bytes;
  std::size_t at = 0;
};
OPJ_SIZE_T read_source(void* into, OPJ_SIZE_T length, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t count = std::min<std::size_t>(length, source.bytes.size() - source.at);
  std::memcpy(into, source.bytes.data() + source.at, count);
  source.at += count;
  return count == 0 ? static_cast<OPJ_SIZE_T>(-1) : count;
}
OPJ_OFF_T skip_source(OPJ_OFF_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const auto left = static_cast<OPJ_OFF_T>(source.bytes.size() - source.at);
  const OPJ_OFF_T skipped = std::clamp<OPJ_OFF_T>(count, 0, left);
  source.at += static_cast<std::size_t>(skipped);
  return skipped;
}
OPJ_BOOL seek_source(OPJ_OFF_T to, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (to < 0 || static_cast<std::size_t>(to) > source.bytes.size()) {
    return OPJ_FALSE;
  }
  source.at = static_cast<std::size_t>(to);
  return OPJ_TRUE;
}

using Picture = std::unique_ptr<opj_image_t, void (*)(opj_image_t*)>;

Picture decoded_jpx(ByteView bytes, std::uint64_t most_pixels) {
  Source source{bytes, 0};
  const std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)> stream{
      static_cast<opj_stream_t*>(opj_stream_default_create(OPJ_TRUE)),
      [](opj_stream_t* s) { opj_stream_destroy(s); }};
  opj_stream_set_read_function(stream.get(), read_source);
  opj_stream_set_skip_function(stream.get(), skip_source);
  opj_stream_set_seek_function(stream.get(), seek_source);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), bytes.size());
  constexpr std::size_t kBoxHeader = 12;
  const bool boxed = bytes.size() > kBoxHeader && bytes[4] == 'j' && bytes[5] == 'P';
  const std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)> codec{
      static_cast<opj_codec_t*>(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K)),
      [](opj_codec_t* c) { opj_destroy_codec(c); }};
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* image = nullptr;
  Picture picture{nullptr, opj_image_destroy};
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE ||
      opj_read_header(stream.get(), codec.get(), &image) == OPJ_FALSE) {
    opj_image_destroy(image);
    return picture;
  }
  picture.reset(image);
  const std::uint64_t width = image->x1 - image->x0;
  const std::uint64_t height = image->y1 - image->y0;
  if (width == 0 || height == 0 || height > most_pixels / width || image->numcomps == 0 ||
      image->numcomps > 4 || opj_decode(codec.get(), stream.get(), image) == OPJ_FALSE) {
    picture.reset();
  }
  return picture;
}

std::optional<Samples> jpeg2000(const Decoded& data, PictureSize size, std::uint64_t most_pixels) {
  const Picture picture = decoded_jpx(as_bytes(data.bytes), most_pixels);
  if (!picture) {
    return std::nullopt;
  }
  // two and four components may be a colour and how opaque it is; what is opaque is not said here
  const unsigned components = picture->numcomps == 2 ? 1 : picture->numcomps;
  constexpr std::array<const char*, 5> kSpaces{nullptr, "/DeviceGray", nullptr, "/DeviceRGB",
                                               "/DeviceCMYK"};
  Samples made{std::string(size.width * size.height * components, '\xff'), 8,
               kSpaces.at(components)};
  for (unsigned c = 0; c < components; ++c) {
    const opj_image_comp_t& from = picture->comps[c];
    if (from.data == nullptr || from.w == 0 || from.h == 0 || from.prec == 0 || from.prec > 16) {
      return std::nullopt;
    }
    const int offset = from.sgnd != 0 ? 1 << (from.prec - 1) : 0;
    const int most = (1 << from.prec) - 1;
    for (std::uint64_t y = 0; y < size.height; ++y) {
      const std::uint64_t row =
          std::min<std::uint64_t>(y * from.h / size.height, from.h - 1) * from.w;
      for (std::uint64_t x = 0; x < size.width; ++x) {
        const int value = std::clamp(
            from.data[row + std::min<std::uint64_t>(x * from.w / size.width, from.w - 1)] + offset,
            0, most);
        made.bytes[(y * size.width + x) * components + c] = static_cast<char>(value * 255 / most);
      }
    }
  }
  return made;
}

}  // namespace

std::optional<Samples> decoded_picture(Decoded& data, PictureSize size, Job& job) {
  if (!job.expands(size.width * size.height / 8, size.width * size.height / 8)) {
    return std::nullopt;
  }
  if (data.last_filter == "/CCITTFaxDecode") {
    return fax(data, size);
  }
  if (data.last_filter == "/JBIG2Decode") {
    return jbig2(data, size);
  }
  return jpeg2000(data, size, job.limits().pixels);
}

}  // namespace sekisho::sanitize::pdf
