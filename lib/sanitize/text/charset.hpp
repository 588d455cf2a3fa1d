// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The charsets in which Japanese text comes, decoded strictly: what is not in the charset is an
/// error with its place, never a replacement character. The Japanese ones are read as Windows reads
/// them (code pages 932, 51932 and 50221), so that ①㈱髙～－ survive the way to UTF-8 and back.
/// Must not know what the text is for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekisho::sanitize::text {

enum class Charset : std::uint8_t {
  Ascii,
  Utf8,
  Utf16,        ///< with a byte order mark
  Iso2022Jp,    ///< with half-width kana, NEC and IBM rows (CP50221) and JIS X 0212
  Cp932,        ///< Shift_JIS as Windows has it, private use at F040–F9FC
  EucJp,        ///< CP51932, and JIS X 0212 behind SS3
  Windows1252,  ///< for ISO-8859-1 too, as everybody reads it
};

/// Fills the tables of the Japanese charsets from the C library, which opens files for it: to be
/// called before confinement. Without it the first decoding does so. Throws std::runtime_error
/// where the library has no such charset.
void prepare();

/// By a name of MIME, in any letter case; nothing for one that is not read here (UTF-7 among them).
[[nodiscard]] std::optional<Charset> charset_called(std::string_view name);
/// Its name in MIME.
[[nodiscard]] std::string_view name_of(Charset charset);

/// UTF-8 without a byte order mark, or the offset of the first byte that cannot be read. Characters
/// are not judged here: controls stay.
[[nodiscard]] tl::expected<std::string, std::size_t> decoded(std::string_view bytes,
                                                             Charset charset);

/// By byte order mark, then by escape sequences, then strictly as UTF-8, then by what reads better,
/// CP932 or EUC-JP. Nothing where no charset reads it.
[[nodiscard]] std::optional<Charset> detected(std::string_view bytes);

}  // namespace sekisho::sanitize::text
