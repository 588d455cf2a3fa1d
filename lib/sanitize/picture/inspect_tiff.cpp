// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/inspect.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::picture {
namespace {

/// The fields that make a picture (TIFF 6.0, appendix A).
constexpr std::array<std::uint16_t, 17> kFields{256, 257, 258, 259, 262, 273, 277, 278, 279,
                                                282, 283, 284, 293, 296, 297, 317, 338};
constexpr std::uint16_t kWidth = 256;
constexpr std::uint16_t kHeight = 257;
constexpr std::uint16_t kOffsets = 273;
constexpr std::uint16_t kLengths = 279;

struct Extent {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

class Scan {
 public:
  Scan(ByteView bytes, const Inspection& inspection) : bytes_{bytes}, inspection_{inspection} {}

  std::string run() {
    Reader reader{bytes_};
    if (as_text(reader.take(4)) != std::string_view{"II*\0", 4}) {
      return "no little-endian TIFF header";
    }
    covered_.push_back({0, 8});
    std::uint64_t next = reader.le32();
    while (next != 0) {
      if (++pages_ > inspection_.limits().entries) {
        return "too many pages";
      }
      if (std::string wrong = directory(next); !wrong.empty()) {
        return "page " + std::to_string(pages_) + ": " + wrong;
      }
    }
    return pages_ == 0 ? "no page" : gaps();
  }

 private:
  struct Field {
    std::uint16_t tag = 0;
    std::uint16_t type = 0;
    std::uint32_t count = 0;
    std::uint32_t value = 0;  ///< or where the values are
    std::uint32_t first = 0;  ///< the value, where it is one
  };

  static std::uint64_t width_of(std::uint16_t type) {
    return type == 3 ? 2 : type == 4 ? 4 : type == 5 ? 8 : 0;
  }

  std::string directory(std::uint64_t& next) {
    if (next >= bytes_.size()) {
      return "directory beyond the end";
    }
    Reader reader{bytes_.subspan(static_cast<std::size_t>(next))};
    const std::uint64_t count = reader.le16();
    covered_.push_back({next, 2 + 12 * count + 4});
    std::vector<std::uint32_t> offsets;
    std::vector<std::uint32_t> lengths;
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::uint16_t before = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      Field field{reader.le16(), reader.le16(), reader.le32(), 0, 0};
      Reader value{reader};
      field.value = reader.le32();
      field.first = field.type == 3 ? value.le16() : field.value;
      if (reader.failed() || field.tag <= before ||
          std::ranges::find(kFields, field.tag) == kFields.end()) {
        return "field " + std::to_string(field.tag);
      }
      before = field.tag;
      std::vector<std::uint32_t> values;
      if (!values_of(field, values)) {
        return "values of field " + std::to_string(field.tag);
      }
      width = field.tag == kWidth ? field.first : width;
      height = field.tag == kHeight ? field.first : height;
      if (field.tag == kOffsets) {
        offsets = std::move(values);
      } else if (field.tag == kLengths) {
        lengths = std::move(values);
      }
    }
    next = reader.le32();
    const bool right = !reader.failed() && width > 0 && height > 0 &&
                       width <= inspection_.limits().pixels / height &&
                       offsets.size() == lengths.size() && !offsets.empty();
    for (std::size_t i = 0; right && i < offsets.size(); ++i) {
      covered_.push_back({offsets[i], lengths[i]});
    }
    return right ? "" : "a picture of another kind";
  }

  /// The values, and the place where they are unless it is in the field.
  bool values_of(const Field& field, std::vector<std::uint32_t>& values) {
    const std::uint64_t width = width_of(field.type);
    const std::uint64_t size = width * field.count;
    if (width == 0 || field.count == 0 || size > bytes_.size()) {
      return false;
    }
    if (size <= 4) {
      values.push_back(field.first);
      if (field.count == 2) {
        values.push_back(field.value >> 16U);
      }
      return true;
    }
    if (field.value > bytes_.size() - size) {
      return false;
    }
    covered_.push_back({field.value, size});
    Reader reader{bytes_.subspan(field.value)};
    for (std::uint32_t i = 0; i < field.count && width < 8; ++i) {
      values.push_back(width == 2 ? reader.le16() : reader.le32());
    }
    return true;
  }

  /// Every byte is told of once; directories begin at even places.
  std::string gaps() {
    std::ranges::sort(covered_, {}, &Extent::start);
    std::uint64_t end = 0;
    for (const Extent& extent : covered_) {
      const bool padded = extent.start == end + 1 && end < bytes_.size() &&
                          bytes_[static_cast<std::size_t>(end)] == 0;
      if (extent.start != end && !padded) {
        return "bytes at " + std::to_string(end) + " that no field tells of, or two do";
      }
      end = extent.start + extent.length;
    }
    return end == bytes_.size() ? "" : "something behind the end";
  }

  ByteView bytes_;
  const Inspection& inspection_;
  std::vector<Extent> covered_;
  std::uint64_t pages_ = 0;
};

}  // namespace

std::string inspect_tiff(Type, ByteView rebuilt, Inspection& inspection) {
  return Scan{rebuilt, inspection}.run();
}

}  // namespace sekisho::sanitize::picture
