// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The headers of a 7z archive (7zFormat.txt of the LZMA SDK). Counts are checked against the bytes
/// that could tell of so many before memory is taken.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sekisho::sanitize::archive {

struct Coder {
  std::string_view method;
  ByteView properties;
};

/// A packed stream and what makes it a stream of files. Coders stand from the one whose output is
/// the content to the one that reads what is packed.
struct Folder {
  std::vector<Coder> coders;
  bool is_chain = true;  ///< false: several packed streams, or coders with several
  std::size_t packed_streams = 1;
  std::uint64_t size = 0;
  std::optional<std::uint32_t> crc;
};

struct Streams {
  std::uint64_t packed_at = 0;
  std::vector<std::uint64_t> packed_sizes;
  std::vector<Folder> folders;
  struct Part {
    std::uint64_t size = 0;
    std::optional<std::uint32_t> crc;
  };
  std::vector<std::vector<Part>> parts;  ///< of each folder: its files, one after another
};

struct SevenFile {
  std::string name;  ///< UTF-8
  bool has_stream = true;
  bool is_directory = false;
  bool is_other = false;  ///< link, device, or a mark to delete something
};

struct SevenHeader {
  std::optional<Streams> packed_header;  ///< then there is nothing else
  Streams streams;
  std::vector<SevenFile> files;
};

/// What a header tells; nothing where it does not add up.
[[nodiscard]] std::optional<SevenHeader> read_seven_header(ByteView header);

}  // namespace sekisho::sanitize::archive
