// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/tnef.hpp"

#include "sanitize/text/charset.hpp"

#include <algorithm>
#include <optional>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::uint32_t kSignature = 0x223e9f78;
constexpr std::uint32_t kMostProperties = 10'000;

/// Attributes (2.1.3), without their types.
enum Attribute : std::uint16_t {
  kBody = 0x800c,
  kFileData = 0x800f,
  kFileTitle = 0x8010,
  kRenderData = 0x9002,  ///< begins a file
  kMessageProperties = 0x9003,
  kFileProperties = 0x9005,
  kCodePage = 0x9007,
};
/// Property identifiers (MS-OXPROPS).
enum Property : std::uint16_t {
  kPlainBody = 0x1000,
  kRtfBody = 0x1009,
  kHtmlBody = 0x1013,
  kFileDataObject = 0x3701,
  kFileName = 0x3704,
  kLongFileName = 0x3707,
};

/// Little-endian over a bounds-checked reader.
class Little {
 public:
  explicit Little(ByteView bytes) : reader_{bytes} {}
  std::uint8_t u8() { return reader_.u8(); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }
  ByteView take(std::size_t count) { return reader_.take(count); }
  /// `count` bytes, and what fills them up to four.
  ByteView padded(std::size_t count) {
    const ByteView bytes = take(count);
    take((4 - count % 4) % 4);
    return bytes;
  }
  [[nodiscard]] bool failed() const { return reader_.failed(); }
  [[nodiscard]] std::size_t left() const { return reader_.left(); }

 private:
  std::uint32_t number(std::size_t width) {
    const ByteView bytes = take(width);
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      value = value << 8U | bytes[i - 1];
    }
    return value;
  }
  Reader reader_;
};

std::string_view without_nul(std::string_view text) {
  return text.substr(0, text.find('\0'));
}
/// A string of 8 bits: by the message's code page, else as it can be read.
std::string narrow(ByteView bytes, std::optional<text::Charset> charset) {
  const std::string_view plain = without_nul(as_text(bytes));
  const auto known = charset ? charset : text::detected(plain);
  auto made = known ? text::decoded(plain, *known) : tl::unexpected{std::size_t{0}};
  return made ? std::move(*made) : std::string{};
}
std::string wide(ByteView bytes) {
  std::string marked{"\xff\xfe"};
  for (std::size_t at = 0; at + 1 < bytes.size() && (bytes[at] != 0 || bytes[at + 1] != 0);
       at += 2) {
    marked += static_cast<char>(bytes[at]);
    marked += static_cast<char>(bytes[at + 1]);
  }
  return text::decoded(marked, text::Charset::Utf16).value_or("");
}

/// Bytes of a value of a fixed type (MS-OXCDATA, 2.11.1), filled up to four; 0 for the others.
std::size_t width_of(std::uint16_t type) {
  switch (type & 0x0fffU) {
    case 0x0002:
    case 0x0003:
    case 0x0004:
    case 0x000a:
    case 0x000b: return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040: return 8;
    case 0x0048: return 16;
    default: return 0;
  }
}

class Parsing {
 public:
  explicit Parsing(ByteView bytes) : bytes_{bytes} {}

  tl::expected<Tnef, Wrong> run() && {
    if (bytes_.u32() != kSignature) {
      return tl::unexpected{Wrong{"no signature of TNEF"}};
    }
    bytes_.u16();  // a key that means nothing
    while (bytes_.left() > 0) {
      if (const Wrong wrong = attribute(); !wrong.empty()) {
        return tl::unexpected{wrong};
      }
    }
    return std::move(made_);
  }

 private:
  Wrong attribute() {
    const std::uint8_t level = bytes_.u8();
    const std::uint16_t id = bytes_.u16();
    bytes_.u16();  // its type follows from its id
    const ByteView data = bytes_.take(bytes_.u32());
    const std::uint16_t sum = bytes_.u16();
    if (bytes_.failed() || (level != 1 && level != 2)) {
      return "TNEF ends within an attribute";
    }
    std::uint32_t counted = 0;
    for (const std::uint8_t byte : data) {
      counted += byte;
    }
    if ((counted & 0xffffU) != sum) {
      return "a checksum of TNEF is wrong";
    }
    return take(id, data);
  }
  Wrong take(std::uint16_t id, ByteView data) {
    switch (id) {
      case kRenderData: made_.files.emplace_back(); return {};
      case kCodePage: code_page(data); return {};
      case kBody: made_.body = narrow(data, charset_); return {};
      case kMessageProperties: return properties(data, false);
      default: break;
    }
    if (id != kFileData && id != kFileTitle && id != kFileProperties) {
      return {};
    }
    if (made_.files.empty()) {
      return "TNEF has a file's attribute before any file";
    }
    if (id == kFileProperties) {
      return properties(data, true);
    }
    if (id == kFileData) {
      made_.files.back().bytes = as_text(data);
    } else if (made_.files.back().name.empty()) {
      made_.files.back().name = narrow(data, charset_);
    }
    return {};
  }
  void code_page(ByteView data) {
    const std::uint32_t page = Little{data}.u32();
    charset_ = page == 932     ? std::optional{text::Charset::Cp932}
               : page == 1252  ? std::optional{text::Charset::Windows1252}
               : page == 65001 ? std::optional{text::Charset::Utf8}
                               : std::nullopt;
  }

  Wrong properties(ByteView data, bool of_file) {
    Little reader{data};
    const std::uint32_t count = reader.u32();
    if (count > kMostProperties) {
      return "TNEF has too many properties";
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint16_t type = reader.u16();
      const std::uint16_t id = reader.u16();
      if (id >= 0x8000) {
        skip_name(reader);
      }
      const bool many = (type & 0x1000U) != 0;
      const std::size_t width = width_of(type);
      const std::uint32_t values = many || width == 0 ? reader.u32() : 1;
      if (values > kMostProperties) {
        return "TNEF has too many values";
      }
      for (std::uint32_t value = 0; value < values && !reader.failed(); ++value) {
        const ByteView bytes = width > 0 ? reader.padded(width) : reader.padded(reader.u32());
        take_property(id, type, bytes, of_file);
      }
      if (reader.failed()) {
        return "TNEF ends within a property";
      }
    }
    return {};
  }
  static void skip_name(Little& reader) {
    reader.take(16);
    if (reader.u32() == 0) {
      reader.u32();
    } else {
      reader.padded(reader.u32());
    }
  }
  void take_property(std::uint16_t id, std::uint16_t type, ByteView bytes, bool of_file) {
    const auto text = [&] { return type == 0x001f ? wide(bytes) : narrow(bytes, charset_); };
    if (!of_file) {
      if (id == kPlainBody) {
        made_.body = text();
      }
      made_.other_body = made_.other_body || id == kRtfBody || id == kHtmlBody;
      return;
    }
    TnefFile& file = made_.files.back();
    if (id == kLongFileName || (id == kFileName && file.name.empty())) {
      file.name = text();
    } else if (id == kFileDataObject && file.bytes.empty()) {
      // an object begins with the identifier of its interface
      file.bytes = as_text(type == 0x000d && bytes.size() >= 16 ? bytes.subspan(16) : bytes);
    }
  }

  Little bytes_;
  Tnef made_;
  std::optional<text::Charset> charset_;
};

}  // namespace

tl::expected<Tnef, Wrong> parse_tnef(ByteView bytes) {
  return Parsing{bytes}.run();
}

}  // namespace sekisho::sanitize::mail
