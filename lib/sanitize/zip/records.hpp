// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The records of a ZIP archive as they stand in it (PKWARE APPNOTE 6.3.10, 4.3 and 4.5; the
/// Unicode path field is Info-ZIP's). Views into the archive's bytes. For the reader alone.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::zip {

constexpr unsigned kSizesFollow = 0x0008;
constexpr unsigned kUtf8Flag = 0x0800;
constexpr std::uint32_t kDescriptorSignature = 0x08074b50;

/// What the directory and a local header both tell.
struct Told {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::string_view name;
  std::string_view unicode_name;  ///< of the Unicode path field, where it is for this name
};

struct Central : Told {
  std::uint64_t disk = 0;
  std::uint32_t attributes = 0;  ///< the upper half is a Unix mode
  std::uint64_t offset = 0;
  bool has_comment = false;
  bool has_extras = false;
};

struct Local : Told {
  std::size_t length = 0;  ///< of the header with name and extra fields
};

struct End {
  std::uint64_t count = 0;
  std::size_t directory = 0;  ///< where it begins
  std::size_t behind = 0;     ///< where it ends
  bool has_comment = false;
};

/// The one end record, with its 64-bit companion where there is one: they agree, and nothing
/// follows.
[[nodiscard]] tl::expected<End, Refused> find_end(ByteView archive);
/// As many records as `end` says, which fill the directory. Takes memory in proportion to the
/// directory's bytes.
[[nodiscard]] tl::expected<std::vector<Central>, Refused> read_directory(ByteView archive,
                                                                         const End& end);
/// The local header at the start of `extent`.
[[nodiscard]] std::optional<Local> read_local(ByteView extent);

}  // namespace sekisho::sanitize::zip
