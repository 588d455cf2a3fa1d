// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The ledger of permits (通信許可台帳) as a value, and its forms. The forms know no daemon; texts
/// of a config are printable, as `parse` refuses others.

#include "in_force.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::ctl {

struct LedgerRow {
  policy::Permit permit;                 ///< of any kind
  std::optional<bool> in_force;          ///< nothing: a must-flow, which is no permit
  std::string why_not;                   ///< a word of `status`; empty when it is in force
  std::optional<std::uint64_t> packets;  ///< nothing: not known, or never counted
  std::optional<std::uint64_t> bytes;
};

struct Ledger {
  InForce in_force;
  policy::Instant at;
  std::vector<LedgerRow> rows;  ///< permits in file order, then must-flows
};

/// From the daemon or, where none answers, from its state dir: without usage then.
[[nodiscard]] Result<Ledger> read_ledger(const Arguments& arguments);

/// Columns of the ledger as people read it.
enum class Cell : std::uint8_t {
  Id,
  Kind,
  FromZone,
  FromHosts,
  ToZone,
  ToHosts,
  Services,
  Purpose,
  Applicant,
  Approver,
  Approved,
  ValidFrom,
  ValidUntil,
  ReviewBy,
  Standby,
  State,
  Packets,
  Bytes,
  Clause,
};
inline constexpr std::size_t kCells = 19;
using Cells = std::array<std::string, kCells>;

[[nodiscard]] std::string_view title_of(Cell cell, Language language);
/// Empty where there is nothing to say.
[[nodiscard]] Cells cells_of(const Ledger& ledger, const LedgerRow& row, Language language);
[[nodiscard]] inline const std::string& at(const Cells& cells, Cell cell) {
  return cells.at(static_cast<std::size_t>(cell));
}

[[nodiscard]] boost::json::array ledger_json(const Ledger& ledger);
/// For a terminal of so many columns.
[[nodiscard]] std::string ledger_text(const Ledger& ledger, Language language, std::size_t columns);
/// RFC 4180 in UTF-8 with a byte order mark, by which spreadsheets know it; no cell is a formula.
[[nodiscard]] std::string ledger_csv(const Ledger& ledger);
/// One page to print, in the appliance's language, with nothing that is fetched or run.
[[nodiscard]] std::string ledger_html(const Ledger& ledger);

}  // namespace sekisho::ctl
