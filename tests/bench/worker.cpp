// SPDX-License-Identifier: GPL-3.0-or-later
// What a jailed worker costs beside a process that does nothing: bench_worker PAIRS
// Prints one JSON object with the microseconds of each round: a job for a worker that is kept
// ready; a whole item, rebuilt by one worker and inspected by another; `true` by fork and exec.
#include "guard/guard.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace sekisho {
namespace {

constexpr int kPerRound = 200;

[[noreturn]] void give_up(const std::string& why) {
  (void)std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

double micros_of(const std::function<void()>& once) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kPerRound; ++i) {
    once();
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  return took.count() / kPerRound;
}

void fork_true() {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/true", "true", nullptr);
    ::_exit(127);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) {
    give_up("true failed");
  }
}

/// An order that says nothing, which the worker answers with nothing.
void run_job(jail::Pool& pool, const jail::Sealed& item) {
  jail::Bounds bounds;
  bounds.share = {512ULL << 20U, 60};
  if (!pool.start("", item, bounds)) {
    give_up("no worker");
  }
  for (auto done = pool.advance(); done.empty(); done = pool.advance()) {
    pollfd ready{pool.fd(), POLLIN, 0};
    (void)::poll(&ready, 1, -1);
  }
}

void run_item(guard::Guard& guard, const std::string& text) {
  guard.start({*jail::Sealed::copy_of(text), "a.txt", "", {}, {}});
  const auto verdicts = guard.wait();
  if (verdicts.empty() || !verdicts.front().output) {
    give_up("the item was refused: " + (verdicts.empty() ? "" : verdicts.front().detail));
  }
}

void print(const char* name, const std::vector<double>& micros, const char* end) {
  (void)std::printf("\"%s\":[", name);
  for (std::size_t i = 0; i < micros.size(); ++i) {
    (void)std::printf("%s%.1f", i == 0 ? "" : ",", micros[i]);
  }
  (void)std::printf("]%s", end);
}

void run(int pairs) {
  auto pool = jail::Pool::open(jail::worker_program(), jail::Kind::Worker, 4);
  auto guard = guard::Guard::open(jail::worker_program(), 1);
  if (!pool || !guard) {
    give_up(pool ? guard.error().text() : pool.error().text());
  }
  const auto item = *jail::Sealed::copy_of("x");
  std::vector<double> jobs;
  std::vector<double> items;
  std::vector<double> trues;
  for (int i = 0; i < pairs; ++i) {
    jobs.push_back(micros_of([&] { run_job(*pool, item); }));
    trues.push_back(micros_of(fork_true));
    items.push_back(micros_of([&] { run_item(*guard, "text\n"); }));
  }
  (void)std::printf("{");
  print("job", jobs, ",");
  print("item", items, ",");
  print("true", trues, "}\n");
}

}  // namespace
}  // namespace sekisho

int main(int count, char** words) {
  sekisho::run(count == 2 ? std::atoi(words[1]) : 15);
}
