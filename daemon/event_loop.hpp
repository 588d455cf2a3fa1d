// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The one loop of a process: descriptors, a clock and signals, by Boost.Asio, whose headers stay
/// in one source file. Callbacks run one at a time; a callback may destroy its own watch.

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>

namespace sekisho::daemon {

class EventLoop {
 public:
  enum class For : bool { Reading, Writing };

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Ends with its owner. The descriptor stays the caller's and must outlive the watch.
  class Watch;
  struct End {
    void operator()(Watch* watch) const;
  };
  using Watching = std::unique_ptr<Watch, End>;

  /// Calls `ready` whenever the descriptor is readable (or writable), until the watch is destroyed.
  /// A descriptor has one watch at a time.
  [[nodiscard]] Watching watch(int fd, For what, std::function<void()> ready);
  /// Calls `due` once after `delay`, unless destroyed before.
  [[nodiscard]] Watching after(std::chrono::milliseconds delay, std::function<void()> due);
  /// Calls `due` every `period`; a period that was slept through is not made up for.
  [[nodiscard]] Watching every(std::chrono::milliseconds period, std::function<void()> due);
  void on_signals(std::initializer_list<int> numbers, std::function<void(int)> caught);

  /// Until `stop`.
  void run();
  void stop();

 private:
  [[nodiscard]] Watching time(std::chrono::milliseconds delay,
                              std::optional<std::chrono::milliseconds> period,
                              std::function<void()> due);

  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace sekisho::daemon
