// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The checksums of packets that tests write themselves.

#include <cstdint>
#include <span>

namespace sekisho::testing {

/// RFC 1071.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes);
/// RFC 9260, appendix A; bit by bit.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::uint8_t> bytes);

}  // namespace sekisho::testing
