// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/pool.hpp"

#include "jail/launch.hpp"
#include "jail/reply.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace sekisho::jail {
namespace {

using Clock = std::chrono::steady_clock;

/// From the order to kill until the zygote must have told of the end.
constexpr std::chrono::seconds kGrace{10};

std::uint16_t type_of(Message message) {
  return static_cast<std::uint16_t>(message);
}

struct Worker {
  std::uint64_t serial = 0;
  ipc::Channel channel;
};

/// A worker with an item.
struct Job {
  std::unique_ptr<Reply> reply;
  Clock::time_point deadline;
  std::optional<End> end;
  bool killed = false;

  [[nodiscard]] bool is_over() const { return end && reply->is_closed(); }
};

std::string describe(const End& end) {
  if (!end.by_signal) {
    return "ended with code " + std::to_string(end.code);
  }
  const std::string what = end.code == SIGSYS    ? "a forbidden system call"
                           : end.code == SIGXCPU ? "out of processor time"
                                                 : ::strsignal(end.code);
  return "killed by signal " + std::to_string(end.code) + " (" + what + ")";
}

Failure failure_of(const End& end) {
  if (!end.by_signal && end.code == kExitNoMemory) {
    return {Failure::Why::OutOfMemory, ""};
  }
  if (end.by_signal && end.code == SIGXCPU) {
    return {Failure::Why::OutOfTime, "of the processor"};
  }
  if (!end.by_signal && end.code == kExitNotConfined) {
    return {Failure::Why::Died, "could not be confined"};
  }
  return {Failure::Why::Died, describe(end)};
}

}  // namespace

class Pool::Inside {
 public:
  Inside(std::string program, Kind kind, std::size_t spares)
      : program_{std::move(program)}, kind_{kind}, wanted_{spares} {}

  Result<> open() {
    events_ = UniqueFd{::epoll_create1(EPOLL_CLOEXEC)};
    timer_ = UniqueFd{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (!events_ || !timer_ || !watch(timer_.get())) {
      return fail(system_error("cannot wait for workers", errno));
    }
    return ensure_zygote();
  }

  Result<std::uint64_t> start(const std::string& order, const Sealed& item, const Bounds& bounds) {
    if (auto there = ensure_zygote(); !there) {
      return fail(std::move(there).error());
    }
    if (spares_.empty()) {
      if (auto spawned = spawn(); !spawned) {
        return fail(std::move(spawned).error());
      }
    }
    auto reply = Reply::open({bounds.text, bounds.body});
    if (!reply) {
      return fail(std::move(reply).error());
    }
    const Worker worker = std::move(spares_.front());
    spares_.pop_front();
    if (auto handed = hand_over(worker, reply->writing_end.get(), order, item, bounds); !handed) {
      return fail(std::move(handed).error());
    }
    if (!watch(reply->reading->fd())) {
      return fail(system_error("cannot wait for a worker", errno));
    }
    jobs_.emplace(worker.serial, Job{std::move(reply->reading),
                                     Clock::now() + std::chrono::seconds{bounds.share.seconds},
                                     {},
                                     false});
    set_timer();
    return worker.serial;
  }

  std::vector<Done> advance() {
    hear_zygote();
    for (auto& [serial, job] : jobs_) {
      job.reply->read_on();
      if (job.reply->is_wrong()) {
        kill(serial, job);
      }
    }
    check_deadlines();
    auto done = collect();
    refill();
    set_timer();
    return done;
  }

  [[nodiscard]] int fd() const { return events_.get(); }
  [[nodiscard]] std::size_t running() const { return jobs_.size(); }
  [[nodiscard]] int zygote_pid() const { return zygote_ ? zygote_->pid() : -1; }

 private:
  bool watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  }

  Result<> ensure_zygote() {
    if (zygote_) {
      return {};
    }
    auto launched = Launched::launch(program_, kind_);
    if (!launched) {
      return fail(std::move(launched).error());
    }
    zygote_ = *std::move(launched);
    if (!watch(zygote_->channel().fd())) {
      return fail(system_error("cannot wait for the zygote", errno));
    }
    refill();
    return {};
  }

  Result<> spawn() {
    auto ends = ipc::Channel::pair();
    if (!ends) {
      return fail(std::move(ends).error());
    }
    const std::uint64_t serial = ++last_serial_;
    if (auto sent = zygote_->channel().send(type_of(Message::Spawn), encode_serial(serial),
                                            ends->second.fd());
        !sent) {
      return sent;
    }
    spares_.push_back({serial, std::move(ends->first)});
    return {};
  }

  void refill() {
    while (zygote_ && spares_.size() < wanted_) {
      if (!spawn()) {
        return;  // tried again with the next job, which says why
      }
    }
  }

  static Result<> hand_over(const Worker& worker, int pipe, const std::string& order,
                            const Sealed& item, const Bounds& bounds) {
    if (auto sent = worker.channel.send(type_of(Message::Result), {}, pipe); !sent) {
      return sent;
    }
    return worker.channel.send(type_of(Message::Order), encode(Order{bounds.share, order}),
                               item.fd());
  }

  void hear_zygote() {
    while (zygote_) {
      auto frame = zygote_->channel().receive();
      if (!frame) {
        lose_zygote();
        return;
      }
      if (!*frame) {
        return;
      }
      const auto end = decode_end((*frame)->payload);
      if (!end) {
        lose_zygote();
        return;
      }
      take(*end);
    }
  }

  void take(const End& end) {
    if (const auto job = jobs_.find(end.serial); job != jobs_.end()) {
      job->second.end = end;
    } else {
      std::erase_if(spares_, [&](const Worker& spare) { return spare.serial == end.serial; });
    }
  }

  /// Its workers died with it.
  void lose_zygote() {
    zygote_.reset();
    spares_.clear();
    for (auto& [serial, job] : jobs_) {
      if (!job.end) {
        job.end = End{serial, true, SIGKILL};
      }
    }
  }

  void kill(std::uint64_t serial, Job& job) {
    if (!job.killed && !job.end && zygote_) {
      (void)zygote_->channel().send(type_of(Message::Kill), encode_serial(serial));
    }
    job.killed = true;
  }

  void check_deadlines() {
    const auto now = Clock::now();
    for (auto& [serial, job] : jobs_) {
      if (job.is_over() || now < job.deadline) {
        continue;
      }
      job.reply->out_of_time();
      kill(serial, job);
      if (now >= job.deadline + kGrace) {
        lose_zygote();
        return;
      }
    }
  }

  std::vector<Done> collect() {
    std::vector<Done> done;
    for (auto at = jobs_.begin(); at != jobs_.end();) {
      Job& job = at->second;
      if (job.end) {
        job.reply->read_on();  // what it wrote before its end
      }
      if (!job.is_over() && !(job.end && job.killed)) {
        ++at;
        continue;
      }
      done.push_back({at->first, outcome_of(job)});
      at = jobs_.erase(at);
    }
    return done;
  }

  static Outcome outcome_of(Job& job) {
    if (auto failure = job.reply->failure()) {
      return tl::unexpected<Failure>{*std::move(failure)};
    }
    const bool well = job.end && !job.end->by_signal && job.end->code == 0;
    if (!well) {
      return tl::unexpected<Failure>{failure_of(job.end.value_or(End{}))};
    }
    return std::move(*job.reply).take();
  }

  /// To the next deadline; those that have passed wait for their grace.
  void set_timer() const {
    std::optional<Clock::time_point> next;
    for (const auto& [serial, job] : jobs_) {
      const auto at = job.killed ? job.deadline + kGrace : job.deadline;
      next = next ? std::min(*next, at) : at;
    }
    itimerspec spec{};
    if (next) {
      const auto left =
          std::max<Clock::duration>(*next - Clock::now(), std::chrono::nanoseconds{1});
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      spec.it_value.tv_sec = seconds.count();
      spec.it_value.tv_nsec = std::chrono::nanoseconds{left - seconds}.count();
    }
    (void)::timerfd_settime(timer_.get(), 0, &spec, nullptr);
  }

  std::string program_;
  Kind kind_;
  std::size_t wanted_;
  UniqueFd events_;
  UniqueFd timer_;
  std::optional<Launched> zygote_;
  std::deque<Worker> spares_;
  std::map<std::uint64_t, Job> jobs_;
  std::uint64_t last_serial_ = 0;
};

Pool::Pool(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
Pool::Pool(Pool&&) noexcept = default;
Pool& Pool::operator=(Pool&&) noexcept = default;
Pool::~Pool() = default;

Result<Pool> Pool::open(const std::string& program, Kind kind, std::size_t spares) {
  auto inside = std::make_unique<Inside>(program, kind, spares);
  if (auto opened = inside->open(); !opened) {
    return fail(std::move(opened).error());
  }
  return Pool{std::move(inside)};
}

Result<std::uint64_t> Pool::start(const std::string& order, const Sealed& item,
                                  const Bounds& bounds) {
  return inside_->start(order, item, bounds);
}
int Pool::fd() const {
  return inside_->fd();
}
std::vector<Done> Pool::advance() {
  return inside_->advance();
}
std::size_t Pool::running() const {
  return inside_->running();
}
int Pool::zygote_pid() const {
  return inside_->zygote_pid();
}

}  // namespace sekisho::jail
