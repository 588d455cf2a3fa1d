// SPDX-License-Identifier: GPL-3.0-or-later
#include "guard/guard.hpp"

#include "sanitize/frame/name.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <cerrno>

namespace sekisho::guard {
namespace {

using sanitize::Refusal;

Refusal refusal_of(jail::Failure::Why why) {
  switch (why) {
    case jail::Failure::Why::OutOfTime: return Refusal::OutOfTime;
    case jail::Failure::Why::OutOfMemory: return Refusal::OutOfMemory;
    case jail::Failure::Why::SaidTooMuch: return Refusal::OutputTooLarge;
    case jail::Failure::Why::Died: break;
  }
  return Refusal::WorkerDied;
}

jail::Bounds bounds_of(const sanitize::Limits& limits, std::uint64_t body) {
  jail::Bounds bounds;
  bounds.share = {limits.memory, limits.seconds};
  bounds.body = body;
  return bounds;
}

/// A worker that breaks its word has been taken over, or is broken; either way it is dead to us.
constexpr const char* kNoHonestAnswer = "its answer cannot be true";

}  // namespace

Result<Guard> Guard::open(const std::string& worker, std::size_t at_once) {
  auto pool = jail::Pool::open(worker, jail::Kind::Worker, at_once + 1);
  if (!pool) {
    return fail(std::move(pool).error());
  }
  UniqueFd events{::epoll_create1(EPOLL_CLOEXEC)};
  if (!events) {
    return fail(system_error("cannot wait for workers", errno));
  }
  Guard guard{worker, at_once, *std::move(pool), std::move(events)};
  if (auto watched = guard.watch(guard.workers_); !watched) {
    return fail(std::move(watched).error());
  }
  return guard;
}

Guard::Guard(std::string worker, std::size_t at_once, jail::Pool pool, UniqueFd events)
    : worker_{std::move(worker)},
      at_once_{at_once},
      events_{std::move(events)},
      workers_{std::move(pool)} {}

Result<> Guard::watch(const jail::Pool& pool) const {
  epoll_event event{};
  event.events = EPOLLIN;
  if (::epoll_ctl(events_.get(), EPOLL_CTL_ADD, pool.fd(), &event) != 0) {
    return fail(system_error("cannot wait for workers", errno));
  }
  return {};
}

std::uint64_t Guard::start(Task task) {
  const std::uint64_t number = ++last_;
  Verdict verdict;
  verdict.task = number;
  tasks_.emplace(number, Ongoing{std::move(task), std::move(verdict), std::nullopt});
  waiting_.push_back(number);
  begin_waiting();
  return number;
}

void Guard::begin_waiting() {
  while (!waiting_.empty() && jobs_.size() + rasterising_jobs_.size() < at_once_) {
    const std::uint64_t number = waiting_.front();
    waiting_.pop_front();
    rebuild(number, tasks_.at(number), false);
  }
}

void Guard::rebuild(std::uint64_t number, Ongoing& ongoing, bool with_fonts) {
  const Task& task = ongoing.task;
  if (with_fonts && !rasterisers_) {
    auto pool = jail::Pool::open(worker_, jail::Kind::Rasteriser, 1);
    auto watched = pool ? watch(*pool) : fail(pool.error());
    if (!watched) {
      refuse(number, Refusal::WorkerDied, watched.error().text());
      return;
    }
    rasterisers_ = *std::move(pool);
  }
  const sanitize::RebuildOrder order{task.way, task.way_of_mail, task.name, task.declared_type,
                                     with_fonts};
  jail::Pool& pool = with_fonts ? *rasterisers_ : workers_;
  const auto job =
      pool.start(encode(order), task.item, bounds_of(task.way.limits, task.way.limits.bytes_out));
  if (!job) {
    refuse(number, Refusal::WorkerDied, job.error().text());
    return;
  }
  (with_fonts ? rasterising_jobs_ : jobs_).emplace(*job, number);
}

void Guard::inspect(std::uint64_t number, Ongoing& ongoing, jail::Sealed made) {
  const sanitize::Limits& limits = ongoing.task.way.limits;
  const sanitize::InspectOrder order{sanitize::extension_of(ongoing.verdict.name), limits};
  const auto job = workers_.start(encode(order), made, bounds_of(limits, 0));
  if (!job) {
    refuse(number, Refusal::WorkerDied, job.error().text());
    return;
  }
  ongoing.made = std::move(made);
  jobs_.emplace(*job, number);
}

void Guard::take(jail::Done done, bool with_fonts) {
  auto job = (with_fonts ? rasterising_jobs_ : jobs_).extract(done.job);
  if (!job) {
    return;
  }
  const std::uint64_t number = job.mapped();
  Ongoing& ongoing = tasks_.at(number);
  if (!done.outcome) {
    const jail::Failure& failure = done.outcome.error();
    refuse(number, refusal_of(failure.why),
           (ongoing.made ? "while inspected: " : "") + failure.detail);
  } else if (ongoing.made) {
    inspected(number, ongoing, std::move(done.outcome));
  } else {
    rebuilt(number, ongoing, std::move(done.outcome), with_fonts);
  }
}

void Guard::rebuilt(std::uint64_t number, Ongoing& ongoing, jail::Outcome outcome,
                    bool with_fonts) {
  auto answer = sanitize::decode_rebuild_answer(outcome->text);
  if (!answer || (!answer->outcome && with_fonts)) {
    refuse(number, Refusal::WorkerDied, kNoHonestAnswer);
    return;
  }
  if (!answer->outcome) {
    rebuild(number, ongoing, true);
    return;
  }
  Verdict& verdict = ongoing.verdict;
  verdict.report = std::move(answer->report);
  const auto& made = *answer->outcome;
  if (!made) {
    verdict.type = made.error().type;
    refuse(number, made.error().why, made.error().detail);
    return;
  }
  verdict.type = made->type;
  verdict.status = made->partial ? sanitize::Status::Partial : sanitize::Status::Sanitized;
  verdict.name = sanitize::rebuilt_name(ongoing.task.name, made->extension);
  if (verdict.name != ongoing.task.name) {
    verdict.report.note(sanitize::Action::ChangedName, ongoing.task.name);
  }
  inspect(number, ongoing, std::move(outcome->body));
}

void Guard::inspected(std::uint64_t number, Ongoing& ongoing, jail::Outcome outcome) {
  const auto finding = sanitize::decode_finding(outcome->text);
  if (!finding) {
    refuse(number, Refusal::WorkerDied, kNoHonestAnswer);
  } else if (!finding->empty()) {
    refuse(number, Refusal::InspectionFailed, *finding);
  } else {
    ongoing.verdict.output = std::move(ongoing.made);
    finish(number);
  }
}

void Guard::refuse(std::uint64_t number, Refusal why, std::string detail) {
  Verdict& verdict = tasks_.at(number).verdict;
  verdict.why = why;
  verdict.status = word_of(why).status;
  verdict.detail = std::move(detail);
  finish(number);
}

void Guard::finish(std::uint64_t number) {
  auto ongoing = tasks_.extract(number);
  verdicts_.push_back(std::move(ongoing.mapped().verdict));
}

std::vector<Verdict> Guard::advance() {
  for (jail::Done& done : workers_.advance()) {
    take(std::move(done), false);
  }
  if (rasterisers_) {
    for (jail::Done& done : rasterisers_->advance()) {
      take(std::move(done), true);
    }
  }
  begin_waiting();
  return std::exchange(verdicts_, {});
}

std::vector<Verdict> Guard::wait() {
  std::vector<Verdict> verdicts = advance();
  while (verdicts.empty() && !tasks_.empty()) {
    pollfd ready{events_.get(), POLLIN, 0};
    (void)::poll(&ready, 1, -1);
    verdicts = advance();
  }
  return verdicts;
}

}  // namespace sekisho::guard
