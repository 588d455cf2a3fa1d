// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/rebuilding.hpp"

#include <lha_decoder.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

// Headers of LHA archives, levels 0 to 3, as LHa for UNIX describes them (header.doc).

namespace sekisho::sanitize::archive {
namespace {

struct Header {
  std::string method;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint16_t crc = 0;
  std::string name;    ///< raw; separators of level 0 still in it
  std::string folder;  ///< raw, with '/' between components
  std::string wide_name;
  std::string wide_folder;  ///< UTF-8, of the UTF-16 fields
  unsigned mode = 0;        ///< of Unix; 0 where none is said
  std::size_t length = 0;   ///< of all headers
};

enum Field : std::uint8_t {
  kName = 0x01,
  kFolder = 0x02,
  kSizes64 = 0x42,
  kWideName = 0x44,
  kWideFolder = 0x45,
  kMode = 0x50,
};

/// Components are parted by FF, which is no byte of any letter.
std::string slashed(std::string_view bytes) {
  std::string made{bytes};
  std::ranges::replace(made, '\xff', '/');
  return made;
}

std::string slashed_wide(ByteView bytes) {
  std::string made{as_text(bytes)};
  for (std::size_t i = 0; i + 1 < made.size(); i += 2) {
    if (made[i] == '\xff' && made[i + 1] == '\xff') {
      made[i] = '/';
      made[i + 1] = '\0';
    }
  }
  return zip::from_utf16le(made).value_or(std::string{});
}

void read_field(std::uint8_t kind, ByteView content, Header& header) {
  Reader reader{content};
  switch (kind) {
    case kName: header.name = slashed(as_text(content)); break;
    case kFolder: header.folder = slashed(as_text(content)); break;
    case kWideName: header.wide_name = slashed_wide(content); break;
    case kWideFolder: header.wide_folder = slashed_wide(content); break;
    case kMode: header.mode = reader.le16(); break;
    case kSizes64:
      header.packed = reader.le64();
      header.size = reader.le64();
      break;
    default: break;
  }
}

/// The chain of extended headers; each ends with the size of the next. Their length, or nothing.
std::optional<std::size_t> read_fields(Reader& reader, bool wide, Header& header) {
  const std::size_t own = wide ? 4 : 2;
  std::size_t length = 0;
  while (true) {
    const std::size_t size = wide ? reader.le32() : reader.le16();
    if (reader.failed()) {
      return std::nullopt;
    }
    if (size == 0) {
      return length;
    }
    if (size < own + 1 || size - own > reader.left()) {
      return std::nullopt;
    }
    length += size;
    const std::uint8_t kind = reader.u8();
    read_field(kind, reader.take(size - own - 1), header);
  }
}

std::optional<Header> read_old(ByteView bytes, std::uint8_t level) {
  const std::size_t base = bytes[0] + std::size_t{2};
  if (base > bytes.size()) {
    return std::nullopt;
  }
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes.subspan(2, base - 2)) {
    sum = static_cast<std::uint8_t>(sum + byte);
  }
  Header header;
  Reader reader{bytes.subspan(2, base - 2)};
  header.method = as_text(reader.take(5));
  header.packed = reader.le32();
  header.size = reader.le32();
  (void)reader.take(6);  // time, attribute, level
  header.name = as_text(reader.take(reader.u8()));
  header.crc = reader.le16();
  if (reader.failed() || sum != bytes[1]) {
    return std::nullopt;
  }
  header.length = base;
  if (level == 1) {
    // the size of the first extended header stands last in the base header
    Reader fields{bytes.subspan(base - 2)};
    const auto length = read_fields(fields, false, header);
    if (!length || *length > header.packed) {
      return std::nullopt;
    }
    header.length += *length;
    header.packed -= *length;
  }
  return header;
}

std::optional<Header> read_new(ByteView bytes, std::uint8_t level) {
  const bool wide = level == 3;
  Reader reader{bytes};
  const std::size_t length = reader.le16();
  Header header;
  header.method = as_text(reader.take(5));
  header.packed = reader.le32();
  header.size = reader.le32();
  (void)reader.take(6);  // time, attribute, level
  header.crc = reader.le16();
  (void)reader.u8();  // system
  header.length = wide ? reader.le32() : length;
  const std::size_t fixed = bytes.size() - reader.left();
  if (reader.failed() || (wide && length != 4) || header.length > bytes.size() ||
      header.length < fixed) {
    return std::nullopt;
  }
  Reader fields{bytes.subspan(fixed, header.length - fixed)};
  const auto read = read_fields(fields, wide, header);
  return read && fields.left() <= 1 ? std::optional{header} : std::nullopt;  // it may be padded
}

std::optional<Header> read_header(ByteView bytes) {
  constexpr std::size_t kLeast = 22;
  if (bytes.size() < kLeast) {
    return std::nullopt;
  }
  switch (const std::uint8_t level = bytes[20]; level) {
    case 0:
    case 1: return read_old(bytes, level);
    case 2:
    case 3: return read_new(bytes, level);
    default: return std::nullopt;
  }
}

std::string path_of(const Header& header) {
  const auto text = [](const std::string& raw, const std::string& wide) {
    std::string made = wide.empty() ? zip::decoded(raw).value_or(raw) : wide;
    if (wide.empty() && zip::decoded(raw)) {
      std::ranges::replace(made, '\\', '/');
    }
    return made;
  };
  std::string folder = text(header.folder, header.wide_folder);
  if (!folder.empty() && !folder.ends_with('/')) {
    folder += '/';
  }
  return folder + text(header.name, header.wide_name);
}

/// What is left of the packed data; lhasa asks for it.
std::size_t give(void* to, std::size_t most, void* user) {
  auto& rest = *static_cast<ByteView*>(user);
  const std::size_t count = std::min(most, rest.size());
  if (count > 0) {
    std::memcpy(to, rest.data(), count);
  }
  rest = rest.subspan(count);
  return count;
}

bool is_supported(std::string_view method) {
  constexpr std::array<std::string_view, 10> kSupported{
      "-lh0-", "-lh1-", "-lh4-", "-lh5-", "-lh6-", "-lh7-", "-lz4-", "-lz5-", "-lzs-", "-lhx-"};
  return std::ranges::find(kSupported, method) != kSupported.end();
}

Content unpack(const Header& header, ByteView packed, Job& job) {
  if (!is_supported(header.method)) {
    return refuse(Refusal::UnsupportedType, "compression method " + header.method);
  }
  if (auto fits = job.expands(header.size, header.packed); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  std::string method = header.method;
  LHADecoderType* const type = lha_decoder_for_name(method.data());
  const std::unique_ptr<LHADecoder, decltype(&lha_decoder_free)> decoder{
      type == nullptr ? nullptr
                      : lha_decoder_new(type, give, &packed, static_cast<std::size_t>(header.size)),
      &lha_decoder_free};
  if (!decoder) {
    return refuse(Refusal::UnsupportedType, "compression method " + header.method);
  }
  std::string made(static_cast<std::size_t>(header.size), '\0');
  std::size_t filled = 0;
  while (filled < made.size()) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
    auto* const room = reinterpret_cast<std::uint8_t*>(made.data() + filled);
    const std::size_t got = lha_decoder_read(decoder.get(), room, made.size() - filled);
    if (got == 0) {
      return refuse(Refusal::Malformed, "its data is not what its size says");
    }
    filled += got;
  }
  if (lha_decoder_get_crc(decoder.get()) != header.crc) {
    return refuse(Refusal::Malformed, "its checksum is wrong");
  }
  return made;
}

Checked add(const Header& header, ByteView packed, Job& job, Rebuilding& to) {
  constexpr unsigned kTypeBits = 0170000;
  constexpr unsigned kFile = 0100000;
  constexpr unsigned kDirectory = 0040000;
  const std::string path = path_of(header);
  if (path.empty() || path.find('\0') != std::string::npos) {
    return refuse(Refusal::Ambiguous, "entry without a name");
  }
  const unsigned kind = header.mode & kTypeBits;
  const bool folder = header.method == "-lhd-";
  // a link stands as "NAME|TARGET" where folders do
  const bool link = folder && path.find('|') != std::string::npos;
  if (link || (kind != 0 && kind != (folder ? kDirectory : kFile))) {
    return to.add_other(std::string_view{path}.substr(0, path.find('|')));
  }
  if (!folder) {
    return to.add_file(path, unpack(header, packed, job));
  }
  return packed.empty() ? to.add_directory(path)
                        : Checked{refuse(Refusal::Ambiguous, "a folder with content")};
}

}  // namespace

Checked read_lzh(ByteView bytes, Job& job, Rebuilding& to) {
  while (!bytes.empty() && bytes[0] != 0) {
    const auto header = read_header(bytes);
    if (!header) {
      return refuse(Refusal::Malformed, "lzh header");
    }
    if (header->packed > bytes.size() - header->length) {
      return refuse(Refusal::Truncated, "lzh entry");
    }
    if (auto counted = job.entries(); !counted) {
      return counted;
    }
    const auto packed = static_cast<std::size_t>(header->packed);
    if (auto added = add(*header, bytes.subspan(header->length, packed), job, to); !added) {
      return added;
    }
    bytes = bytes.subspan(header->length + packed);
  }
  if (bytes.empty()) {
    return refuse(Refusal::Truncated, "lzh without an end");
  }
  return bytes.size() == 1 ? Checked{} : refuse(Refusal::Ambiguous, "something behind its end");
}

}  // namespace sekisho::sanitize::archive
