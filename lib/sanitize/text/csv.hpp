// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Comma-separated values (RFC 4180), read by separator and quotes and written anew: every cell
/// quoted, commas, CR LF, UTF-8 (with a byte order mark where it is not ASCII, without which
/// spreadsheets guess). Cells that a spreadsheet would calculate are kept from it by an apostrophe.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

/// Refuses SYLK, which spreadsheets open whatever its name is, and quotes that are read in two
/// ways: text behind a closing quote, a quote that is never closed.
[[nodiscard]] Outcome sanitize_csv(const Item& item, Job& job);

/// `rows` as CSV; for other families, whose sheets leave as CSV. Cells are cleaned and neutralised.
[[nodiscard]] std::string csv_of(const std::vector<std::vector<std::string>>& rows, Report& report);

/// The cell as it may leave, cleaned before: with an apostrophe in front where its first visible
/// character, half or full width, is = + - @ | % or a tab, unless it is a mere number or a dash.
[[nodiscard]] std::string neutral_cell(std::string cell, Report& report);

}  // namespace sekisho::sanitize::text
