// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/bytes.hpp"
#include "sanitize/pdf/fonts.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace sekisho::sanitize::pdf {
namespace {

/// Operators of DICT data that say where something lies (Technical Note 5176, tables 9 and 23); 12
/// x is 0x0c00 + x.
constexpr unsigned kCharset = 15;
constexpr unsigned kEncoding = 16;
constexpr unsigned kCharStrings = 17;
constexpr unsigned kPrivate = 18;
constexpr unsigned kSubrs = 19;
constexpr unsigned kFdArray = 0x0c24;
constexpr unsigned kFdSelect = 0x0c25;

using Dict = std::map<unsigned, std::vector<std::int64_t>>;

/// A real number's nibbles up to its end; its value is nobody's concern here.
void skip_real(Reader& reader) {
  while (!reader.failed()) {
    const unsigned byte = reader.u8();
    if ((byte & 0xfU) == 0xf || byte >> 4U == 0xf) {
      return;
    }
  }
}

std::int64_t number(Reader& reader, unsigned first) {
  if (first <= 246 && first >= 32) {
    return static_cast<std::int64_t>(first) - 139;
  }
  if (first >= 247 && first <= 250) {
    return (static_cast<std::int64_t>(first) - 247) * 256 + reader.u8() + 108;
  }
  if (first >= 251 && first <= 254) {
    return -(static_cast<std::int64_t>(first) - 251) * 256 - reader.u8() - 108;
  }
  if (first == 28) {
    return static_cast<std::int16_t>(reader.u16());
  }
  if (first == 29) {
    return static_cast<std::int32_t>(reader.u32());
  }
  skip_real(reader);
  return 0;
}

std::optional<Dict> read_dict(std::string_view bytes) {
  Reader reader{as_bytes(bytes)};
  Dict dict;
  std::vector<std::int64_t> operands;
  while (reader.left() > 0 && !reader.failed()) {
    const unsigned first = reader.u8();
    if (first > 21) {
      if (first == 31 || (first >= 22 && first <= 27) || first == 255 || operands.size() >= 48) {
        return std::nullopt;
      }
      operands.push_back(number(reader, first));
      continue;
    }
    const unsigned operation = first == 12 ? 0x0c00U + reader.u8() : first;
    dict[operation] = std::exchange(operands, {});
  }
  return reader.failed() ? std::nullopt : std::optional{std::move(dict)};
}

/// The font while it is walked: every byte that a structure covers.
class Walk {
 public:
  explicit Walk(std::string_view font) : font_{font}, covered_(font.size(), false) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::string_view cover(std::size_t at, std::size_t length) {
    if (at > font_.size() || length > font_.size() - at) {
      failed_ = true;
      return {};
    }
    std::fill_n(covered_.begin() + static_cast<std::ptrdiff_t>(at), length, true);
    return font_.substr(at, length);
  }
  std::uint32_t number(std::size_t at, std::size_t width) {
    std::uint32_t value = 0;
    for (const char c : cover(at, width)) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }

  struct Index {
    std::vector<std::string_view> entries;
    std::size_t end = 0;
  };
  Index index(std::size_t at) {
    const std::size_t count = number(at, 2);
    if (count == 0 || failed_) {
      return {{}, at + 2};
    }
    const std::size_t width = number(at + 2, 1);
    const std::size_t offsets = at + 3;
    const std::size_t data = offsets + (count + 1) * width - 1;
    if (width == 0 || width > 4) {
      failed_ = true;
      return {};
    }
    Index made;
    std::uint32_t last = number(offsets, width);
    failed_ = failed_ || last != 1;
    for (std::size_t i = 1; i <= count && !failed_; ++i) {
      const std::uint32_t next = number(offsets + i * width, width);
      failed_ = failed_ || next < last;
      if (!failed_) {
        made.entries.push_back(cover(data + last, next - last));
      }
      last = next;
    }
    made.end = data + last;
    return made;
  }

  void private_dict(const Dict& owner) {
    const auto found = owner.find(kPrivate);
    if (found == owner.end()) {
      return;
    }
    if (found->second.size() != 2 || found->second[0] < 0 || found->second[1] < 0) {
      failed_ = true;
      return;
    }
    const auto at = static_cast<std::size_t>(found->second[1]);
    const std::optional<Dict> dict =
        read_dict(cover(at, static_cast<std::size_t>(found->second[0])));
    if (!dict) {
      failed_ = true;
    } else if (const auto subrs = offset(*dict, kSubrs)) {
      index(at + *subrs);
    }
  }

  [[nodiscard]] static std::optional<std::size_t> offset(const Dict& dict, unsigned operation) {
    const auto found = dict.find(operation);
    if (found == dict.end() || found->second.size() != 1 || found->second[0] <= 0) {
      return std::nullopt;
    }
    return static_cast<std::size_t>(found->second[0]);
  }

  void charset(std::size_t at, std::size_t glyphs) {
    const std::uint32_t format = number(at, 1);
    if (format == 0) {
      (void)cover(at + 1, 2 * (glyphs - 1));
      return;
    }
    const std::size_t width = format == 1 ? 1 : 2;
    failed_ = failed_ || format > 2;
    std::size_t place = at + 1;
    for (std::size_t named = 1; named < glyphs && !failed_; place += 2 + width) {
      (void)number(place, 2);
      named += number(place + 2, width) + 1;
    }
  }

  void encoding(std::size_t at) {
    const std::uint32_t format = number(at, 1);
    const std::size_t count = number(at + 1, 1);
    const std::size_t width = (format & 0x7fU) == 0 ? 1 : 2;
    failed_ = failed_ || (format & 0x7fU) > 1;
    (void)cover(at + 2, count * width);
    if ((format & 0x80U) != 0) {
      const std::size_t more = at + 2 + count * width;
      (void)cover(more + 1, 3 * std::size_t{number(more, 1)});
    }
  }

  void fd_select(std::size_t at, std::size_t glyphs) {
    const std::uint32_t format = number(at, 1);
    if (format == 0) {
      (void)cover(at + 1, glyphs);
    } else {
      failed_ = failed_ || format != 3;
      (void)cover(at + 3, 3 * std::size_t{number(at + 1, 2)} + 2);
    }
  }

  [[nodiscard]] std::string result() const {
    std::string made{font_};
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = covered_[i] ? made[i] : '\0';
    }
    const auto last = std::ranges::find(covered_.rbegin(), covered_.rend(), true);
    made.resize(static_cast<std::size_t>(covered_.rend() - last));
    return made;
  }

 private:
  std::string_view font_;
  std::vector<bool> covered_;
  bool failed_ = false;
};

void walk_font(Walk& walk, const Dict& top) {
  const auto char_strings = Walk::offset(top, kCharStrings);
  const std::size_t glyphs = char_strings ? walk.index(*char_strings).entries.size() : 0;
  if (glyphs == 0) {
    (void)walk.cover(SIZE_MAX, 1);
    return;
  }
  if (const auto at = Walk::offset(top, kCharset); at && *at > 2) {
    walk.charset(*at, glyphs);
  }
  if (const auto at = Walk::offset(top, kEncoding); at && *at > 1) {
    walk.encoding(*at);
  }
  if (const auto at = Walk::offset(top, kFdSelect)) {
    walk.fd_select(*at, glyphs);
  }
  if (const auto at = Walk::offset(top, kFdArray)) {
    for (const std::string_view entry : walk.index(*at).entries) {
      const std::optional<Dict> dict = read_dict(entry);
      walk.private_dict(dict.value_or(Dict{{kPrivate, {}}}));
    }
  }
  walk.private_dict(top);
}

}  // namespace

std::optional<std::string> rebuilt_cff(std::string_view font) {
  Walk walk{font};
  const std::uint32_t major = walk.number(0, 1);
  const std::size_t header = walk.number(2, 1);
  if (walk.cover(0, 4).size() != 4 || major != 1 || header < 4) {
    return std::nullopt;
  }
  const Walk::Index names = walk.index(header);
  const Walk::Index tops = walk.index(names.end);
  const Walk::Index strings = walk.index(tops.end);
  walk.index(strings.end);
  if (walk.failed() || tops.entries.size() != 1) {
    return std::nullopt;
  }
  const std::optional<Dict> top = read_dict(tops.entries.front());
  if (!top) {
    return std::nullopt;
  }
  walk_font(walk, *top);
  return walk.failed() ? std::nullopt : std::optional{walk.result()};
}

}  // namespace sekisho::sanitize::pdf
