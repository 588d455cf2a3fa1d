// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/inspect.hpp"

#include "base/escape.hpp"
#include "sanitize/frame/characters.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace sekisho::sanitize::archive {
namespace {

/// From the version to the lengths, as both headers have it.
struct Told {
  std::string_view fixed;  ///< what is the same in both
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint32_t packed = 0;
  std::uint32_t size = 0;
  std::uint16_t name = 0;
  bool plain = false;  ///< version, flags, time and extra fields are those that are always there
};

Told read_told(Reader& reader) {
  constexpr std::size_t kLength = 26;
  Told told;
  told.fixed = as_text(Reader{reader}.take(kLength));
  const bool version = reader.le16() == 20;
  const bool flags = reader.le16() == 0x0800;
  told.method = reader.le16();
  const bool time = reader.le32() == 0x00210000;
  told.crc = reader.le32();
  told.packed = reader.le32();
  told.size = reader.le32();
  told.name = reader.le16();
  const bool extra = reader.le16() == 0;
  told.plain = version && flags && time && extra && (told.method == 0 || told.method == 8);
  return told;
}

bool is_device(std::string_view name) {
  std::string stem{name.substr(0, name.find('.'))};
  std::ranges::transform(stem, stem.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr std::array<std::string_view, 4> kDevices{"con", "prn", "aux", "nul"};
  const bool numbered = stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
                        stem[3] >= '0' && stem[3] <= '9';
  return numbered || std::ranges::find(kDevices, stem) != kDevices.end();
}

bool is_safe(std::string_view component) {
  if (component.empty() || component.front() == '.' || component.front() == ' ' ||
      component.back() == '.' || component.back() == ' ' || is_device(component)) {
    return false;
  }
  for (std::size_t at = 0; at < component.size();) {
    const Character c = character_at(component, at);
    const bool reserved = c.code < 0x80 && std::string_view{"<>:\"\\|?*"}.find(
                                               static_cast<char>(c.code)) != std::string_view::npos;
    if (!c.valid || is_control(c.code) || is_bidi_control(c.code) || reserved) {
      return false;
    }
    at += c.length;
  }
  return true;
}

bool is_safe_path(std::string_view path) {
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  while (true) {
    const std::size_t slash = path.find('/');
    if (!is_safe(path.substr(0, slash))) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    path.remove_prefix(slash + 1);
  }
}

/// The content, when it is of that size and checksum.
bool unpack(const Told& told, ByteView packed, std::vector<std::uint8_t>& content) {
  content.resize(std::size_t{told.size} + 1);
  if (told.method == 0) {
    if (told.packed != told.size) {
      return false;
    }
    content.assign(packed.begin(), packed.end());
  } else {
    z_stream stream{};
    if (inflateInit2(&stream, -15) != Z_OK) {
      throw std::bad_alloc{};
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib's older signature; it only reads
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = content.data();
    stream.avail_out = static_cast<uInt>(content.size());
    const int state = inflate(&stream, Z_FINISH);
    const bool whole =
        state == Z_STREAM_END && stream.total_out == told.size && stream.avail_in == 0;
    inflateEnd(&stream);
    if (!whole) {
      return false;
    }
    content.resize(told.size);
  }
  return crc32_z(0, content.data(), content.size()) == told.crc;
}

class Scan {
 public:
  Scan(ByteView bytes, Inspection& inspection)
      : size_{bytes.size()}, rest_{bytes}, inspection_{inspection} {}

  std::string run() {
    while (Reader{rest_}.le32() == 0x04034b50) {
      if (std::string wrong = entry(); !wrong.empty()) {
        return "entry " + std::to_string(seen_.size() + 1) + ": " + wrong;
      }
    }
    return directory();
  }

 private:
  struct Seen {
    std::size_t at;
    std::string_view fixed;
    std::string_view path;
  };

  std::string entry() {
    const std::size_t at = size_ - rest_.left();
    (void)rest_.le32();
    const Told told = read_told(rest_);
    const std::string_view path = as_text(rest_.take(told.name));
    const ByteView packed = rest_.take(told.packed);
    if (rest_.failed() || !told.plain) {
      return "a header of another kind";
    }
    if (!is_safe_path(path) || !paths_.insert(path).second) {
      return "a name that may not be";
    }
    if (seen_.size() >= inspection_.limits().entries ||
        told.size > inspection_.limits().expanded - expanded_) {
      return "beyond the bounds";
    }
    seen_.push_back({at, told.fixed, path});
    expanded_ += told.size;
    std::vector<std::uint8_t> content;
    if (!unpack(told, packed, content)) {
      return "data that is not what it says";
    }
    if (path.ends_with('/')) {
      return content.empty() ? "" : "a folder with content";
    }
    if (content.empty()) {
      return path.ends_with(".txt") ? "" : "nothing, under a name that is of something";
    }
    return inspection_.nested(path, content);
  }

  std::string directory() {
    const std::size_t start = size_ - rest_.left();
    for (const Seen& seen : seen_) {
      const bool version = rest_.le32() == 0x02014b50 && rest_.le16() == 20;
      const std::string_view fixed = as_text(rest_.take(26));
      const std::string_view nothing = as_text(rest_.take(10));
      const bool place = rest_.le32() == seen.at;
      const std::string_view path = as_text(rest_.take(seen.path.size()));
      if (rest_.failed() || !version || fixed != seen.fixed || !place || path != seen.path ||
          nothing != std::string_view{"\0\0\0\0\0\0\0\0\0\0", 10}) {
        return "the directory tells something else";
      }
    }
    const std::size_t length = size_ - rest_.left() - start;
    const bool end = rest_.le32() == 0x06054b50 && rest_.le32() == 0 &&
                     rest_.le16() == seen_.size() && rest_.le16() == seen_.size() &&
                     rest_.le32() == length && rest_.le32() == start && rest_.le16() == 0;
    return end && !rest_.failed() && rest_.left() == 0 ? "" : "an end of another kind";
  }

  std::size_t size_;
  Reader rest_;
  Inspection& inspection_;
  std::vector<Seen> seen_;
  std::set<std::string_view> paths_;
  std::uint64_t expanded_ = 0;
};

}  // namespace

std::string inspect(Type, ByteView rebuilt, Inspection& inspection) {
  return Scan{rebuilt, inspection}.run();
}

}  // namespace sekisho::sanitize::archive
