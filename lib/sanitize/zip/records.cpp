// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/records.hpp"

#include "base/escape.hpp"
#include "sanitize/zip/deflate.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::zip {
namespace {

constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kCentral = 0x02014b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocatorSize = 20;
constexpr std::uint32_t kAll32 = 0xffffffff;
constexpr std::uint16_t kAll16 = 0xffff;

/// The name of a Unicode path field; empty where it is for another name or in another version.
std::string_view unicode_name(ByteView field, std::string_view name) {
  Reader reader{field};
  const bool meant = reader.u8() == 1 && reader.le32() == crc32_of(as_bytes(name));
  const std::string_view made = as_text(reader.take(reader.left()));
  return meant && is_utf8(made) ? made : std::string_view{};
}

/// Reads extra fields. `wide` are the values that a 64-bit field stands for, in its order; exactly
/// those that are all ones must be in it.
bool read_extras(ByteView bytes, Told& told, std::span<std::uint64_t* const> wide) {
  constexpr std::uint16_t kSizes64 = 0x0001;
  constexpr std::uint16_t kUnicodePath = 0x7075;
  Reader reader{bytes};
  bool seen_sizes = false;
  while (reader.left() >= 4) {
    const std::uint16_t id = reader.le16();
    Reader field{reader.take(reader.le16())};
    if (reader.failed()) {
      return false;
    }
    if (id == kSizes64) {
      if (std::exchange(seen_sizes, true)) {
        return false;
      }
      for (std::uint64_t* value : wide) {
        *value = field.le64();
      }
      if (field.failed() || field.left() != 0) {
        return false;
      }
    } else if (id == kUnicodePath) {
      told.unicode_name = unicode_name(field.take(field.left()), told.name);
    }
  }
  // up to three zeros: padding of programs that align their entries
  const ByteView rest = reader.take(reader.left());
  return (seen_sizes || wide.empty()) &&
         std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; });
}

/// From the flags to the unpacked size; the lengths of name and extra fields follow.
void read_told(Reader& reader, Told& told) {
  told.flags = reader.le16();
  told.method = reader.le16();
  (void)reader.le32();  // time
  told.crc = reader.le32();
  told.packed = reader.le32();
  told.size = reader.le32();
}

std::optional<Central> read_central(Reader& reader) {
  Central entry;
  if (reader.le32() != kCentral) {
    return std::nullopt;
  }
  (void)reader.le32();  // versions
  read_told(reader, entry);
  const std::size_t name = reader.le16();
  const std::size_t extras = reader.le16();
  const std::size_t comment = reader.le16();
  entry.disk = reader.le16();
  (void)reader.le16();  // internal attributes
  entry.attributes = reader.le32();
  entry.offset = reader.le32();
  entry.name = as_text(reader.take(name));
  const ByteView extra = reader.take(extras);
  (void)reader.take(comment);
  entry.has_comment = comment > 0;
  entry.has_extras = extras > 0;

  std::vector<std::uint64_t*> wide;
  for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.offset}) {
    if (*value == kAll32) {
      wide.push_back(value);
    }
  }
  if (reader.failed() || entry.disk == kAll16 || !read_extras(extra, entry, wide)) {
    return std::nullopt;
  }
  return entry;
}

tl::expected<void, Refused> widen(ByteView archive, std::size_t at, End& end, std::uint64_t length,
                                  std::uint64_t start) {
  Reader locator{archive.subspan(at - kLocatorSize, kLocatorSize)};
  (void)locator.le32();
  const bool whole = locator.le32() == 0;
  const std::uint64_t where = locator.le64();
  if (!whole || locator.le32() != 1) {
    return refuse(Refusal::Split, "on several disks");
  }
  if (at < kLocatorSize + kEnd64Size || where != at - kLocatorSize - kEnd64Size) {
    return refuse(Refusal::Ambiguous, "64-bit end record is elsewhere than it is said to be");
  }
  Reader reader{archive.subspan(static_cast<std::size_t>(where), kEnd64Size)};
  const bool right = reader.le32() == kEnd64 && reader.le64() == kEnd64Size - 12;
  (void)reader.le32();  // versions
  const bool one_disk = reader.le64() == 0;
  const std::uint64_t here = reader.le64();
  const std::uint64_t count = reader.le64();
  const std::uint64_t length64 = reader.le64();
  const std::uint64_t start64 = reader.le64();
  const auto agree = [](std::uint64_t narrow, std::uint64_t all, std::uint64_t wide) {
    return narrow == all || narrow == wide;
  };
  if (!right || here != count || !agree(end.count, kAll16, count) ||
      !agree(length, kAll32, length64) || !agree(start, kAll32, start64)) {
    return refuse(Refusal::Ambiguous, "its two end records differ");
  }
  if (!one_disk) {
    return refuse(Refusal::Split, "on several disks");
  }
  end.behind = static_cast<std::size_t>(where);
  end.count = count;
  if (start64 > end.behind || end.behind - start64 != length64) {
    return refuse(Refusal::Ambiguous, "its directory is elsewhere than it is said to be");
  }
  end.directory = static_cast<std::size_t>(start64);
  return {};
}

bool has_locator(ByteView archive, std::size_t at) {
  return at >= kLocatorSize &&
         Reader{archive.subspan(at - kLocatorSize, kLocatorSize)}.le32() == kLocator64;
}

/// Where the end record is: the last there is, and the only one whose comment ends with the bytes.
tl::expected<std::size_t, Refused> place_of_end(ByteView archive) {
  const std::string_view text = as_text(archive);
  const std::size_t least = text.size() < kEndSize + kAll16 ? 0 : text.size() - kEndSize - kAll16;
  const auto ends_here = [&](std::size_t at) {
    if (text.size() - at < kEndSize) {
      return false;
    }
    Reader reader{archive.subspan(at + 20)};
    return reader.le16() == text.size() - at - kEndSize;
  };
  const std::size_t last = text.rfind(kEnd);
  if (last == std::string_view::npos || last < least) {
    return refuse(Refusal::Truncated, "no end of the directory");
  }
  if (!ends_here(last)) {
    return refuse(Refusal::Ambiguous, "something stands behind its end");
  }
  for (std::size_t at = last; at > least;) {
    at = text.rfind(kEnd, at - 1);
    if (at == std::string_view::npos || at < least) {
      break;
    }
    if (ends_here(at)) {
      return refuse(Refusal::Ambiguous, "it has two ends");
    }
  }
  return last;
}

}  // namespace

tl::expected<End, Refused> find_end(ByteView archive) {
  const auto at = place_of_end(archive);
  if (!at) {
    return tl::unexpected{at.error()};
  }
  Reader reader{archive.subspan(*at + 4)};
  const std::uint16_t disk = reader.le16();
  const std::uint16_t first_disk = reader.le16();
  const std::uint16_t here = reader.le16();
  End end;
  end.count = reader.le16();
  const std::uint64_t length = reader.le32();
  const std::uint64_t start = reader.le32();
  end.has_comment = reader.le16() > 0;
  end.behind = *at;
  const bool may_be_wide = has_locator(archive, *at);
  const auto no_disk = [&](std::uint16_t number) {
    return number == 0 || (may_be_wide && number == kAll16);
  };
  if (!no_disk(disk) || !no_disk(first_disk) || here != end.count) {
    return refuse(Refusal::Split, "on several disks");
  }
  if (may_be_wide) {
    if (auto widened = widen(archive, *at, end, length, start); !widened) {
      return tl::unexpected{std::move(widened).error()};
    }
    return end;
  }
  // bytes before the archive shift the directory against what is said of it
  if (start > end.behind || end.behind - start != length) {
    return start + length < end.behind
               ? refuse(Refusal::Polyglot, "something stands before it or behind its directory")
               : refuse(Refusal::Malformed, "its directory is elsewhere than it is said to be");
  }
  end.directory = static_cast<std::size_t>(start);
  return end;
}

tl::expected<std::vector<Central>, Refused> read_directory(ByteView archive, const End& end) {
  const std::size_t length = end.behind - end.directory;
  if (end.count > length / kCentralSize) {
    return refuse(Refusal::Malformed, "its directory is shorter than it says");
  }
  std::vector<Central> entries;
  entries.reserve(static_cast<std::size_t>(end.count));
  Reader reader{archive.subspan(end.directory, length)};
  for (std::uint64_t i = 0; i < end.count; ++i) {
    auto entry = read_central(reader);
    if (!entry) {
      return refuse(Refusal::Malformed, "entry " + std::to_string(i + 1) + " of its directory");
    }
    entries.push_back(*entry);
  }
  if (reader.left() != 0) {
    return refuse(Refusal::Ambiguous, "its directory has more than it says");
  }
  return entries;
}

std::optional<Local> read_local(ByteView extent) {
  Reader reader{extent};
  Local local;
  if (reader.le32() != kLocal) {
    return std::nullopt;
  }
  (void)reader.le16();  // version
  read_told(reader, local);
  const std::size_t name = reader.le16();
  const std::size_t extras = reader.le16();
  local.name = as_text(reader.take(name));
  const ByteView extra = reader.take(extras);
  if (reader.failed()) {
    return std::nullopt;
  }
  local.length = extent.size() - reader.left();
  std::array<std::uint64_t*, 2> both{&local.size, &local.packed};
  const bool wide = local.size == kAll32 && local.packed == kAll32;
  if (!read_extras(
          extra, local,
          wide ? std::span<std::uint64_t* const>{both} : std::span<std::uint64_t* const>{})) {
    return std::nullopt;
  }
  return local;
}

}  // namespace sekisho::sanitize::zip
