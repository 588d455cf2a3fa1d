// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail.hpp"

#include <poll.h>

#include <stdexcept>

namespace sekisho::testing {

const std::string kHostile = SEKISHO_SOURCE "/build/release/bin/hostile_worker";
const std::string kWorker = SEKISHO_SOURCE "/build/release/bin/sekisho-worker";

jail::Bounds modest() {
  jail::Bounds bounds;
  bounds.share = {256ULL << 20U, 30};
  bounds.text = 4096;
  bounds.body = 1ULL << 20U;
  return bounds;
}

jail::Pool open_pool(const std::string& program, std::size_t spares) {
  auto pool = jail::Pool::open(program, jail::Kind::Worker, spares);
  if (!pool) {
    throw std::runtime_error{pool.error().text()};
  }
  return *std::move(pool);
}

jail::Outcome wait_for(jail::Pool& pool, std::uint64_t job) {
  for (;;) {
    for (jail::Done& done : pool.advance()) {
      if (done.job == job) {
        return std::move(done.outcome);
      }
    }
    pollfd ready{pool.fd(), POLLIN, 0};
    (void)::poll(&ready, 1, -1);
  }
}

jail::Outcome run(jail::Pool& pool, const std::string& order, const jail::Bounds& bounds,
                  const std::string& item) {
  const auto sealed = jail::Sealed::copy_of(item);
  const auto job = pool.start(order, *sealed, bounds);
  if (!job) {
    throw std::runtime_error{job.error().text()};
  }
  return wait_for(pool, *job);
}

std::string told(const jail::Outcome& outcome) {
  if (outcome) {
    return "answered " + outcome->text;
  }
  const jail::Failure& failure = outcome.error();
  switch (failure.why) {
    case jail::Failure::Why::Died: return "died: " + failure.detail;
    case jail::Failure::Why::OutOfTime: return "out of time";
    case jail::Failure::Why::OutOfMemory: return "out of memory";
    case jail::Failure::Why::SaidTooMuch: break;
  }
  return "said too much: " + failure.detail;
}

}  // namespace sekisho::testing
