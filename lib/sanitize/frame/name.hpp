// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Names of rebuilt items, made anew from names that came from outside: what is safe on Windows, on
/// Unix and in an archive.

#include <string>
#include <string_view>

namespace sekisho::sanitize {

/// The last component of a path in any system's spelling, without control, bidirectional,
/// zero-width and reserved characters (<>:"/\\|?*), without leading or trailing dots and blanks, no
/// reserved device name (CON, NUL, COM1 …), with one extension, `extension`: the one it came with
/// is replaced, and a dot before what looks like another extension becomes a low line, so that
/// "report.pdf.exe" is "report_pdf.txt" and "2026.04.01 report.docx" stays. Bytes that are not
/// UTF-8 become low lines. At most 200 bytes, cut between characters; "item" where nothing is left.
[[nodiscard]] std::string rebuilt_name(std::string_view name, std::string_view extension);

/// What stands behind the last dot of the last component, lower case; empty where there is none.
[[nodiscard]] std::string extension_of(std::string_view name);

}  // namespace sekisho::sanitize
