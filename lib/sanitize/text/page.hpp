// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Plain text as it grows from a flow of words, line ends, cells and list items: blanks collapse,
/// line ends that meet count once. Knows no markup.

#include <algorithm>
#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

class Page {
 public:
  /// Blanks and line ends collapse to one blank; with `preformatted` they stay.
  void words(std::string_view text, bool preformatted);
  /// The next words start a new line; with two, behind an empty line. Not within the start of a
  /// cell.
  void line(unsigned ends);
  /// A line end that stays, however many there are.
  void hard_line();
  /// The next words stand behind a tab, as the next cell of a row; the cell starts without a line
  /// end.
  void cell(bool first);
  void end_of_cell();
  /// Stands before the next words, at the start of a line.
  void item(std::string marker) { marker_ = std::move(marker); }
  /// How deep the following lines are quoted.
  void quote(int change) { quoted_ += change; }

  [[nodiscard]] std::size_t length() const { return made_.size(); }
  /// What was made since it was `from` long.
  [[nodiscard]] std::string_view since(std::size_t from) const {
    return std::string_view{made_}.substr(std::min(from, made_.size()));
  }
  /// Ends with a line end where there is anything.
  [[nodiscard]] std::string finish() &&;

 private:
  void flush();
  void trim_blanks();

  std::string made_;
  std::string marker_;
  unsigned line_ends_ = 0;
  unsigned tabs_ = 0;
  bool blank_ = false;
  bool cell_starts_ = false;
  int quoted_ = 0;
};

}  // namespace sekisho::sanitize::text
