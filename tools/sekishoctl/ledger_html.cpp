// SPDX-License-Identifier: GPL-3.0-or-later
#include "ledger.hpp"

#include <vector>

namespace sekisho::ctl {
namespace {

/// One column of the page: cells below each other, each behind its title but for the first.
struct Block {
  std::vector<Cell> cells;
};

std::vector<Block> blocks() {
  return {{{Cell::Id, Cell::Kind, Cell::Clause}},
          {{Cell::FromZone, Cell::FromHosts}},
          {{Cell::ToZone, Cell::ToHosts}},
          {{Cell::Services}},
          {{Cell::Purpose}},
          {{Cell::Applicant}},
          {{Cell::Approver, Cell::Approved}},
          {{Cell::ValidFrom, Cell::ValidUntil, Cell::ReviewBy}},
          {{Cell::State, Cell::Standby}},
          {{Cell::Packets, Cell::Bytes}}};
}

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

constexpr std::string_view kStyle = R"(@page { size: A4 landscape; margin: 12mm }
body { font-family: sans-serif; font-size: 9pt; color: #000; background: #fff; margin: 1em }
h1 { font-size: 15pt; margin: 0 }
.mark { float: right; border: 2px solid #b00; color: #b00; padding: 2px 10px; font-weight: bold }
dl { margin: .5em 0 1em }
dt, dd { display: inline; margin: 0 }
dd::after { content: "\a"; white-space: pre }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: 1px solid #666; padding: 2px 4px; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #eee; font-weight: normal }
.out { color: #777 }
)";

std::string heading(const Ledger& ledger, Language language) {
  const policy::Appliance& appliance = ledger.in_force.policy.appliance();
  std::string html;
  const auto add = [&](const Text& name, const std::string& value) {
    if (!value.empty()) {
      html +=
          "<dt>" + std::string{name.in(language)} + ": </dt><dd>" + escaped_html(value) + "</dd>\n";
    }
  };
  add({"装置", "appliance"}, appliance.name);
  add({"セキュリティポリシー", "policy edition"}, appliance.policy_edition);
  add({"改訂", "revision"},
      std::to_string(ledger.in_force.revision) + " (" + ledger.in_force.sha256 + ")");
  add({"作成", "made"}, local_time(ledger.at));
  return "<dl>\n" + html + "</dl>\n";
}

std::string header_row(Language language) {
  std::string html = "<thead><tr>";
  for (const Block& block : blocks()) {
    html += "<th>";
    for (const Cell cell : block.cells) {
      html += (cell == block.cells.front() ? "" : "<br>") + std::string{title_of(cell, language)};
    }
    html += "</th>";
  }
  return html + "</tr></thead>\n";
}

std::string body_row(const Cells& cells, bool in_force) {
  std::string html = in_force ? "<tr>" : "<tr class=\"out\">";
  for (const Block& block : blocks()) {
    html += "<td>";
    for (const Cell cell : block.cells) {
      html += (cell == block.cells.front() ? "" : "<br>") + escaped_html(at(cells, cell));
    }
    html += "</td>";
  }
  return html + "</tr>\n";
}

}  // namespace

std::string ledger_html(const Ledger& ledger) {
  const Language language = ledger.in_force.policy.appliance().language;
  const std::string title{Text{"通信許可台帳", "Ledger of permits (通信許可台帳)"}.in(language)};
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"" + std::string{language == Language::Ja ? "ja" : "en"} +
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>" +
      title + " - " + escaped_html(ledger.in_force.policy.appliance().name) + "</title>\n<style>\n";
  html += kStyle;
  html += "</style>\n</head>\n<body>\n<p class=\"mark\">" +
          std::string{Text{"取扱注意", "Handle with care (取扱注意)"}.in(language)} + "</p>\n<h1>" +
          title + "</h1>\n" + heading(ledger, language) + "<table>\n" + header_row(language) +
          "<tbody>\n";
  for (const LedgerRow& row : ledger.rows) {
    html += body_row(cells_of(ledger, row, language), row.in_force.value_or(true));
  }
  return html + "</tbody>\n</table>\n</body>\n</html>\n";
}

}  // namespace sekisho::ctl
