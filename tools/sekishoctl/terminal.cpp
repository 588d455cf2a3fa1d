// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

namespace sekisho::ctl {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kRestOfLine = "\x1b[K";
constexpr std::string_view kRestOfScreen = "\x1b[J";

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

sigset_t caught_signals() {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
    ::sigaddset(&set, number);
  }
  return set;
}

}  // namespace

Size size_of_terminal() {
  winsize size{};
  const bool known =
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? Size{size.ws_col, size.ws_row} : Size{};
}

bool is_terminal() {
  return ::isatty(STDOUT_FILENO) != 0;
}

Result<Screen> Screen::open() {
  termios before{};
  if (!is_terminal() || ::tcgetattr(STDOUT_FILENO, &before) != 0) {
    return fail("stdout is no terminal");
  }
  const sigset_t set = caught_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  UniqueFd signals{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals) {
    return fail(system_error("cannot wait for signals", errno));
  }
  return Screen{std::move(signals), before, ::isatty(STDIN_FILENO) != 0};
}

Screen::Screen(UniqueFd signals, const termios& before, bool has_keys)
    : signals_{std::move(signals)}, before_{before}, has_keys_{has_keys} {
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  (void)::tcsetattr(STDOUT_FILENO, TCSANOW, &raw);
  (void)write_all(kEnter);
}

Screen::Screen(Screen&& other) noexcept
    : signals_{std::move(other.signals_)},
      before_{other.before_},
      has_keys_{other.has_keys_},
      shown_{std::exchange(other.shown_, false)} {}

Screen::~Screen() {
  if (shown_) {
    (void)write_all(kLeave);
    (void)::tcsetattr(STDOUT_FILENO, TCSAFLUSH, &before_);
  }
}

bool Screen::show(const std::vector<std::string>& lines) const {
  std::string picture{kHome};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    picture += (i == 0 ? "" : "\r\n") + lines[i];
    picture += kRestOfLine;
  }
  picture += kRestOfScreen;
  return write_all(picture);
}

Screen::News Screen::wait(std::chrono::milliseconds longest) const {
  std::array<pollfd, 2> waiting{pollfd{signals_.get(), POLLIN, 0},
                                pollfd{has_keys_ ? STDIN_FILENO : -1, POLLIN, 0}};
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(longest.count())) <= 0) {
    return News::Nothing;
  }
  signalfd_siginfo info{};
  News news = News::Nothing;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGTSTP) {
      return News::End;
    }
    news = News::Resized;
  }
  if (waiting[1].revents == 0) {
    return news;
  }
  char key = 0;
  const ssize_t count = ::read(STDIN_FILENO, &key, 1);
  const bool ends = count < 0 || key == 'q' || key == 'Q' || (waiting[1].revents & POLLHUP) != 0;
  return ends ? News::End : news;
}

}  // namespace sekisho::ctl
