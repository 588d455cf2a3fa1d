// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Writes ZIP archives that are the same bytes for the same entries: no times, no attributes, no
/// comments, no extra fields, names in UTF-8 (PKWARE APPNOTE 6.3.10, version 2.0).

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::zip {

class Writer {
 public:
  enum class Packing : std::uint8_t {
    Best,    ///< deflated, or stored where that is no longer
    Stored,  ///< as OpenDocument wants its first entry
  };

  explicit Writer(const Limits& limits) : limits_{limits} {}

  /// `path` is UTF-8 with '/' between components; a directory's ends in '/' and has no content.
  /// Fails with `OutputTooLarge` or `TooManyEntries`.
  [[nodiscard]] tl::expected<void, Refused> add(std::string_view path, std::string_view content,
                                                Packing packing = Packing::Best);
  [[nodiscard]] std::string finish() &&;

 private:
  const Limits& limits_;
  sekisho::Writer entries_;
  sekisho::Writer directory_;
  std::uint64_t count_ = 0;
};

}  // namespace sekisho::sanitize::zip
