// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/codecs.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::picture {
namespace {

constexpr std::uint8_t kExtension = 0x21;
constexpr std::uint8_t kImage = 0x2c;
constexpr std::uint8_t kControl = 0xf9;
constexpr std::uint8_t kComment = 0xfe;
constexpr std::uint8_t kApplication = 0xff;

constexpr std::uint8_t kHasPalette = 0x80;
constexpr std::uint8_t kInterlaced = 0x40;

/// The bytes of a chain of sub-blocks, one after another.
class Blocks {
 public:
  explicit Blocks(Reader& reader) : reader_{reader} {}

  /// -1 behind the last.
  int next() {
    if (left_ == 0 && !ended_) {
      left_ = reader_.u8();
      ended_ = left_ == 0;
    }
    if (ended_) {
      return -1;
    }
    --left_;
    return reader_.u8();
  }
  void skip() {
    (void)reader_.take(left_);
    left_ = 0;
    while (!ended_) {
      left_ = reader_.u8();
      ended_ = left_ == 0;
      (void)reader_.take(left_);
      left_ = 0;
    }
  }

 private:
  Reader& reader_;
  std::size_t left_ = 0;
  bool ended_ = false;
};

/// Variable-length codes of LZW, lowest bits first.
class Codes {
 public:
  explicit Codes(Blocks& blocks) : blocks_{blocks} {}

  /// -1 where the data ends.
  int next(unsigned bits) {
    while (have_ < bits) {
      const int byte = blocks_.next();
      if (byte < 0) {
        return -1;
      }
      held_ |= static_cast<std::uint32_t>(byte) << have_;
      have_ += 8;
    }
    const std::uint32_t code = held_ & ((1U << bits) - 1);
    held_ >>= bits;
    have_ -= bits;
    return static_cast<int>(code);
  }

 private:
  Blocks& blocks_;
  std::uint32_t held_ = 0;
  unsigned have_ = 0;
};

/// Indices of an image's pixels. Each code is a chain of earlier ones.
class Lzw {
 public:
  explicit Lzw(unsigned least) : clear_{1U << least}, least_{least} { forget(); }

  /// Fills `pixels`; false where the data ends before or means nothing.
  bool read(Codes& codes, std::span<std::uint8_t> pixels) {
    std::size_t filled = 0;
    while (filled < pixels.size()) {
      const int code = codes.next(bits_);
      if (code < 0 || static_cast<unsigned>(code) == clear_ + 1) {
        return false;
      }
      if (static_cast<unsigned>(code) == clear_) {
        forget();
        continue;
      }
      const auto chain = follow(static_cast<unsigned>(code));
      if (chain.empty()) {
        return false;
      }
      const std::size_t fits = std::min(chain.size(), pixels.size() - filled);
      std::copy_n(chain.begin(), fits, pixels.begin() + static_cast<std::ptrdiff_t>(filled));
      filled += fits;
    }
    return true;
  }

 private:
  static constexpr unsigned kMost = 4096;
  static constexpr unsigned kNone = kMost;

  void forget() {
    next_ = clear_ + 2;
    bits_ = least_ + 1;
    before_ = kNone;
  }
  /// The indices that a code stands for; empty for one that cannot be here.
  std::span<const std::uint8_t> follow(unsigned code) {
    const bool known = code < next_;
    if ((!known && (code > next_ || before_ == kNone)) || (before_ == kNone && code >= clear_)) {
      return {};
    }
    std::size_t at = chain_.size();
    if (!known) {
      --at;  // its own first index is also its last: put there below
    }
    for (unsigned link = known ? code : before_;; link = prefix_[link]) {
      chain_[--at] = link < clear_ ? static_cast<std::uint8_t>(link) : suffix_[link];
      if (link < clear_) {
        break;
      }
    }
    if (!known) {
      chain_.back() = chain_[at];
    }
    if (before_ != kNone && next_ < kMost) {
      prefix_[next_] = static_cast<std::uint16_t>(before_);
      suffix_[next_] = chain_[at];
      ++next_;
      if (next_ == 1U << bits_ && bits_ < 12) {
        ++bits_;
      }
    }
    before_ = code;
    return std::span{chain_}.subspan(at);
  }

  unsigned clear_;
  unsigned least_;
  unsigned next_ = 0;
  unsigned bits_ = 0;
  unsigned before_ = kNone;
  std::array<std::uint16_t, kMost> prefix_{};
  std::array<std::uint8_t, kMost> suffix_{};
  std::array<std::uint8_t, kMost + 1> chain_{};
};

using Palette = std::vector<std::array<std::uint8_t, 3>>;

Palette read_palette(Reader& reader, std::uint8_t flags) {
  Palette palette;
  if ((flags & kHasPalette) != 0) {
    for (unsigned left = 2U << (flags & 7U); left > 0; --left) {
      palette.push_back({reader.u8(), reader.u8(), reader.u8()});
    }
  }
  return palette;
}

struct Screen {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  Palette palette;
  int transparent = -1;  ///< index of the next image's colour that is not drawn
};

struct Frame {
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool interlaced = false;
  Palette palette;
};

Frame read_frame(Reader& reader) {
  Frame frame;
  frame.left = reader.le16();
  frame.top = reader.le16();
  frame.width = reader.le16();
  frame.height = reader.le16();
  const std::uint8_t flags = reader.u8();
  frame.interlaced = (flags & kInterlaced) != 0;
  frame.palette = read_palette(reader, flags);
  return frame;
}

/// The row of the picture that each row of the data is.
std::vector<std::uint32_t> row_order(const Frame& frame) {
  std::vector<std::uint32_t> rows;
  if (!frame.interlaced) {
    for (std::uint32_t y = 0; y < frame.height; ++y) {
      rows.push_back(y);
    }
    return rows;
  }
  constexpr std::array<std::array<std::uint32_t, 2>, 4> kPasses{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto& [first, step] : kPasses) {
    for (std::uint32_t y = first; y < frame.height; y += step) {
      rows.push_back(y);
    }
  }
  return rows;
}

/// On the canvas, as far as it reaches; the rest of the canvas stays transparent.
void draw(const Frame& frame, const std::vector<std::uint8_t>& indices, const Screen& screen,
          Pixels& canvas) {
  const Palette& palette = frame.palette.empty() ? screen.palette : frame.palette;
  const std::vector<std::uint32_t> rows = row_order(frame);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t y = frame.top + rows[i];
    for (std::size_t x = 0; x < frame.width; ++x) {
      const std::uint8_t index = indices[i * frame.width + x];
      if (y >= canvas.shape.height || frame.left + x >= canvas.shape.width ||
          index == screen.transparent) {
        continue;
      }
      std::uint8_t* const pixel = canvas.row(y) + 4 * (frame.left + x);
      if (index < palette.size()) {
        std::copy(palette[index].begin(), palette[index].end(), pixel);
      }
      pixel[3] = 255;
    }
  }
}

/// The image whose introducer was just read, drawn.
tl::expected<Pixels, Refused> read_picture(Reader& reader, Screen& screen, Job& job) {
  const Frame frame = read_frame(reader);
  const std::uint8_t least = reader.u8();
  if (reader.failed()) {
    return refuse(Refusal::Truncated, "gif ends in its header");
  }
  if (least < 1 || least > 8) {
    return refuse(Refusal::Malformed, "gif code size");
  }
  if (auto fits = check_size(frame.width, frame.height, job.limits()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  if (screen.width == 0 || screen.height == 0) {
    screen.width = frame.width;
    screen.height = frame.height;
  }
  auto canvas = blank({screen.width, screen.height, 4, 1}, job);
  if (!canvas) {
    return canvas;
  }
  std::vector<std::uint8_t> indices(std::size_t{frame.width} * frame.height);
  Blocks blocks{reader};
  Codes codes{blocks};
  Lzw lzw{least};
  if (!lzw.read(codes, indices)) {
    return refuse(Refusal::Truncated, "gif data ends early or is damaged");
  }
  blocks.skip();
  draw(frame, indices, screen, *canvas);
  return canvas;
}

/// An extension: the transparent colour of what follows is all that is wanted of any.
void read_extension(Reader& reader, Screen& screen, Report& report) {
  const std::uint8_t label = reader.u8();
  if (label == kControl && reader.left() > 0) {
    Reader control{Reader{reader}.take(6)};
    if (control.u8() == 4) {
      const bool transparent = (control.u8() & 1U) != 0;
      (void)control.le16();
      screen.transparent = transparent ? control.u8() : -1;
    }
  } else if (label == kComment) {
    report.note(Action::RemovedMetadata, "comment");
  } else if (label == kApplication) {
    report.note(Action::RemovedMetadata, "application extension");
  } else if (label != kControl) {
    report.note(Action::RemovedUnknown, "extension");
  }
  Blocks{reader}.skip();
}

/// What stands behind the picture. Nothing of it is needed, so nothing of it can fail.
void note_rest(Reader& reader, Screen& screen, Report& report) {
  std::uint64_t frames = 0;
  while (!reader.failed()) {
    const std::uint8_t kind = reader.u8();
    if (kind == kExtension) {
      read_extension(reader, screen, report);
    } else if (kind == kImage) {
      (void)read_frame(reader);
      (void)reader.u8();
      Blocks{reader}.skip();
      ++frames;
    } else {
      break;  // the trailer, or what stands in its place
    }
  }
  if (frames > 0) {
    report.note(Action::RemovedFrames, {}, frames);
  }
  if (reader.left() > 0) {
    report.note(Action::RemovedTrailing, {}, reader.left());
  }
}

}  // namespace

DecodedOutcome decode_gif(ByteView bytes, Job& job) {
  Reader reader{bytes};
  const std::string_view magic = as_text(reader.take(6));
  if (magic != "GIF87a" && magic != "GIF89a") {
    return refuse(Refusal::Malformed, "no gif");
  }
  Screen screen;
  screen.width = reader.le16();
  screen.height = reader.le16();
  const std::uint8_t flags = reader.u8();
  (void)reader.le16();  // background, aspect
  screen.palette = read_palette(reader, flags);
  while (!reader.failed()) {
    const std::uint8_t kind = reader.u8();
    if (kind == kExtension) {
      read_extension(reader, screen, job.report());
      continue;
    }
    if (kind != kImage || reader.failed()) {
      break;
    }
    auto pixels = read_picture(reader, screen, job);
    if (!pixels) {
      return tl::unexpected{std::move(pixels).error()};
    }
    note_rest(reader, screen, job.report());
    return Decoded{std::move(*pixels), 1, {}};
  }
  return refuse(reader.failed() ? Refusal::Truncated : Refusal::Malformed, "gif without a picture");
}

}  // namespace sekisho::sanitize::picture
