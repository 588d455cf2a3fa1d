// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/jpeg_markers.hpp"

#include "sanitize/picture/exif.hpp"

#include <array>

namespace sekisho::sanitize::picture {
namespace {

constexpr std::uint8_t kApplication0 = 0xe0;
constexpr std::uint8_t kApplication1 = 0xe1;
constexpr std::uint8_t kApplication2 = 0xe2;
constexpr std::uint8_t kApplication15 = 0xef;
constexpr std::uint8_t kComment = 0xfe;
constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::uint8_t kEndOfImage = 0xd9;

constexpr std::string_view kExif{"Exif\0\0", 6};
constexpr std::string_view kXmp{"http://ns.adobe.com/", 20};
constexpr std::string_view kIcc{"ICC_PROFILE\0", 12};
constexpr std::string_view kJfif{"JFIF\0", 5};
constexpr std::string_view kAdobe{"Adobe", 5};
constexpr std::string_view kMpf{"MPF\0", 4};

/// Parts of a profile, by their numbers.
class Parts {
 public:
  void add(ByteView part) {
    Reader reader{part};
    const std::uint8_t number = reader.u8();
    const std::uint8_t count = reader.u8();
    if (reader.failed() || number == 0 || number > count || (count_ != 0 && count != count_) ||
        !parts_[number].empty()) {
      broken_ = true;
      return;
    }
    count_ = count;
    parts_[number] = reader.take(reader.left());
  }
  [[nodiscard]] std::string whole() const {
    std::string made;
    for (std::size_t i = 1; i <= count_; ++i) {
      if (broken_ || parts_[i].empty()) {
        return {};
      }
      made += as_text(parts_[i]);
    }
    return made;
  }

 private:
  std::array<ByteView, 256> parts_{};
  std::size_t count_ = 0;
  bool broken_ = false;
};

std::string_view name_of(std::uint8_t marker, std::string_view content) {
  if (marker == kComment) {
    return "comment";
  }
  if (content.starts_with(kExif)) {
    return "EXIF";
  }
  if (content.starts_with(kXmp)) {
    return "XMP";
  }
  if (content.starts_with(kIcc)) {
    return "ICC profile";
  }
  if (content.starts_with(kMpf)) {
    return "further pictures";
  }
  return "application segment";
}

}  // namespace

Markers read_markers(ByteView jpeg, Report& report) {
  Markers found;
  Parts parts;
  Reader reader{jpeg};
  (void)reader.u16();  // start of image
  while (!reader.failed() && reader.u8() == 0xff) {
    std::uint8_t marker = reader.u8();
    while (marker == 0xff) {
      marker = reader.u8();
    }
    if (marker == kStartOfScan || marker == kEndOfImage) {
      break;
    }
    const std::size_t length = reader.u16();
    const ByteView segment = reader.take(length < 2 ? 0 : length - 2);
    const std::string_view content = as_text(segment);
    const bool application = marker >= kApplication0 && marker <= kApplication15;
    const bool plain = content.starts_with(kJfif) || content.starts_with(kAdobe);
    if (reader.failed() || length < 2 || (!application && marker != kComment) || plain) {
      continue;
    }
    report.note(Action::RemovedMetadata, name_of(marker, content));
    if (marker == kApplication1 && content.starts_with(kExif)) {
      found.orientation = orientation_of(segment);
    } else if (marker == kApplication2 && content.starts_with(kIcc)) {
      parts.add(segment.subspan(kIcc.size()));
    }
  }
  found.profile = parts.whole();
  return found;
}

}  // namespace sekisho::sanitize::picture
