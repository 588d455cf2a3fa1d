// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A strict reader of ZIP (PKWARE APPNOTE 6.3.10). An archive that two programs could read
/// differently is refused: its central directory and its local headers must tell the same, and
/// together with the end records they must cover every byte once. Never guesses and never repairs.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <vector>

namespace sekisho::sanitize::zip {

struct Entry {
  enum class Kind : std::uint8_t { File, Directory, Link, Special };

  std::string path;  ///< UTF-8 where the name was UTF-8 or CP932, else as it came; '/' between
                     ///< components, at the end of a directory's; may climb ("../") or be absolute
  Kind kind{};
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;  ///< unpacked, as declared
  ByteView packed;
  bool decoded = true;  ///< the name's charset was understood
};

struct Archive {
  std::vector<Entry> entries;  ///< in the central directory's order
  bool has_comments = false;   ///< of the archive or of entries
  bool has_extras = false;     ///< extra fields, which nothing reads but for sizes and names
};

/// Refuses what is encrypted, split, has bytes before, between or behind its entries, names that
/// are equal or would be on some system, or anything that does not add up. Entries are accounted
/// for in `job`. Nothing is unpacked. `bytes` must outlive the archive.
[[nodiscard]] tl::expected<Archive, Refused> read(ByteView bytes, Job& job);

/// The content of a file: stored or deflated, of the declared size and checksum, or refused.
/// Accounts for it in `job`.
[[nodiscard]] tl::expected<std::string, Refused> unpack(const Entry& entry, Job& job);

}  // namespace sekisho::sanitize::zip
