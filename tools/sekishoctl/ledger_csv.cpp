// SPDX-License-Identifier: GPL-3.0-or-later
#include "ledger.hpp"

#include <algorithm>

namespace sekisho::ctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Spreadsheets take such a cell for a formula; Japanese ones also where the sign is fullwidth.
bool is_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \u3000"), text.size()));
  constexpr std::array<std::string_view, 8> kSigns{"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  return std::ranges::any_of(kSigns,
                             [text](std::string_view sign) { return text.starts_with(sign); });
}

/// Always in quotes; an apostrophe makes a text of what would be a formula.
std::string quoted(std::string_view text) {
  std::string cell = is_formula(text) ? "\"'" : "\"";
  for (const char c : text) {
    cell += c == '"' ? "\"\"" : std::string(1, c);
  }
  return cell + '"';
}

void add_line(std::string& csv, const Cells& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    csv += (i == 0 ? "" : ",") + quoted(cells.at(i));
  }
  csv += "\r\n";
}

}  // namespace

std::string ledger_csv(const Ledger& ledger) {
  const Language language = ledger.in_force.policy.appliance().language;
  Cells titles;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    titles.at(i) = title_of(static_cast<Cell>(i), language);
  }
  std::string csv{kByteOrderMark};
  add_line(csv, titles);
  for (const LedgerRow& row : ledger.rows) {
    add_line(csv, cells_of(ledger, row, language));
  }
  return csv;
}

}  // namespace sekisho::ctl
