// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/csv.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>
#include <cctype>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kLongestCell = 1 << 20U;
using Row = std::vector<std::string>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What a spreadsheet skips before it looks for a formula.
bool is_skipped(std::uint32_t code) {
  return code == ' ' || code == '"' || is_control(code) || code == 0xa0 || code == 0x3000 ||
         is_invisible(code);
}

/// = + - @ | % and their full-width kin.
bool starts_a_formula(std::uint32_t code) {
  constexpr std::string_view kStarts = "=+-@|%";
  const std::uint32_t folded = code >= 0xff01 && code <= 0xff5e ? code - 0xff01 + '!' : code;
  return folded < 0x80 && kStarts.find(static_cast<char>(folded)) != std::string_view::npos;
}

/// -12,345.6, +5, 1.5E-3, 12%: nothing is calculated. "+81-90" is a sum.
bool is_number(std::string_view cell) {
  std::size_t at = cell.starts_with('+') || cell.starts_with('-') ? 1 : 0;
  const std::size_t first = at;
  const auto digits = [&](std::string_view also) {
    while (at < cell.size() &&
           (is_digit(cell[at]) || also.find(cell[at]) != std::string_view::npos)) {
      ++at;
    }
  };
  digits(",");
  if (at < cell.size() && cell[at] == '.') {
    ++at;
    digits("");
  }
  if (at == first || !std::ranges::any_of(cell.substr(first, at - first), is_digit)) {
    return false;
  }
  if (at + 1 < cell.size() && (cell[at] == 'e' || cell[at] == 'E')) {
    at += cell[at + 1] == '+' || cell[at + 1] == '-' ? 2 : 1;
    const std::size_t exponent = at;
    digits("");
    if (at == exponent) {
      return false;
    }
  }
  return at == cell.size() || cell.substr(at) == "%";
}

/// "-", "―", "－－": how a table says that there is nothing.
bool is_dash(std::string_view cell) {
  for (std::size_t at = 0; at < cell.size();) {
    const Character character = character_at(cell, at);
    if (character.code != '-' && character.code != 0xff0d) {
      return false;
    }
    at += character.length;
  }
  return true;
}

std::string quoted(std::string_view cell) {
  std::string made{"\""};
  for (const char c : cell) {
    made += c;
    if (c == '"') {
      made += '"';
    }
  }
  return made + '"';
}

/// Writes rows as they come.
class Sheet {
 public:
  explicit Sheet(Report& report) : report_{report} {}

  void row(Row& cells) {
    std::string seen;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = neutral_cell(std::move(cells[i]), report_);
      made_ += i == 0 ? "" : ",";
      made_ += quoted(cell);
      seen += cell + ", ";
    }
    made_ += "\r\n";
    report_.saw_text(seen);
    cells.clear();
  }
  std::string finish() && {
    const bool ascii =
        std::ranges::all_of(made_, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? std::move(made_) : "\xef\xbb\xbf" + made_;
  }

 private:
  Report& report_;
  std::string made_;
};

class Parser {
 public:
  Parser(std::string_view text, char separator) : text_{text}, separator_{separator} {}

  /// False at the end. The error says where.
  tl::expected<bool, Refused> row(Row& cells) {
    if (at_ >= text_.size()) {
      return false;
    }
    ++row_;
    while (true) {
      auto cell = text_.substr(at_).starts_with('"') ? quoted_cell() : plain_cell();
      if (!cell) {
        return tl::unexpected{cell.error()};
      }
      cells.push_back(std::move(*cell));
      if (at_ >= text_.size()) {
        return true;
      }
      const char c = text_[at_++];
      if (c == '\r') {
        ++at_;  // only LF follows a CR in cleaned text
        return true;
      }
      if (c == '\n') {
        return true;
      }
    }
  }

 private:
  [[nodiscard]] bool ends_a_cell(char c) const { return c == separator_ || c == '\n' || c == '\r'; }
  [[nodiscard]] tl::unexpected<Refused> no(Refusal why, std::string_view what) const {
    return refuse(why, "row " + std::to_string(row_) + ": " + std::string{what});
  }
  tl::expected<std::string, Refused> plain_cell() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_a_cell(text_[at_])) {
      ++at_;
    }
    if (at_ - start > kLongestCell) {
      return no(Refusal::TooLarge, "a cell has more than 1 MiB");
    }
    return std::string{text_.substr(start, at_ - start)};
  }
  tl::expected<std::string, Refused> quoted_cell() {
    std::string made;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (++at_ >= text_.size() || ends_a_cell(text_[at_])) {
          return made;
        }
        if (text_[at_] != '"') {
          return no(Refusal::Ambiguous, "text behind a closing quote");
        }
      }
      if (text_[at_] != '\r') {
        made += text_[at_];
      }
      if (made.size() > kLongestCell) {
        return no(Refusal::TooLarge, "a cell has more than 1 MiB");
      }
    }
    return no(Refusal::Truncated, "a quote is never closed");
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t row_ = 0;
};

/// Excel's own first line "sep=;"; taken off the text.
std::optional<char> told_separator(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t length = line.size() + 1;
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const std::string_view bare = line.size() > 2 && line.starts_with('"') && line.ends_with('"')
                                    ? line.substr(1, line.size() - 2)
                                    : line;
  const bool told = bare.size() == 5 && (bare.starts_with("sep=") || bare.starts_with("SEP="));
  if (!told) {
    return std::nullopt;
  }
  text.remove_prefix(std::min(length, text.size()));
  return bare.back();
}

/// The commonest of comma, tab and semicolon in the first line, outside of quotes; a comma when in
/// doubt.
char likely_separator(std::string_view text) {
  std::array<std::size_t, 3> counts{};
  constexpr std::string_view kSeparators = ",\t;";
  bool in_quotes = false;
  for (const char c : text) {
    in_quotes = in_quotes != (c == '"');
    if (c == '\n' && !in_quotes) {
      break;
    }
    if (const auto which = kSeparators.find(c); !in_quotes && which != std::string_view::npos) {
      ++counts.at(which);
    }
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

}  // namespace

std::string neutral_cell(std::string cell, Report& report) {
  const auto is_tame = [](std::string_view text) { return is_number(text) || is_dash(text); };
  if (cell.starts_with('\'') || is_tame(cell)) {
    return cell;
  }
  bool skipped = false;
  for (std::size_t at = 0; at < cell.size();) {
    const Character character = character_at(cell, at);
    if (!is_skipped(character.code)) {
      if (starts_a_formula(character.code) &&
          (!skipped || !is_tame(std::string_view{cell}.substr(at)))) {
        report.note(Action::NeutralisedCell, cell);
        return "'" + cell;
      }
      return cell;
    }
    skipped = true;
    at += character.length;
  }
  return cell;
}

std::string csv_of(const std::vector<std::vector<std::string>>& rows, Report& report) {
  Sheet sheet{report};
  for (const Row& cells : rows) {
    Row clean;
    for (const std::string& cell : cells) {
      clean.push_back(cleaned(cell, report));
    }
    sheet.row(clean);
  }
  return std::move(sheet).finish();
}

Outcome sanitize_csv(const Item& item, Job& job) {
  Report& report = job.report();
  auto read = read_text(as_text(item.bytes), std::nullopt, report);
  if (!read) {
    return tl::unexpected{read.error()};
  }
  const std::string clean = cleaned(read->text, report);
  std::string_view text = clean;
  if (text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())).starts_with("ID;")) {
    return refuse(Refusal::Polyglot, "a spreadsheet opens it as SYLK");
  }
  std::optional<char> told;
  while (const auto more = told_separator(text)) {
    told = told ? told : more;
    report.note(Action::RemovedUnknown, "sep=");
  }
  Parser parser{text, told ? *told : likely_separator(text)};
  Sheet sheet{report};
  Row cells;
  while (true) {
    const auto more = parser.row(cells);
    if (!more) {
      return tl::unexpected{more.error()};
    }
    if (!*more) {
      return Rebuilt{Type::Csv, std::move(sheet).finish(), false, {}};
    }
    sheet.row(cells);
  }
}

}  // namespace sekisho::sanitize::text
