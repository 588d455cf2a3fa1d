// SPDX-License-Identifier: GPL-3.0-or-later
// Has originals rebuilt and inspected by jailed workers. It has no socket into any zone, and looks
// into nothing itself.
#include "base/sha256.hpp"
#include "event_loop.hpp"
#include "guard/guard.hpp"
#include "ipc/channel.hpp"
#include "mail.hpp"
#include "messages.hpp"
#include "pulse.hpp"
#include "roles.hpp"
#include "sanitize/profile/way.hpp"

#include <csignal>
#include <map>

namespace sekisho::daemon {
namespace {

constexpr std::size_t kAtOnce = 4;

class Sanitizer {
 public:
  Sanitizer(EventLoop& loop, guard::Guard guard)
      : loop_{loop}, guard_{std::move(guard)}, supervisor_{UniqueFd{kSupervisorFd}} {
    beating_ = daemon::beat(loop_, supervisor_);
    watching_ = loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear(); });
    watching_guard_ = loop_.watch(guard_.fd(), EventLoop::For::Reading, [this] { advance(); });
    (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), {});
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void end(const std::string& why) {
    if (!why.empty()) {
      (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), why);
      exit_code_ = 1;
    }
    loop_.stop();
  }

  void hear() {
    for (;;) {
      auto frame = supervisor_.receive();
      if (!frame) {
        return end({});
      }
      if (!*frame) {
        return;
      }
      if (static_cast<Type>((*frame)->type) == Type::Beat) {
        (void)supervisor_.send((*frame)->type, (*frame)->payload);
        continue;
      }
      const auto order = mail::unpack_sanitize(as_bytes((*frame)->payload));
      auto item = jail::Sealed::adopt(std::move((*frame)->fd));
      if (static_cast<Type>((*frame)->type) != Type::Sanitize || !order || !item) {
        return end("a message that the supervisor may not send");
      }
      start(*order, *std::move(item));
    }
  }

  void start(const mail::Sanitize& order, jail::Sealed item) {
    sanitize::Way way = sanitize::way_of(order.profile, order.language);
    way.profile.take_out = order.take_out;
    const std::uint64_t task =
        guard_.start({std::move(item), "message.eml", "message/rfc822", way, std::nullopt});
    sessions_[task] = order.session;
    advance();
  }

  void advance() {
    for (guard::Verdict& verdict : guard_.advance()) {
      tell(verdict);
    }
  }

  void tell(const guard::Verdict& verdict) {
    const auto session = sessions_.extract(verdict.task);
    if (!session) {
      return;
    }
    mail::Sanitized sanitized;
    sanitized.session = session.mapped();
    sanitized.status = sanitize::word_of(verdict.status).name;
    sanitized.why = verdict.why ? sanitize::word_of(*verdict.why).name : "";
    sanitized.actions = verdict.report.codes();
    int fd = -1;
    if (verdict.output) {
      const auto mapping = verdict.output->map();
      if (!mapping) {
        return end(mapping.error().text());
      }
      sanitized.sha256 = sha256(as_text(mapping->bytes()));
      sanitized.size = verdict.output->size();
      fd = verdict.output->fd();
    }
    if (!supervisor_.send(static_cast<std::uint16_t>(Type::Sanitized), mail::pack(sanitized), fd)) {
      loop_.stop();
    }
  }

  EventLoop& loop_;
  guard::Guard guard_;
  ipc::Channel supervisor_;
  std::map<std::uint64_t, std::uint64_t> sessions_;  ///< by task
  EventLoop::Watching watching_;
  EventLoop::Watching beating_;
  EventLoop::Watching watching_guard_;
  int exit_code_ = 0;
};

Result<int> run() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  if (auto done = confine_parent("sanitizer"); !done) {
    return fail(std::move(done).error());
  }
  auto guard = guard::Guard::open(jail::worker_program(), kAtOnce);
  if (!guard) {
    return fail(std::move(guard).error().in("sanitizer"));
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  Sanitizer sanitizer{loop, *std::move(guard)};
  loop.run();
  return sanitizer.exit_code();
}

}  // namespace

int run_sanitizer(const Startup& /*startup*/) {
  const auto done = run();
  return done ? *done : end_role(done.error());
}

}  // namespace sekisho::daemon
