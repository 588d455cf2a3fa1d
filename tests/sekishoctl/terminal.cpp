// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace sekisho::testing {
namespace {

winsize size_of(int columns, int rows) {
  return {static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& words, int columns, int rows) {
  const winsize size = size_of(columns, rows);
  int master = -1;
  pid_ = ::forkpty(&master, nullptr, nullptr, &size);
  if (pid_ < 0) {
    throw std::runtime_error{"cannot make a terminal"};
  }
  if (pid_ == 0) {
    std::vector<char*> arguments{const_cast<char*>("sekishoctl")};
    for (const std::string& word : words) {
      arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    ::unsetenv("LANG");
    ::unsetenv("LC_ALL");
    ::execv(SEKISHO_BIN "/sekishoctl", arguments.data());
    ::_exit(127);
  }
  master_ = UniqueFd{master};
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    (void)wait();
  }
}

bool Terminal::until(const std::function<bool(const std::string&)>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!holds(written_)) {
    pollfd one{master_.get(), POLLIN, 0};
    std::array<char, 4096> buffer{};
    const bool ready = ::poll(&one, 1, 100) > 0;
    const ssize_t count = ready ? ::read(master_.get(), buffer.data(), buffer.size()) : 0;
    if (std::chrono::steady_clock::now() > end || (ready && count <= 0)) {
      return holds(written_);
    }
    written_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return true;
}

std::vector<std::string> Terminal::screen() const {
  const std::string home = "\x1b[H";
  const std::string rest = "\x1b[J";
  const std::size_t end = written_.rfind(rest);
  const std::size_t begin = end == std::string::npos ? end : written_.rfind(home, end);
  std::vector<std::string> lines;
  if (begin == std::string::npos) {
    return lines;
  }
  std::string picture = written_.substr(begin + home.size(), end - begin - home.size());
  lines.emplace_back();
  for (std::size_t i = 0; i < picture.size(); ++i) {
    if (picture.compare(i, 3, "\x1b[K") == 0) {
      i += 2;
    } else if (picture[i] == '\n') {
      lines.emplace_back();
    } else if (picture[i] != '\r') {
      lines.back() += picture[i];
    }
  }
  return lines;
}

void Terminal::press(const std::string& keys) const {
  if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error{"the terminal takes no keys"};
  }
}

void Terminal::resize(int columns, int rows) const {
  const winsize size = size_of(columns, rows);
  ::ioctl(master_.get(), TIOCSWINSZ, &size);
}

termios Terminal::settings() const {
  termios now{};
  ::tcgetattr(master_.get(), &now);
  return now;
}

int Terminal::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sekisho::testing
