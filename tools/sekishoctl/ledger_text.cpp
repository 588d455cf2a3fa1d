// SPDX-License-Identifier: GPL-3.0-or-later
#include "columns.hpp"
#include "ledger.hpp"

#include "base/width.hpp"

namespace sekisho::ctl {
namespace {

constexpr std::array kShort{Cell::Id,    Cell::Kind,       Cell::FromZone, Cell::ToZone,
                            Cell::State, Cell::ValidUntil, Cell::Packets};
/// What stands below the row, where there is something.
constexpr std::array kLong{Cell::Clause,    Cell::FromHosts, Cell::ToHosts,  Cell::Services,
                           Cell::Purpose,   Cell::Applicant, Cell::Approver, Cell::Approved,
                           Cell::ValidFrom, Cell::ReviewBy,  Cell::Standby,  Cell::Bytes};
constexpr std::string_view kIndent = "      ";
constexpr std::size_t kNarrowest = 20;

std::string details(const Cells& cells, Language language) {
  std::string text;
  for (const Cell cell : kLong) {
    if (!at(cells, cell).empty()) {
      text += (text.empty() ? "" : "; ") + std::string{title_of(cell, language)} + ": " +
              at(cells, cell);
    }
  }
  return text;
}

}  // namespace

std::string ledger_text(const Ledger& ledger, Language language, std::size_t columns) {
  Columns table;
  std::vector<std::string> below;
  std::vector<std::string> titles;
  for (const Cell cell : kShort) {
    titles.emplace_back(title_of(cell, language));
  }
  table.add(titles);
  for (const LedgerRow& row : ledger.rows) {
    const Cells cells = cells_of(ledger, row, language);
    std::vector<std::string> line;
    for (const Cell cell : kShort) {
      line.push_back(at(cells, cell));
    }
    table.add(std::move(line));
    below.push_back(details(cells, language));
  }
  const auto lines = table.lines();
  std::string text = lines.front() + "\n";
  const std::size_t room = std::max(columns, kNarrowest + kIndent.size()) - kIndent.size();
  for (std::size_t i = 0; i < below.size(); ++i) {
    text += lines[i + 1] + "\n";
    for (const std::string& line : wrapped(below[i], room)) {
      text += std::string{kIndent} + line + "\n";
    }
  }
  return text;
}

}  // namespace sekisho::ctl
