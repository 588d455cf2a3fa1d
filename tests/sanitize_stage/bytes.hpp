// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Small items of every kind, made here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::testing {

struct ZipEntry {
  std::string name;
  std::string content;
};
/// Stored entries, in order (APPNOTE 4.3).
[[nodiscard]] std::string zip_of(const std::vector<ZipEntry>& entries);

/// A compound file (MS-CFB, version 3) with these empty streams below its root.
[[nodiscard]] std::string compound_of(const std::vector<std::string>& names);

/// A ustar header for an empty file, and the end.
[[nodiscard]] std::string tar_of(std::string_view name);

}  // namespace sekisho::testing
