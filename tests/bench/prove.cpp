// SPDX-License-Identifier: GPL-3.0-or-later
// The proof of what a config compiles to, timed; tools/bench runs it.
//   bench_prove FILE [ROUNDS]     as JSON: milliseconds of each round, in order of size
#include "prove/prove.hpp"
#include "compile/compile.hpp"
#include "files/files.hpp"
#include "policy/parse.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <stdexcept>

namespace {

using namespace sekisho;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

constexpr policy::Instant kNow{std::chrono::seconds{1'800'000'000}};

void prove_config(const char* path, int rounds) {
  const auto text = files::read(path, policy::kLargestFile);
  if (!text) {
    throw std::runtime_error{text.error().text()};
  }
  const auto parsed = policy::parse({{path, *text}}, Language::En, kNow);
  if (!parsed.policy) {
    throw std::runtime_error{parsed.errors.front().str("error")};
  }
  const policy::Situation situation{kNow};
  const compile::Compiled compiled = compile::compile(*parsed.policy, situation, {});
  std::vector<double> millis;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = Clock::now();
    const auto found = prove::refute(*parsed.policy, situation, {&compiled.table, &compiled.frames},
                                     std::chrono::seconds{0});
    millis.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    if (found) {
      throw std::runtime_error{"not proved: " + prove::text_of(*found)};
    }
  }
  std::ranges::sort(millis);
  std::cout << "[";
  for (std::size_t i = 0; i < millis.size(); ++i) {
    std::cout << (i == 0 ? "" : ", ") << millis[i];
  }
  std::cout << "]\n";
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count < 2) {
      std::cerr << "usage: bench_prove FILE [ROUNDS]\n";
      return 2;
    }
    prove_config(words[1], count > 2 ? std::stoi(words[2]) : 1);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_prove: " << error.what() << '\n';
    return 1;
  }
}
