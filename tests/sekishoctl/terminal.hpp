// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A terminal with the tool in it: its size can change, keys can be pressed, and what it was told
/// to show can be read.

#include "base/unique_fd.hpp"

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <string>
#include <vector>

namespace sekisho::testing {

class Terminal {
 public:
  /// Starts sekishoctl in a terminal of that size.
  Terminal(const std::vector<std::string>& words, int columns, int rows);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Reads on until what was written so far `holds`; false after ten seconds.
  [[nodiscard]] bool until(const std::function<bool(const std::string&)>& holds);
  [[nodiscard]] const std::string& written() const { return written_; }
  /// What is on the screen after the last whole picture: its lines.
  [[nodiscard]] std::vector<std::string> screen() const;

  void press(const std::string& keys) const;
  void resize(int columns, int rows) const;
  [[nodiscard]] termios settings() const;
  /// The exit code of the tool; 128 and the signal's number when one ended it.
  [[nodiscard]] int wait();

 private:
  UniqueFd master_;
  pid_t pid_ = 0;
  std::string written_;
};

}  // namespace sekisho::testing
