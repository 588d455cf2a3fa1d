// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/inspect.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::picture {
namespace {

std::string at_place(std::string_view what, std::size_t place) {
  return std::string{what} + " at byte " + std::to_string(place);
}

bool fits(std::uint64_t width, std::uint64_t height, const Inspection& inspection) {
  return width > 0 && height > 0 && width <= inspection.limits().pixels / height;
}

/// Segments before the scan, in the order in which they may stand.
enum class JpegStage : std::uint8_t { Header, Quantization, Frame, Tables, Scan, Done };

std::string jpeg_segment(std::uint8_t marker, ByteView content, JpegStage& stage,
                         const Inspection& inspection) {
  constexpr std::string_view kJfif{"JFIF\0\1\1\0\0\1\0\1\0\0", 14};
  const auto go = [&](JpegStage from, JpegStage to) {
    const bool may = stage == from || stage == to;
    stage = to;
    return may;
  };
  switch (marker) {
    case 0xe0:
      return go(JpegStage::Header, JpegStage::Quantization) && as_text(content) == kJfif
                 ? ""
                 : "a JFIF header with more in it";
    case 0xdb:
      return stage == JpegStage::Quantization && content.size() == 65 && content[0] <= 1
                 ? ""
                 : "a quantization table out of place";
    case 0xc0: {
      Reader reader{content};
      const bool eight = reader.u8() == 8;
      const std::uint64_t height = reader.u16();
      const std::uint64_t width = reader.u16();
      const std::uint8_t components = reader.u8();
      const bool right = eight && fits(width, height, inspection) &&
                         (components == 1 || components == 3) && reader.left() == 3U * components &&
                         stage == JpegStage::Quantization;
      stage = JpegStage::Tables;
      return right ? "" : "a frame of another kind";
    }
    case 0xc4:
      return stage == JpegStage::Tables && !content.empty() && (content[0] & 0xeeU) == 0
                 ? ""
                 : "a Huffman table out of place";
    case 0xda: return go(JpegStage::Tables, JpegStage::Scan) ? "" : "a scan out of place";
    default: return "a segment of another kind";
  }
}

/// The length of entropy-coded data up to its first marker.
std::size_t scan_length(ByteView bytes) {
  std::size_t at = 0;
  while (at + 1 < bytes.size() && (bytes[at] != 0xff || bytes[at + 1] == 0)) {
    ++at;
  }
  return at;
}

std::uint32_t checksum(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value >> 1U) ^ ((value & 1U) * 0xedb88320U);
      }
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes) {
    value = kTable[(value ^ static_cast<unsigned char>(c)) & 0xffU] ^ (value >> 8U);
  }
  return ~value;
}

bool png_header(ByteView content, const Inspection& inspection) {
  Reader reader{content};
  const std::uint64_t width = reader.u32();
  const std::uint64_t height = reader.u32();
  (void)reader.u16();  // depth and colours
  const bool plain = reader.u8() == 0 && reader.u8() == 0 && reader.u8() == 0;
  return content.size() == 13 && plain && fits(width, height, inspection);
}

}  // namespace

std::string inspect_jpeg(Type, ByteView rebuilt, Inspection& inspection) {
  Reader reader{rebuilt};
  if (reader.u16() != 0xffd8) {
    return "no start of image";
  }
  JpegStage stage = JpegStage::Header;
  while (stage != JpegStage::Scan) {
    const std::size_t place = rebuilt.size() - reader.left();
    const bool marked = reader.u8() == 0xff;
    const std::uint8_t marker = reader.u8();
    const std::size_t length = reader.u16();
    const ByteView content = reader.take(length < 2 ? rebuilt.size() : length - 2);
    if (reader.failed() || !marked) {
      return at_place("no segment", place);
    }
    if (std::string wrong = jpeg_segment(marker, content, stage, inspection); !wrong.empty()) {
      return at_place(wrong, place);
    }
  }
  const ByteView rest = reader.take(reader.left());
  const std::size_t length = scan_length(rest);
  if (as_text(rest.subspan(length)) != std::string_view{"\xff\xd9", 2}) {
    return at_place("something other than the end of image", rebuilt.size() - rest.size() + length);
  }
  return {};
}

std::string inspect_png(Type, ByteView rebuilt, Inspection& inspection) {
  constexpr std::array<std::string_view, 5> kOrder{"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
  constexpr std::string_view kSignature{"\x89PNG\r\n\x1a\n", 8};
  Reader reader{rebuilt};
  if (as_text(reader.take(8)) != kSignature) {
    return "no signature";
  }
  std::size_t last = 0;
  bool first = true;
  while (last + 1 < kOrder.size()) {
    const std::size_t place = rebuilt.size() - reader.left();
    const std::size_t length = reader.u32();
    const ByteView whole = Reader{reader}.take(length + 4);
    const std::string_view name = as_text(reader.take(4));
    const ByteView content = reader.take(length);
    if (reader.u32() != checksum(as_text(whole)) || reader.failed()) {
      return at_place("a chunk that is not whole", place);
    }
    const auto found = static_cast<std::size_t>(std::ranges::find(kOrder, name) - kOrder.begin());
    const bool again = found == last && name == "IDAT";
    if (found == kOrder.size() || (first ? found != 0 : found <= last && !again)) {
      return at_place("a chunk of another kind or out of place", place);
    }
    if (first && !png_header(content, inspection)) {
      return "a header of another kind";
    }
    first = false;
    last = found;
  }
  return reader.left() == 0 ? "" : "something behind the end";
}

std::string inspect_webp(Type, ByteView rebuilt, Inspection& inspection) {
  Reader reader{rebuilt};
  const bool riff = as_text(reader.take(4)) == "RIFF" && reader.le32() == reader.left();
  if (!riff || as_text(reader.take(8)) != "WEBPVP8L") {
    return "no container with a lossless picture";
  }
  const std::size_t length = reader.le32();
  const ByteView content = reader.take(length);
  const ByteView padding = reader.take(length % 2);
  if (reader.failed() || reader.left() != 0 || (!padding.empty() && padding[0] != 0)) {
    return "something beside the picture";
  }
  Reader picture{content};
  const bool signature = picture.u8() == 0x2f;
  const std::uint32_t header = picture.le32();
  const bool right = signature && !picture.failed() && header >> 29U == 0 &&
                     fits((header & 0x3fffU) + 1, (header >> 14U & 0x3fffU) + 1, inspection);
  return right ? "" : "a picture of another kind";
}

}  // namespace sekisho::sanitize::picture
