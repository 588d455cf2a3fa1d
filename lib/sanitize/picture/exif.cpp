// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/exif.hpp"

namespace sekisho::sanitize::picture {
namespace {

constexpr std::string_view kIntroduction{"Exif\0\0", 6};

/// A reader of either byte order.
class Ordered {
 public:
  Ordered(ByteView bytes, bool little) : reader_{bytes}, little_{little} {}
  std::uint16_t u16() { return little_ ? reader_.le16() : reader_.u16(); }
  std::uint32_t u32() { return little_ ? reader_.le32() : reader_.u32(); }
  [[nodiscard]] bool failed() const { return reader_.failed(); }

 private:
  Reader reader_;
  bool little_;
};

}  // namespace

unsigned orientation_of(ByteView exif) {
  constexpr std::uint16_t kOrientation = 0x0112;
  constexpr std::uint16_t kShort = 3;
  if (as_text(exif).starts_with(kIntroduction)) {
    exif = exif.subspan(kIntroduction.size());
  }
  const bool little = as_text(exif).starts_with("II");
  if (!little && !as_text(exif).starts_with("MM")) {
    return 1;
  }
  Ordered head{exif.subspan(2), little};
  const bool right = head.u16() == 42;
  const std::uint32_t first = head.u32();
  if (!right || head.failed() || first >= exif.size()) {
    return 1;
  }
  Ordered directory{exif.subspan(first), little};
  for (unsigned left = directory.u16(); left > 0 && !directory.failed(); --left) {
    const std::uint16_t tag = directory.u16();
    const std::uint16_t type = directory.u16();
    const std::uint32_t count = directory.u32();
    const std::uint16_t value = directory.u16();
    (void)directory.u16();
    if (tag == kOrientation && type == kShort && count == 1 && !directory.failed()) {
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

}  // namespace sekisho::sanitize::picture
