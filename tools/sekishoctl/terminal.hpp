// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The terminal on stdout: its size, and a screen of its own for a picture that changes.

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

namespace sekisho::ctl {

struct Size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};
/// Of the terminal on stdout; 80 by 24 where there is none.
[[nodiscard]] Size size_of_terminal();

/// Whether stdout is one.
[[nodiscard]] bool is_terminal();

/// Lasts as long as the picture: the alternate screen, keys without echo, no cursor, and the
/// signals that end a program caught. Everything is as before when it goes.
class Screen {
 public:
  /// Fails where stdout is no terminal.
  [[nodiscard]] static Result<Screen> open();
  Screen(Screen&& other) noexcept;
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  Screen& operator=(Screen&&) = delete;

  /// The lines from the top; each is narrower than the screen. False when the terminal is gone.
  [[nodiscard]] bool show(const std::vector<std::string>& lines) const;

  enum class News { Nothing, Resized, End };
  /// Waits for a key or a signal: `q` and what ends a program are the end.
  [[nodiscard]] News wait(std::chrono::milliseconds longest) const;

 private:
  Screen(UniqueFd signals, const termios& before, bool has_keys);

  UniqueFd signals_;
  termios before_;
  bool has_keys_;
  bool shown_ = true;
};

}  // namespace sekisho::ctl
