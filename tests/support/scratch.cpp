// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scratch.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sekisho::test {

Scratch::Scratch() : folder_{::testing::TempDir() + "sekisho-XXXXXX"} {
  EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
}

Scratch::~Scratch() {
  std::error_code none;
  std::filesystem::remove_all(folder_, none);
}

std::string Scratch::path(std::string_view name) const {
  return folder_ + "/" + std::string{name};
}

std::string Scratch::write(std::string_view name, std::string_view bytes) const {
  std::ofstream file{path(name), std::ios::binary};
  file << bytes;
  EXPECT_TRUE(file.flush()) << name;
  return path(name);
}

std::string Scratch::read(std::string_view name) const {
  std::ifstream file{path(name), std::ios::binary};
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

Scratch::Ran Scratch::run(const std::string& command) const {
  Ran ran;
  std::FILE* const pipe =
      ::popen(("cd '" + folder_ + "' && { " + command + "\n} </dev/null 2>&1").c_str(), "r");
  if (pipe == nullptr) {
    return ran;
  }
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    ran.output.append(block.data(), got);
  }
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace sekisho::test
