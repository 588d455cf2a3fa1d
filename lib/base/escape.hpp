// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Text that came from outside, made safe to print: no control character, no bidirectional override, no broken UTF-8.

#include <string>
#include <string_view>

namespace sekisho {

/// True when `text` is well-formed UTF-8 (RFC 3629): no surrogates, nothing overlong, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

/// `text` with C0 and C1 controls, bidirectional controls and bytes that are not UTF-8 written as `\xNN` or `\u{NNNN}`,
/// and backslashes doubled.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace sekisho
