// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Rows in columns that are as wide as their widest cell, as a terminal shows them.

#include <string>
#include <vector>

namespace sekisho::ctl {

class Columns {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// The rows in order, each two columns in, without blanks at the end.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// An empty line, the title and the rows on stdout; nothing where there are none.
  void print(const std::string& title) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sekisho::ctl
