// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Single compressed streams, unpacked in memory while the job's bounds hold.

#include "sanitize/frame/frame.hpp"

#include <string>

namespace sekisho::sanitize::archive {

/// All of `packed`, which may be several members one after another, as of `Gzip`, `Bzip2`, `Xz` or
/// `Zstd`. Bytes that are no member are refused. Dictionaries beyond 128 MiB are refused.
[[nodiscard]] tl::expected<std::string, Refused> unpack_stream(Type type, ByteView packed,
                                                               Job& job);

}  // namespace sekisho::sanitize::archive
