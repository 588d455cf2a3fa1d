// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.

#include <string>
#include <string_view>

namespace sekisho {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace sekisho
