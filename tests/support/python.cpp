// SPDX-License-Identifier: GPL-3.0-or-later
#include "python.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace sekisho {
namespace {

/// A file without a name that holds `bytes`, read from its start.
int holding(std::string_view bytes) {
  const int fd = memfd_create("input", 0);
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written <= 0) {
      break;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string content(int fd) {
  lseek(fd, 0, SEEK_SET);
  std::string made;
  std::array<char, 65'536> piece{};
  for (ssize_t got = read(fd, piece.data(), piece.size()); got > 0;
       got = read(fd, piece.data(), piece.size())) {
    made.append(piece.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  return made;
}

}  // namespace

std::string python(std::string_view program, std::string_view input) {
  const std::string text{program};
  const int in = holding(input);
  const int out = holding("");
  const int errors = holding("");
  const pid_t child = fork();
  if (child == 0) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    execl("/usr/bin/python3", "python3", "-I", "-c", text.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(in);
  const std::string said = content(errors);
  EXPECT_EQ(status, 0) << said;
  return content(out);
}

}  // namespace sekisho
