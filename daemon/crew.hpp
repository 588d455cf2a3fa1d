// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The supervisor's processes: started, heard, started again after they end, with growing pauses.
/// Knows the messages' ways, not their meaning.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "child.hpp"
#include "event_loop.hpp"
#include "journal/record.hpp"
#include "messages.hpp"
#include "options.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::daemon {

class Crew {
 public:
  struct Process {
    std::string role;
    pid_t pid = 0;
  };
  struct Heard {
    /// A request of the desk: its id, the user who asks, the request.
    std::function<void(std::uint64_t, std::uint32_t, ByteView)> request;
    /// The state of a role has changed: which, and what is wrong now; empty when it is well.
    std::function<void(const std::string&, const std::string&)> health;
    /// Every role that was started has been heard from, or has failed, for the first time.
    std::function<void()> complete;
    /// A message of a role of the mail relay; false when it may not send that.
    std::function<bool(const std::string&, ipc::Frame&)> mail;
    /// Such a role has begun; has ended.
    std::function<void(const std::string&)> began;
    std::function<void(const std::string&)> ended;
  };

  /// `records`: the directory of the records; `listener`: the control socket. Both must outlive the
  /// crew.
  Crew(EventLoop& loop, const Startup& startup, int records, int listener, Heard heard);

  /// Starts every role.
  void start();
  /// SIGCHLD: collects whoever has ended.
  void collect();
  /// The recorder writes what it has and ends, then the others. Waits a few seconds at most.
  void finish();

  /// Into the hands of the recorder, now or as soon as there is one.
  void record(const journal::Record& record);
  void tell_names(const Names& names);
  /// Ends a window: the watch gives its folds, the recorder compares them with these counters.
  void close_window(Counters counters);
  void answer(std::uint64_t id, const std::string& answer);
  /// What the sensor is to know (sensor::pack): starts it, or starts it anew; empty: ends it.
  void sense(std::string knowledge);

  /// Starts the roles of the mail relay, with the quarantine's directory, or ends them.
  void relay(bool wanted, int quarantine);
  /// A message to one of them.
  bool tell_relay(std::string_view role, Type type, std::string_view payload, int fd);

  /// Whether every role that was started has been heard from.
  [[nodiscard]] bool complete() const { return complete_; }

  [[nodiscard]] std::vector<Process> processes() const;
  /// What is wrong, one sentence per role.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  struct Member {
    Child child;
    EventLoop::Watching hearing;
    EventLoop::Watching pause;
    std::chrono::steady_clock::time_point started;
    int failures = 0;
    std::optional<int> silent;  ///< beats since it was heard from; nothing until it was
    std::optional<std::string>
        health;  ///< what is wrong; nothing until it was heard from or failed
  };

  void start(const std::string& role);
  [[nodiscard]] Result<Child> launch(const std::string& role);
  void hear(const std::string& role);
  void take(const std::string& role, ipc::Frame& frame);
  void failed(const std::string& role, const std::string& why);
  /// Ends roles that have been silent for long.
  void count_beats();
  void set_health(const std::string& role, const std::string& health);
  /// Whether it was handed over; a role that does not read is ended, so that it starts anew.
  bool tell(const std::string& role, Type type, std::string_view payload, int fd = -1);
  void send_backlog();

  EventLoop& loop_;
  Startup startup_;
  int records_;
  int listener_;
  int quarantine_ = -1;
  Heard heard_;
  EventLoop::Watching counting_beats_;
  std::map<std::string, Member> members_;
  std::deque<std::string> backlog_;  ///< packed records
  std::uint64_t lost_ = 0;
  std::string names_;
  std::string knowledge_;
  std::uint64_t window_ = 0;
  bool complete_ = false;
  bool finishing_ = false;
};

}  // namespace sekisho::daemon
