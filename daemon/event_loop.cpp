// SPDX-License-Identifier: GPL-3.0-or-later
#include "event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace sekisho::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

struct EventLoop::Context {
  asio::io_context io{1};
  std::optional<asio::signal_set> signals;
  std::function<void(int)> caught;

  void wait_for_signal() {
    signals->async_wait([this](const error_code& error, int number) {
      if (!error) {
        caught(number);
        wait_for_signal();
      }
    });
  }
};

/// A descriptor or a timer, and what to call. Shared with the pending operation alone, so that a
/// callback may end it.
class EventLoop::Watch {
 public:
  struct State {
    std::function<void()> call;
    std::optional<asio::posix::stream_descriptor> descriptor;
    asio::posix::stream_descriptor::wait_type what = asio::posix::stream_descriptor::wait_read;
    std::optional<asio::steady_timer> timer;
    std::optional<std::chrono::milliseconds> period;
    bool ended = false;
  };

  explicit Watch(std::shared_ptr<State> state) : state_{std::move(state)} {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    state_->ended = true;
    if (state_->descriptor) {
      state_->descriptor->cancel();
      (void)state_->descriptor->release();
    }
    if (state_->timer) {
      state_->timer->cancel();
    }
  }

  static void wait_for_descriptor(const std::shared_ptr<State>& state) {
    state->descriptor->async_wait(state->what, [state](const error_code& error) {
      if (error || state->ended) {
        return;
      }
      state->call();
      if (!state->ended) {
        wait_for_descriptor(state);
      }
    });
  }

  static void wait_for_timer(const std::shared_ptr<State>& state) {
    state->timer->async_wait([state](const error_code& error) {
      if (error || state->ended) {
        return;
      }
      state->call();
      if (!state->ended && state->period) {
        state->timer->expires_after(*state->period);
        wait_for_timer(state);
      }
    });
  }

 private:
  std::shared_ptr<State> state_;
};

void EventLoop::End::operator()(Watch* watch) const {
  delete watch;
}

EventLoop::EventLoop() : context_{std::make_unique<Context>()} {}
EventLoop::~EventLoop() = default;

EventLoop::Watching EventLoop::watch(int fd, For what, std::function<void()> ready) {
  auto state = std::make_shared<Watch::State>();
  state->call = std::move(ready);
  state->descriptor.emplace(context_->io, fd);
  state->what = what == For::Reading ? asio::posix::stream_descriptor::wait_read
                                     : asio::posix::stream_descriptor::wait_write;
  Watch::wait_for_descriptor(state);
  return Watching{new Watch{std::move(state)}};
}

EventLoop::Watching EventLoop::after(std::chrono::milliseconds delay, std::function<void()> due) {
  return time(delay, std::nullopt, std::move(due));
}

EventLoop::Watching EventLoop::every(std::chrono::milliseconds period, std::function<void()> due) {
  return time(period, period, std::move(due));
}

EventLoop::Watching EventLoop::time(std::chrono::milliseconds delay,
                                    std::optional<std::chrono::milliseconds> period,
                                    std::function<void()> due) {
  auto state = std::make_shared<Watch::State>();
  state->call = std::move(due);
  state->period = period;
  state->timer.emplace(context_->io, delay);
  Watch::wait_for_timer(state);
  return Watching{new Watch{std::move(state)}};
}

void EventLoop::on_signals(std::initializer_list<int> numbers, std::function<void(int)> caught) {
  context_->signals.emplace(context_->io);
  for (const int number : numbers) {
    context_->signals->add(number);
  }
  context_->caught = std::move(caught);
  context_->wait_for_signal();
}

void EventLoop::run() {
  context_->io.run();
}
void EventLoop::stop() {
  context_->io.stop();
}

}  // namespace sekisho::daemon
