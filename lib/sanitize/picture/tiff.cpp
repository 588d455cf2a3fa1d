// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"
#include "sanitize/picture/colour.hpp"
#include "sanitize/picture/palette.hpp"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace sekisho::sanitize::picture {
namespace {

constexpr tmsize_t kMostAtOnce = 512 << 20U;  ///< one allocation of libtiff

/// A file in memory, read or written, and what went wrong with it.
class Memory {
 public:
  explicit Memory(ByteView input) : input_{input} {}
  explicit Memory(std::uint64_t most) : writing_{true}, most_{most} {}

  bool failed = false;
  bool too_large = false;
  bool out_of_memory = false;

  [[nodiscard]] std::string take() { return std::move(output_); }
  [[nodiscard]] std::uint64_t size() const { return writing_ ? output_.size() : input_.size(); }

  tmsize_t read(void* to, std::size_t count) {
    if (writing_ ? at_ > output_.size() : at_ > input_.size()) {
      return 0;
    }
    const auto start = static_cast<std::size_t>(at_);
    const std::size_t got = std::min<std::uint64_t>(count, size() - at_);
    const ByteView from = writing_ ? as_bytes(output_) : input_;
    if (got > 0) {
      std::memcpy(to, from.data() + start, got);
    }
    at_ += got;
    return static_cast<tmsize_t>(got);
  }
  /// No exception may pass through libtiff.
  tmsize_t write(const void* from, std::size_t count) noexcept {
    too_large = !writing_ || at_ > most_ || count > most_ - at_;
    if (too_large) {
      return -1;
    }
    try {
      const auto start = static_cast<std::size_t>(at_);
      output_.resize(std::max(output_.size(), start + count));
      std::memcpy(output_.data() + start, from, count);
      at_ += count;
      return static_cast<tmsize_t>(count);
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
      return -1;
    }
  }
  toff_t seek(toff_t to, int whence) {
    at_ = whence == 0 ? to : whence == 1 ? at_ + to : size() + to;
    return at_;
  }

 private:
  ByteView input_;
  std::string output_;
  bool writing_ = false;
  std::uint64_t most_ = 0;
  std::uint64_t at_ = 0;
};

Memory& memory_of(thandle_t handle) {
  return *static_cast<Memory*>(handle);
}

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using File = std::unique_ptr<TIFF, Close>;

/// Errors are kept, warnings are not wanted; both would be written to stderr otherwise.
int keep_error(TIFF*, void* user, const char*, const char*, va_list) {
  static_cast<Memory*>(user)->failed = true;
  return 1;
}
int drop_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

File open(Memory& memory, const char* mode) {
  const std::unique_ptr<TIFFOpenOptions, Close> options{TIFFOpenOptionsAlloc()};
  if (!options) {
    throw std::bad_alloc{};
  }
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), drop_warning, nullptr);
  return File{TIFFClientOpenExt(
      "item", mode, &memory,
      [](thandle_t h, void* to, tmsize_t n) {
        return memory_of(h).read(to, static_cast<std::size_t>(n));
      },
      [](thandle_t h, void* from, tmsize_t n) {
        return memory_of(h).write(from, static_cast<std::size_t>(n));
      },
      [](thandle_t h, toff_t to, int whence) { return memory_of(h).seek(to, whence); },
      [](thandle_t) { return 0; }, [](thandle_t h) -> toff_t { return memory_of(h).size(); },
      nullptr, nullptr, options.get())};
}

template <typename Value>
Value field(TIFF* tiff, std::uint32_t tag, Value otherwise) {
  Value value{};
  return TIFFGetFieldDefaulted(tiff, tag, &value) != 0 ? value : otherwise;
}

/// Old-style JPEG, and compressions that no office has, would be more code to trust.
bool is_supported(std::uint16_t compression) {
  constexpr std::array<std::uint16_t, 9> kSupported{
      COMPRESSION_NONE,      COMPRESSION_CCITTRLE,      COMPRESSION_CCITTFAX3,
      COMPRESSION_CCITTFAX4, COMPRESSION_LZW,           COMPRESSION_JPEG,
      COMPRESSION_DEFLATE,   COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS};
  return std::ranges::find(kSupported, compression) != kSupported.end();
}

/// Whole dots per inch, 0 where nothing sensible is said.
struct Resolution {
  unsigned across = 0;
  unsigned down = 0;
};

unsigned whole_dots(float value, bool centimetres) {
  const double dots = std::round(static_cast<double>(value) * (centimetres ? 2.54 : 1.0));
  return dots >= 10 && dots <= 10'000 ? static_cast<unsigned>(dots) : 0;
}

Resolution resolution_of(TIFF* tiff) {
  const auto unit = field<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  if (unit != RESUNIT_INCH && unit != RESUNIT_CENTIMETER) {
    return {};
  }
  const Resolution found{
      whole_dots(field<float>(tiff, TIFFTAG_XRESOLUTION, 0), unit == RESUNIT_CENTIMETER),
      whole_dots(field<float>(tiff, TIFFTAG_YRESOLUTION, 0), unit == RESUNIT_CENTIMETER)};
  return found.across == 0 || found.down == 0 ? Resolution{} : found;
}

struct Page {
  Pixels pixels;
  unsigned orientation = 1;
  Resolution resolution;
};

/// Rows of 32-bit words become RGBA bytes.
void unpack(const std::vector<std::uint32_t>& raster, Pixels& pixels) {
  std::uint8_t* target = pixels.samples.data();
  for (const std::uint32_t word : raster) {
    *target++ = static_cast<std::uint8_t>(TIFFGetR(word));
    *target++ = static_cast<std::uint8_t>(TIFFGetG(word));
    *target++ = static_cast<std::uint8_t>(TIFFGetB(word));
    *target++ = static_cast<std::uint8_t>(TIFFGetA(word));
  }
}

struct Image : TIFFRGBAImage {
  Image() : TIFFRGBAImage{} {}
  ~Image() { TIFFRGBAImageEnd(this); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
};

tl::expected<Page, Refused> read_page(TIFF* tiff, const Memory& memory, Job& job) {
  const auto width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  const auto height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  if (auto fits = check_size(width, height, job.limits()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  const auto compression = field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, 0);
  if (!is_supported(compression)) {
    return refuse(Refusal::UnsupportedType, "tiff compression " + std::to_string(compression));
  }
  // what is compressed, and not the words it becomes here: a facsimile has a bit per pixel
  const std::uint64_t bits = std::uint64_t{field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1)} *
                             field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  const std::uint64_t size = (std::uint64_t{width} * height * bits + 7) / 8;
  if (auto fits = job.expands(size, size); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  std::array<char, 1024> message{};
  Image image;
  if (TIFFRGBAImageOK(tiff, message.data()) == 0 ||
      TIFFRGBAImageBegin(&image, tiff, 1, message.data()) == 0) {
    return refuse(Refusal::UnsupportedType, message.data());
  }
  Page page;
  page.orientation = image.orientation;
  page.resolution = resolution_of(tiff);
  image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;
  std::vector<std::uint32_t> raster(std::size_t{width} * height);
  if (TIFFRGBAImageGet(&image, raster.data(), width, height) == 0 || memory.failed) {
    return refuse(Refusal::Malformed, "tiff data is damaged");
  }
  page.pixels.shape = {width, height, 4, 1};
  page.pixels.samples.resize(page.pixels.shape.size());
  unpack(raster, page.pixels);
  return page;
}

void make_upright(Page& page, TIFF* tiff) {
  simplify(page.pixels);
  std::uint32_t length = 0;
  void* profile = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &length, &profile) != 0 && profile != nullptr) {
    (void)convert_to_srgb(page.pixels, {static_cast<const std::uint8_t*>(profile), length});
  }
  if (page.orientation >= 5 && page.orientation <= 8) {
    std::swap(page.resolution.across, page.resolution.down);
  }
  turn(page.pixels, page.orientation);
}

/// One page; the pixels of two-coloured ones as bits, a set one black.
class PageWriter {
 public:
  PageWriter(TIFF* tiff, const Page& page)
      : tiff_{tiff}, page_{page}, shape_{page.pixels.shape}, bilevel_{is_bilevel(page.pixels)} {}

  bool write() {
    describe();
    if (!bilevel_) {
      return write_strips(page_.pixels.samples, shape_.row());
    }
    std::vector<std::uint8_t> bits = packed_bits(page_.pixels);
    for (std::uint8_t& byte : bits) {
      byte = static_cast<std::uint8_t>(~byte);
    }
    return write_strips(bits, (shape_.width + 7) / 8);
  }

 private:
  void describe() {
    const unsigned channels = shape_.channels;
    set(TIFFTAG_IMAGEWIDTH, shape_.width);
    set(TIFFTAG_IMAGELENGTH, shape_.height);
    set(TIFFTAG_BITSPERSAMPLE, bilevel_ ? 1U : 8U);
    set(TIFFTAG_SAMPLESPERPIXEL, channels);
    set(TIFFTAG_PLANARCONFIG, std::uint32_t{PLANARCONFIG_CONTIG});
    if (bilevel_) {
      set(TIFFTAG_COMPRESSION, std::uint32_t{COMPRESSION_CCITTFAX4});
      set(TIFFTAG_PHOTOMETRIC, std::uint32_t{PHOTOMETRIC_MINISWHITE});
    } else {
      set(TIFFTAG_COMPRESSION, std::uint32_t{COMPRESSION_LZW});
      set(TIFFTAG_PREDICTOR, std::uint32_t{PREDICTOR_HORIZONTAL});
      set(TIFFTAG_PHOTOMETRIC, channels >= 3 ? std::uint32_t{PHOTOMETRIC_RGB}
                                             : std::uint32_t{PHOTOMETRIC_MINISBLACK});
    }
    if (channels % 2 == 0) {
      const std::uint16_t alpha = EXTRASAMPLE_ASSOCALPHA;
      TIFFSetField(tiff_, TIFFTAG_EXTRASAMPLES, 1, &alpha);
    }
    if (page_.resolution.across != 0) {
      set(TIFFTAG_RESOLUTIONUNIT, std::uint32_t{RESUNIT_INCH});
      TIFFSetField(tiff_, TIFFTAG_XRESOLUTION, static_cast<double>(page_.resolution.across));
      TIFFSetField(tiff_, TIFFTAG_YRESOLUTION, static_cast<double>(page_.resolution.down));
    }
    rows_ = TIFFDefaultStripSize(tiff_, 0);
    set(TIFFTAG_ROWSPERSTRIP, rows_);
  }
  void set(std::uint32_t tag, std::uint32_t value) { TIFFSetField(tiff_, tag, value); }

  bool write_strips(const std::vector<std::uint8_t>& rows, std::size_t row) {
    std::vector<std::uint8_t> strip;
    for (std::uint32_t y = 0, number = 0; y < shape_.height; y += rows_, ++number) {
      const std::size_t count = std::min(rows_, shape_.height - y);
      const auto first = rows.begin() + static_cast<std::ptrdiff_t>(y * row);
      // a copy, as encoders predict in place
      strip.assign(first, first + static_cast<std::ptrdiff_t>(count * row));
      if (TIFFWriteEncodedStrip(tiff_, number, strip.data(), static_cast<tmsize_t>(strip.size())) <
          0) {
        return false;
      }
    }
    return TIFFWriteDirectory(tiff_) != 0;
  }

  TIFF* tiff_;
  const Page& page_;
  const Shape& shape_;
  bool bilevel_;
  std::uint32_t rows_ = 1;
};

tl::unexpected<Refused> refused(const Memory& output) {
  if (output.out_of_memory) {
    throw std::bad_alloc{};
  }
  return output.too_large ? refuse(Refusal::OutputTooLarge)
                          : refuse(Refusal::Malformed, "tiff encoder");
}

/// A smaller copy or a mask of another page.
bool is_picture_of_another(TIFF* tiff) {
  const auto kind = field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0);
  return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

void note_fields(TIFF* tiff, Report& report) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 8> kNamed{{
      {TIFFTAG_EXIFIFD, "EXIF"},
      {TIFFTAG_GPSIFD, "GPS"},
      {TIFFTAG_XMLPACKET, "XMP"},
      {TIFFTAG_RICHTIFFIPTC, "IPTC"},
      {TIFFTAG_PHOTOSHOP, "Photoshop"},
      {TIFFTAG_IMAGEDESCRIPTION, "description"},
      {TIFFTAG_SUBIFD, "further pictures"},
      {TIFFTAG_ICCPROFILE, "ICC profile"},
  }};
  for (const auto& [tag, name] : kNamed) {
    std::array<std::byte, 64> ignored{};  // whatever the field's values are: at most three words
    std::uint32_t first = 0;
    if (TIFFGetField(tiff, tag, &first, ignored.data(), ignored.data()) != 0) {
      report.note(Action::RemovedMetadata, name);
    }
  }
}

}  // namespace

Encoded rebuild_tiff(ByteView bytes, Job& job) {
  Memory input{bytes};
  Memory output{job.limits().bytes_out};
  const File from = open(input, "rmO");
  if (!from) {
    return refuse(Refusal::Malformed, "tiff structure");
  }
  {
    const File to = open(output, "wl");
    if (!to) {
      return refused(output);
    }
    std::uint64_t pages = 0;
    do {
      if (auto counted = job.entries(); !counted) {
        return tl::unexpected{std::move(counted).error()};
      }
      if (pages > 0 && is_picture_of_another(from.get())) {
        job.report().note(Action::RemovedHidden, "smaller copy or mask");
        continue;
      }
      auto page = read_page(from.get(), input, job);
      if (!page) {
        return tl::unexpected{std::move(page).error()};
      }
      note_fields(from.get(), job.report());
      make_upright(*page, from.get());
      if (!PageWriter{to.get(), *page}.write()) {
        return refused(output);
      }
      ++pages;
    } while (TIFFReadDirectory(from.get()) != 0);
    // a chain that does not end comes back to a page or leads nowhere
    if (input.failed || TIFFLastDirectory(from.get()) == 0) {
      return refuse(Refusal::Malformed, "tiff structure");
    }
  }
  return output.failed || output.too_large ? Encoded{refused(output)} : output.take();
}

}  // namespace sekisho::sanitize::picture
