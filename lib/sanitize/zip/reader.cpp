// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/reader.hpp"

#include "sanitize/zip/deflate.hpp"
#include "sanitize/zip/name.hpp"
#include "sanitize/zip/records.hpp"

#include <algorithm>

namespace sekisho::sanitize::zip {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

using Checked = tl::expected<void, Refused>;

tl::unexpected<Refused> refuse_entry(Refusal why, const Central& entry, std::string_view what) {
  return refuse(why, "entry '" + decoded(entry.name).value_or(std::string{entry.name}) +
                         "': " + std::string{what});
}

Checked check_flags(const Central& entry) {
  constexpr unsigned kEncrypted = 0x2041;  // encrypted, strongly so, and headers masked
  constexpr unsigned kKnown = 0x080e;      // two of the level, sizes behind the data, UTF-8
  constexpr std::uint16_t kAes = 99;
  if ((entry.flags & kEncrypted) != 0 || entry.method == kAes) {
    return refuse_entry(Refusal::Encrypted, entry, "is encrypted");
  }
  if ((entry.flags & ~kKnown) != 0) {
    return refuse_entry(Refusal::Malformed, entry, "has flags that mean nothing here");
  }
  if (entry.disk != 0) {
    return refuse_entry(Refusal::Split, entry, "is on another disk");
  }
  return {};
}

/// The path, for whichever program reads the name: what the header says in its charset, and the
/// Unicode path field that some programs prefer to it.
tl::expected<std::string, Refused> path_of(const Central& entry) {
  const bool says_utf8 = (entry.flags & kUtf8Flag) != 0;
  std::optional<std::string> path = decoded(entry.name);
  if (says_utf8 && path != entry.name) {
    return refuse_entry(Refusal::Malformed, entry, "name is not UTF-8 as it says");
  }
  if (!entry.unicode_name.empty() && path && *path != entry.unicode_name) {
    return refuse_entry(Refusal::Ambiguous, entry, "has two names");
  }
  if (!entry.unicode_name.empty()) {
    path = std::string{entry.unicode_name};
  }
  std::string made = path.value_or(std::string{entry.name});
  if (path) {  // in other charsets the byte may be half a letter
    std::ranges::replace(made, '\\', '/');
  }
  if (made.empty() || std::ranges::find(made, '\0') != made.end()) {
    return refuse_entry(Refusal::Ambiguous, entry, "name is empty or ends before its end");
  }
  return made;
}

tl::expected<Entry::Kind, Refused> kind_of(const Central& entry, std::string_view path) {
  constexpr std::uint32_t kDirectoryAttribute = 0x10;
  constexpr std::uint32_t kReparsePoint = 0x400;
  const bool named_directory = path.ends_with('/');
  const std::uint32_t mode = entry.attributes >> 28U;  // the file type of a Unix mode
  if (mode == 012 || (entry.attributes & kReparsePoint) != 0) {
    return Entry::Kind::Link;
  }
  if (mode != 0 && mode != 010 && mode != 004) {
    return Entry::Kind::Special;
  }
  const bool says_directory = mode == 004 || (entry.attributes & kDirectoryAttribute) != 0;
  if (mode == 010 ? named_directory : says_directory && !named_directory) {
    return refuse_entry(Refusal::Ambiguous, entry, "is a folder and a file");
  }
  if (named_directory && entry.size != 0) {
    return refuse_entry(Refusal::Ambiguous, entry, "is a folder with content");
  }
  return named_directory ? Entry::Kind::Directory : Entry::Kind::File;
}

/// What stands behind the data where the sizes were not known before it; true where it is nothing
/// else.
bool is_descriptor(ByteView bytes, const Central& entry) {
  Reader reader{bytes};
  if (bytes.size() == 16 || bytes.size() == 24) {
    if (reader.le32() != kDescriptorSignature) {
      return false;
    }
  } else if (bytes.size() != 12 && bytes.size() != 20) {
    return false;
  }
  const bool crc = reader.le32() == entry.crc;
  const bool wide = bytes.size() >= 20;
  const std::uint64_t packed = wide ? reader.le64() : reader.le32();
  const std::uint64_t size = wide ? reader.le64() : reader.le32();
  return crc && packed == entry.packed && size == entry.size;
}

/// Compares the entry with its local header, which must fill `extent` together with the data.
tl::expected<ByteView, Refused> data_of(const Central& entry, ByteView extent) {
  constexpr unsigned kLevel = 0x0006;
  const auto local = read_local(extent);
  if (!local) {
    return refuse_entry(Refusal::Malformed, entry, "has no local header where it should be");
  }
  const bool sizes_follow = (entry.flags & kSizesFollow) != 0;
  const bool same_sizes =
      local->crc == entry.crc && local->packed == entry.packed && local->size == entry.size;
  const bool no_sizes = local->crc == 0 && local->packed == 0 && local->size == 0;
  if (((local->flags ^ entry.flags) & ~kLevel) != 0 || local->method != entry.method ||
      local->name != entry.name || (!same_sizes && !(sizes_follow && no_sizes)) ||
      (!local->unicode_name.empty() && local->unicode_name != entry.unicode_name)) {
    return refuse_entry(Refusal::Ambiguous, entry, "is told differently by its local header");
  }
  if (entry.packed > extent.size() - local->length) {
    return refuse_entry(Refusal::Ambiguous, entry, "reaches into what follows");
  }
  const auto packed = static_cast<std::size_t>(entry.packed);
  const ByteView behind = extent.subspan(local->length + packed);
  if (sizes_follow ? !is_descriptor(behind, entry) : !behind.empty()) {
    return refuse_entry(Refusal::Ambiguous, entry, "has bytes behind it that nothing tells of");
  }
  return extent.subspan(local->length, packed);
}

/// Where each entry ends: where the next begins, or the directory.
tl::expected<std::vector<std::size_t>, Refused> ends_of(const std::vector<Central>& entries,
                                                        std::size_t directory) {
  std::vector<std::size_t> order(entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::sort(order, {}, [&](std::size_t i) { return entries[i].offset; });
  const std::uint64_t first = order.empty() ? directory : entries[order.front()].offset;
  if (first != 0) {
    return refuse(Refusal::Polyglot, "something stands before the first entry");
  }
  std::vector<std::size_t> ends(entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint64_t end =
        i + 1 < order.size() ? entries[order[i + 1]].offset : std::uint64_t{directory};
    if (end <= entries[order[i]].offset || end > directory) {
      return refuse_entry(Refusal::Ambiguous, entries[order[i]], "shares its bytes with another");
    }
    ends[order[i]] = static_cast<std::size_t>(end);
  }
  return ends;
}

tl::expected<Entry, Refused> entry_of(const Central& central, ByteView extent, Paths& paths) {
  if (auto flags = check_flags(central); !flags) {
    return tl::unexpected{std::move(flags).error()};
  }
  auto path = path_of(central);
  if (!path) {
    return tl::unexpected{std::move(path).error()};
  }
  auto kind = kind_of(central, *path);
  if (!kind) {
    return tl::unexpected{std::move(kind).error()};
  }
  auto data = data_of(central, extent);
  if (!data) {
    return tl::unexpected{std::move(data).error()};
  }
  if (const Paths::Clash clash = paths.add(*path); clash != Paths::Clash::None) {
    return refuse_entry(Refusal::Ambiguous, central, words_for(clash));
  }
  const bool understood = decoded(*path).has_value();
  return Entry{std::move(*path), *kind, central.method, central.crc,
               central.size,     *data, understood};
}

}  // namespace

tl::expected<Archive, Refused> read(ByteView bytes, Job& job) {
  auto end = find_end(bytes);
  if (!end) {
    return tl::unexpected{std::move(end).error()};
  }
  if (auto counted = job.entries(end->count); !counted) {
    return tl::unexpected{std::move(counted).error()};
  }
  auto directory = read_directory(bytes, *end);
  if (!directory) {
    return tl::unexpected{std::move(directory).error()};
  }
  auto ends = ends_of(*directory, end->directory);
  if (!ends) {
    return tl::unexpected{std::move(ends).error()};
  }
  Archive archive;
  archive.has_comments = end->has_comment;
  archive.entries.reserve(directory->size());
  Paths paths;
  for (std::size_t i = 0; i < directory->size(); ++i) {
    const Central& central = (*directory)[i];
    const auto start = static_cast<std::size_t>(central.offset);
    auto entry = entry_of(central, bytes.subspan(start, (*ends)[i] - start), paths);
    if (!entry) {
      return tl::unexpected{std::move(entry).error()};
    }
    archive.has_comments |= central.has_comment;
    archive.has_extras |= central.has_extras;
    archive.entries.push_back(std::move(*entry));
  }
  return archive;
}

tl::expected<std::string, Refused> unpack(const Entry& entry, Job& job) {
  if (entry.method != kStored && entry.method != kDeflated) {
    return refuse(Refusal::UnsupportedType, "compression method " + std::to_string(entry.method));
  }
  if (auto fits = job.expands(entry.size, entry.packed.size()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  std::optional<std::string> content;
  if (entry.method == kDeflated) {
    content = inflated(entry.packed, entry.size);
  } else if (entry.packed.size() == entry.size) {
    content = std::string{as_text(entry.packed)};
  }
  if (!content) {
    return refuse(Refusal::Malformed, "its data is not what its size says");
  }
  if (crc32_of(as_bytes(*content)) != entry.crc) {
    return refuse(Refusal::Malformed, "its checksum is wrong");
  }
  return std::move(*content);
}

}  // namespace sekisho::sanitize::zip
