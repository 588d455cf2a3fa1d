// SPDX-License-Identifier: GPL-3.0-or-later
#include "columns.hpp"

#include "base/width.hpp"

#include <algorithm>
#include <iostream>

namespace sekisho::ctl {

std::vector<std::string> Columns::lines() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  }
  std::vector<std::string> lines;
  for (const auto& row : rows_) {
    std::string& line = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += "  " + fitted(row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

void Columns::print(const std::string& title) const {
  if (empty()) {
    return;
  }
  std::cout << '\n' << title << '\n';
  for (const std::string& line : lines()) {
    std::cout << line << '\n';
  }
}

}  // namespace sekisho::ctl
