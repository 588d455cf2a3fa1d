// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/cases.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace sekisho::prove::test {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::optional<policy::Policy> parsed(const std::string& text) {
  return policy::parse({{"sekisho.toml", text}}, Language::En, kNow).policy;
}

Case compiled(policy::Policy policy, policy::Situation situation) {
  compile::Compiled made = compile::compile(policy, situation, {});
  return {std::move(policy), std::move(situation), std::move(made.table), std::move(made.frames)};
}

std::vector<std::filesystem::path> golden_configs() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{SEKISHO_SOURCE "/tests/golden"}) {
    if (entry.is_directory()) {
      paths.push_back(entry.path() / "sekisho.toml");
    }
  }
  std::ranges::sort(paths);
  return paths;
}

std::string outcome(const Case& one) {
  const auto counterexample = one.refuted();
  return counterexample ? text_of(*counterexample) : "proved";
}

}  // namespace sekisho::prove::test
