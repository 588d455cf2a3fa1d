// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Bounded reads and atomic, durable writes of whole files.

#include "base/result.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::files {

/// The whole file; fails above `limit` bytes and for what is not a regular file.
Result<std::string> read(const std::string& path, std::size_t limit);

/// Replaces the file in one step: written beside it, synced, renamed, directory synced. After a crash it holds either
/// the old or the new content. An existing file keeps its owner and mode, otherwise `mode`.
Result<> replace(const std::string& path, std::string_view content, mode_t mode);

/// Makes the directory and its parents where missing.
Result<> make_directories(const std::string& path, mode_t mode);

/// Names (not paths) of the regular files in `directory` that end in `suffix`, sorted; none when there is no directory.
Result<std::vector<std::string>> list(const std::string& directory, std::string_view suffix);

}  // namespace sekisho::files
