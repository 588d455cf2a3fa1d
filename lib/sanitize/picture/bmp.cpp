// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace sekisho::sanitize::picture {
namespace {

enum Compression : std::uint32_t {
  kRgb = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kAlphaFields = 6
};

struct Mask {
  unsigned shift = 0;
  std::uint32_t most = 0;  ///< the greatest value; 0 where there is no such channel
  [[nodiscard]] std::uint8_t of(std::uint32_t word) const {
    const std::uint64_t value = word >> shift & most;
    return static_cast<std::uint8_t>(most == 0 ? 255 : (value * 255 + most / 2) / most);
  }
};

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool top_down = false;
  unsigned bits = 0;
  std::uint32_t compression = kRgb;
  std::array<Mask, 4> masks{};  ///< red, green, blue, alpha; for 16 and 32 bits
  std::vector<std::array<std::uint8_t, 3>> palette;
  std::size_t data = 0;  ///< where the rows begin
};

constexpr std::uint32_t kCore = 12;
constexpr std::uint32_t kInfo = 40;
constexpr std::uint32_t kLongest = 124;
constexpr std::size_t kFileHeader = 14;

tl::unexpected<Refused> malformed(std::string_view what) {
  return refuse(Refusal::Malformed, what);
}

/// Consecutive bits of a pixel's word.
std::optional<Mask> mask_of(std::uint32_t bits) {
  if (bits == 0) {
    return Mask{};
  }
  const auto shift = static_cast<unsigned>(std::countr_zero(bits));
  const std::uint32_t most = bits >> shift;
  return (most & (most + 1)) == 0 ? std::optional{Mask{shift, most}} : std::nullopt;
}

bool read_masks(Reader& reader, Header& header, bool with_alpha) {
  for (std::size_t i = 0; i < (with_alpha ? 4U : 3U); ++i) {
    const auto mask = mask_of(reader.le32());
    if (!mask || (i < 3 && mask->most == 0)) {
      return false;
    }
    header.masks[i] = *mask;
  }
  return !reader.failed();
}

bool supported(const Header& header) {
  switch (header.compression) {
    case kRgb:
      return header.bits == 1 || header.bits == 2 || header.bits == 4 || header.bits == 8 ||
             header.bits == 16 || header.bits == 24 || header.bits == 32;
    case kRle8: return header.bits == 8 && !header.top_down;
    case kRle4: return header.bits == 4 && !header.top_down;
    case kBitFields:
    case kAlphaFields: return header.bits == 16 || header.bits == 32;
    default: return false;
  }
}

void read_sizes(Reader& reader, Header& header, bool core) {
  if (core) {
    header.width = reader.le16();
    header.height = reader.le16();
  } else {
    header.width = reader.le32();
    const auto height = static_cast<std::int64_t>(static_cast<std::int32_t>(reader.le32()));
    header.top_down = height < 0;
    header.height = static_cast<std::uint32_t>(height < 0 ? -height : height);
  }
  (void)reader.le16();  // planes
  header.bits = reader.le16();
}

/// What a header of version 5 says of a profile beside the picture.
void note_profile(ByteView info, Report& report) {
  constexpr std::uint32_t kLinked = 0x4c494e4b;
  constexpr std::uint32_t kEmbedded = 0x4d424544;
  Reader reader{info.subspan(56)};
  const std::uint32_t kind = reader.le32();
  if (kind == kLinked) {
    report.note(Action::RemovedExternal, "colour profile");
  } else if (kind == kEmbedded) {
    report.note(Action::RemovedMetadata, "colour profile");
  }
}

tl::expected<Header, Refused> read_header(ByteView bytes, Job& job) {
  Reader file{bytes};
  (void)file.take(10);
  Header header;
  header.data = file.le32();
  const std::uint32_t length = Reader{file}.le32();
  const ByteView info = file.take(length);
  const bool core = length == kCore;
  if (file.failed() || (!core && (length < kInfo || length > kLongest))) {
    return malformed("header of a length that no bitmap has");
  }
  Reader reader{info.subspan(4)};
  read_sizes(reader, header, core);
  std::uint32_t colours = 0;
  if (!core) {
    header.compression = reader.le32();
    (void)reader.take(12);  // size and resolution
    colours = reader.le32();
    (void)reader.le32();  // important colours
  }
  if (!supported(header)) {
    return refuse(Refusal::UnsupportedType, "compression " + std::to_string(header.compression) +
                                                " of " + std::to_string(header.bits) + " bits");
  }
  if (auto fits = check_size(header.width, header.height, job.limits()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  const bool fields = header.compression == kBitFields || header.compression == kAlphaFields;
  const bool long_header = length >= kInfo + 12;
  if (fields) {
    Reader& from = long_header ? reader : file;
    if (!read_masks(from, header,
                    long_header ? length >= 56 : header.compression == kAlphaFields)) {
      return malformed("colour masks");
    }
  } else {
    header.masks = header.bits == 16
                       ? std::array<Mask, 4>{Mask{10, 31}, Mask{5, 31}, Mask{0, 31}, {}}
                       : std::array<Mask, 4>{Mask{16, 255}, Mask{8, 255}, Mask{0, 255}, {}};
  }
  if (length == kLongest) {
    note_profile(info, job.report());
  }
  const std::uint32_t most = header.bits <= 8 ? 1U << header.bits : 0;
  const std::uint32_t count = colours == 0 || colours > most ? most : colours;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t blue = file.u8();
    const std::uint8_t green = file.u8();
    header.palette.push_back({file.u8(), green, blue});
    if (!core) {
      (void)file.u8();
    }
  }
  if (file.failed() || header.data > bytes.size()) {
    return malformed("ends in its header");
  }
  return header;
}

void put(Pixels& pixels, std::size_t x, std::size_t row, const Header& header, std::size_t index) {
  const std::size_t y = header.top_down ? row : header.height - 1 - row;
  std::uint8_t* const pixel = pixels.row(y) + 3 * x;
  const auto colour =
      index < header.palette.size() ? header.palette[index] : std::array<std::uint8_t, 3>{};
  std::copy(colour.begin(), colour.end(), pixel);
}

/// Rows of 1 to 32 bits a pixel, each filled up to four bytes.
bool read_rows(Reader& reader, const Header& header, Pixels& pixels) {
  const std::size_t stride = (std::size_t{header.width} * header.bits + 31) / 32 * 4;
  const std::size_t used = (std::size_t{header.width} * header.bits + 7) / 8;
  for (std::size_t row = 0; row < header.height; ++row) {
    // the last row may lack what fills it up
    const ByteView line = reader.take(row + 1 < header.height ? stride : used);
    if (reader.failed()) {
      return false;
    }
    if (header.bits <= 8) {
      const std::size_t per_byte = 8 / header.bits;
      for (std::size_t x = 0; x < header.width; ++x) {
        const auto shift = static_cast<unsigned>(8 - header.bits * (x % per_byte + 1));
        put(pixels, x, row, header, line[x / per_byte] >> shift & ((1U << header.bits) - 1));
      }
      continue;
    }
    std::uint8_t* target = pixels.row(header.top_down ? row : header.height - 1 - row);
    for (std::size_t at = 0; at < used; at += header.bits / 8) {
      std::uint32_t word = 0;
      for (std::size_t i = header.bits / 8; i > 0; --i) {
        word = word << 8U | line[at + i - 1];
      }
      for (std::size_t channel = 0; channel < pixels.shape.channels; ++channel) {
        *target++ = header.masks[channel].of(word);
      }
    }
  }
  return true;
}

/// Runs and literal stretches of indices, with jumps; what is jumped over stays the first colour.
class RunLength {
 public:
  RunLength(Reader& reader, const Header& header, Pixels& pixels)
      : reader_{reader}, header_{header}, pixels_{pixels} {}

  bool read() {
    for (std::size_t row = 0; row < header_.height; ++row) {
      for (std::size_t x = 0; x < header_.width; ++x) {
        put(pixels_, x, row, header_, 0);
      }
    }
    while (true) {
      const std::uint8_t count = reader_.u8();
      const std::uint8_t value = reader_.u8();
      if (reader_.failed()) {
        return false;
      }
      if (count > 0) {
        if (!run(count, value)) {
          return false;
        }
      } else if (value == 0) {
        x_ = 0;
        ++row_;
      } else if (value == 1) {
        return true;
      } else if (value == 2) {
        x_ += reader_.u8();
        row_ += reader_.u8();
      } else if (!literal(value)) {
        return false;
      }
    }
  }

 private:
  bool place(std::size_t index) {
    if (x_ >= header_.width || row_ >= header_.height) {
      return false;
    }
    put(pixels_, x_++, row_, header_, index);
    return true;
  }
  bool run(std::size_t count, std::uint8_t value) {
    for (std::size_t i = 0; i < count; ++i) {
      const bool low = i % 2 == 1;
      if (!place(header_.bits == 8 ? value : low ? value & 15U : value >> 4U)) {
        return false;
      }
    }
    return true;
  }
  bool literal(std::size_t count) {
    const std::size_t length = header_.bits == 8 ? count : (count + 1) / 2;
    const ByteView bytes = reader_.take(length + length % 2);
    if (reader_.failed()) {
      return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t byte = bytes[header_.bits == 8 ? i : i / 2];
      if (!place(header_.bits == 8 ? byte : i % 2 == 1 ? byte & 15U : byte >> 4U)) {
        return false;
      }
    }
    return true;
  }

  Reader& reader_;
  const Header& header_;
  Pixels& pixels_;
  std::size_t x_ = 0;
  std::size_t row_ = 0;
};

}  // namespace

DecodedOutcome decode_bmp(ByteView bytes, Job& job) {
  if (!as_text(bytes).starts_with("BM") || bytes.size() < kFileHeader + kCore) {
    return malformed("no bitmap");
  }
  const auto header = read_header(bytes, job);
  if (!header) {
    return tl::unexpected{header.error()};
  }
  const unsigned channels = header->masks[3].most != 0 ? 4 : 3;
  auto pixels = blank({header->width, header->height, channels, 1}, job);
  if (!pixels) {
    return tl::unexpected{std::move(pixels).error()};
  }
  Reader rows{bytes.subspan(header->data)};
  const bool runs = header->compression == kRle8 || header->compression == kRle4;
  if (runs ? !RunLength{rows, *header, *pixels}.read() : !read_rows(rows, *header, *pixels)) {
    return refuse(Refusal::Truncated, "rows end early or do not fit");
  }
  constexpr std::size_t kPadding = 3;
  if (rows.left() > kPadding) {
    job.report().note(Action::RemovedTrailing, {}, rows.left());
  }
  return Decoded{std::move(*pixels), 1, {}};
}

}  // namespace sekisho::sanitize::picture
