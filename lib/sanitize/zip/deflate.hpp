// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Raw deflate (RFC 1951) by zlib, in memory and within bounds.

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::zip {

/// The same bytes for the same input. Throws std::bad_alloc.
[[nodiscard]] std::string deflated(std::string_view content);
/// Exactly `size` bytes, from exactly all of `packed`; nothing where it is not so. Takes no more
/// memory than `size`: account for that before. Throws std::bad_alloc.
[[nodiscard]] std::optional<std::string> inflated(ByteView packed, std::uint64_t size);
/// CRC-32 of ISO 3309, as ZIP, GZIP and PNG have it.
[[nodiscard]] std::uint32_t crc32_of(ByteView bytes);

}  // namespace sekisho::sanitize::zip
