// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The new archive, entry by entry, whatever the old one's format.

#include "sanitize/frame/frame.hpp"
#include "sanitize/zip/name.hpp"
#include "sanitize/zip/writer.hpp"

#include <map>
#include <string>

namespace sekisho::sanitize::archive {

using Checked = tl::expected<void, Refused>;
using Content = tl::expected<std::string, Refused>;

class Rebuilding {
 public:
  explicit Rebuilding(Job& job) : job_{job}, writer_{job.limits()} {}

  /// A file under its path as it came, UTF-8 where its charset was understood, '/' between
  /// components; or why its content cannot be had. Fails where the whole is to be refused: two
  /// entries of one name, or a bad entry where the profile wants none.
  [[nodiscard]] Checked add_file(std::string_view path, const Content& content);
  /// `path` may end in '/'.
  [[nodiscard]] Checked add_directory(std::string_view path);
  /// What is neither: links, devices.
  [[nodiscard]] Checked add_other(std::string_view path);

  [[nodiscard]] Outcome finish(Type type) &&;

 private:
  Checked came_once(std::string_view path);
  Checked put(std::string_view came, std::string_view folders, std::string_view name,
              std::string_view content);
  Checked replace(std::string_view path, const Refused& refused);

  Job& job_;
  zip::Writer writer_;
  zip::Paths came_;
  zip::Paths leave_;
  std::map<std::string, unsigned, std::less<>> numbers_;  ///< the next for a name that is taken
  bool partial_ = false;
};

/// Accounts for as many entries at a time as there are.
[[nodiscard]] Checked read_zip(ByteView bytes, Job& job, Rebuilding& to);
/// POSIX ustar and pax, GNU's long names, and the older form. Own code: strict, and small.
[[nodiscard]] Checked read_tar(ByteView bytes, Job& job, Rebuilding& to);
/// The header's checksum is right.
[[nodiscard]] bool is_tar(ByteView bytes);
/// Headers of levels 0 to 3 are read by own code, which knows that the second byte of a Japanese
/// letter may be a backslash; the data is unpacked by lhasa.
[[nodiscard]] Checked read_lzh(ByteView bytes, Job& job, Rebuilding& to);
/// Own code reads the container; the data is unpacked by liblzma, zlib and libbz2. PPMd and BCJ2
/// are not supported.
[[nodiscard]] Checked read_seven_zip(ByteView bytes, Job& job, Rebuilding& to);

}  // namespace sekisho::sanitize::archive
