// SPDX-License-Identifier: GPL-3.0-or-later
// The proof of what a config compiles to, timed; tools/bench runs it.
//   bench_prove FILE [ROUNDS]     as JSON: milliseconds for the whole, and for one permit that
//   changes after that
#include "prove/prove.hpp"
#include "compile/compile.hpp"
#include "compile/difference.hpp"
#include "files/files.hpp"
#include "policy/parse.hpp"
#include "ruleset/batch.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <stdexcept>

namespace {

using namespace sekisho;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

constexpr policy::Instant kNow{std::chrono::seconds{1'800'000'000}};

/// A policy and the table that makes it true.
struct State {
  std::shared_ptr<const policy::Policy> policy;
  compile::Compiled compiled;
};

State state_of(const std::string& text, const compile::Numbers& known) {
  auto parsed = policy::parse({{"bench.toml", text}}, Language::En, kNow);
  if (!parsed.policy) {
    throw std::runtime_error{parsed.errors.front().str("error")};
  }
  auto policy = std::make_shared<const policy::Policy>(*std::move(parsed.policy));
  compile::Compiled compiled = compile::compile(*policy, {kNow}, known);
  return {std::move(policy), std::move(compiled)};
}

double timed(prove::Prover& prover, const State& state) {
  const auto begin = Clock::now();
  const auto found = prover.refute(state.policy, {kNow}, state.compiled.table,
                                   state.compiled.frames, std::chrono::seconds{0});
  const double millis = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  if (found) {
    throw std::runtime_error{"not proved: " + prove::text_of(*found)};
  }
  return millis;
}

void print(const char* name, std::vector<double> millis) {
  std::ranges::sort(millis);
  std::cout << "\"" << name << "\": [";
  for (std::size_t i = 0; i < millis.size(); ++i) {
    std::cout << (i == 0 ? "" : ", ") << millis[i];
  }
  std::cout << "]";
}

/// The whole, and then one permit that changes there and back.
void prove_config(const char* path, int rounds) {
  auto text = files::read(path, policy::kLargestFile);
  if (!text) {
    throw std::runtime_error{text.error().text()};
  }
  const State before = state_of(*text, {});
  const std::string services = "services = [\"tcp/";
  text->replace(text->find(services, text->find("id = \"f7\"")), services.size(),
                "services = [\"tcp/7\", \"tcp/");
  State after = state_of(*text, before.compiled.numbers);
  after.compiled.table = ruleset::applied(
      before.compiled.table, compile::difference(before.compiled.table, after.compiled.table));
  after.compiled.frames = before.compiled.frames;
  std::vector<double> whole;
  std::vector<double> step;
  for (int round = 0; round < rounds; ++round) {
    prove::Prover prover;
    whole.push_back(timed(prover, before));
    step.push_back(timed(prover, after));
    step.push_back(timed(prover, before));
  }
  std::cout << "{";
  print("whole", std::move(whole));
  std::cout << ", ";
  print("step", std::move(step));
  std::cout << "}\n";
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
