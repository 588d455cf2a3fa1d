// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What every text goes through before it leaves: control and bidirectional characters are taken
/// out, what cannot be seen but may be wanted is kept and reported. Input and output are UTF-8.

#include "sanitize/frame/frame.hpp"
#include "sanitize/text/charset.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

/// Without C0 and C1 controls but tab and line ends, without terminal sequences (ESC [ …) and
/// bidirectional controls and byte order marks. CR LF and LF stay as they are; a lone CR, VT, FF,
/// NEL, U+2028 and U+2029 become LF. Zero-width and private-use characters stay and are noted.
/// Cleaning twice is cleaning once.
[[nodiscard]] std::string cleaned(std::string_view text, Report& report);

/// The same for what stands in one line: line ends and tabs become blanks.
[[nodiscard]] std::string cleaned_line(std::string_view text, Report& report);

/// An item's text in UTF-8 and the charset it came in, or why not: the charset that `declared`
/// says, else the one that is detected. Another charset than UTF-8 is noted.
struct Read {
  std::string text;
  Charset charset{};
};
[[nodiscard]] tl::expected<Read, Refused> read_text(std::string_view bytes,
                                                    std::optional<Charset> declared,
                                                    Report& report);

}  // namespace sekisho::sanitize::text
