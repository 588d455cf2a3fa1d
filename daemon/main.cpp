// SPDX-License-Identifier: GPL-3.0-or-later
#include "closing.hpp"
#include "options.hpp"
#include "roles.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

constexpr int kUsage = 2;

int run(const std::vector<std::string>& words) {
  using sekisho::daemon::CommandLine;
  auto line = sekisho::daemon::read_command_line(words);
  if (!line) {
    std::cerr << "sekishod: " << line.error().text() << '\n' << sekisho::daemon::usage();
    return kUsage;
  }
  if (line->wish == CommandLine::Wish::Help) {
    std::cout << sekisho::daemon::usage();
    return 0;
  }
  if (line->wish == CommandLine::Wish::Version) {
    std::cout << "sekishod " << SEKISHO_VERSION << '\n';
    return 0;
  }
  if (line->wish == CommandLine::Wish::Close) {
    return sekisho::daemon::run_closing(line->startup);
  }
  const auto* role = sekisho::daemon::role_named(line->role.empty() ? "supervisor" : line->role);
  if (role == nullptr) {
    std::cerr << "sekishod: unknown role '" << line->role << "'\n";
    return kUsage;
  }
  const char* language = std::getenv("LANG");  // NOLINT(concurrency-mt-unsafe): one thread
  if (language != nullptr && std::string_view{language}.starts_with("ja")) {
    line->startup.language = sekisho::Language::Ja;
  }
  const int code = role->run(line->startup);
  if (!line->role.empty()) {
    std::_Exit(code);  // a confined role has nothing left to tidy, and may not be looked into
  }
  return code;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run({words + 1, words + count});
  } catch (const std::exception& bug) {
    std::cerr << "sekishod: " << bug.what() << '\n';
    return 1;
  }
}
