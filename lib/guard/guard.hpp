// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The sanitizer as relays and the tool have it: an item goes in, a verdict comes out. One jailed
/// worker rebuilds, another inspects what the first has made. Nothing here looks into content.

#include "jail/pool.hpp"
#include "sanitize/wire/wire.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::guard {

struct Task {
  jail::Sealed item;
  std::string name;
  std::string declared_type;
  sanitize::Way way;
  std::optional<sanitize::Way> way_of_mail;  ///< in its place, where the item turns out to be mail
};

struct Verdict {
  std::uint64_t task = 0;
  sanitize::Status status = sanitize::Status::Error;
  sanitize::Type type = sanitize::Type::Unknown;  ///< of the item that came
  std::optional<sanitize::Refusal> why;           ///< where it was refused
  std::string detail;                             ///< clean text, where and what; may be empty
  sanitize::Report report;
  std::string name;                    ///< made anew, of what was rebuilt
  std::optional<jail::Sealed> output;  ///< where it is sanitized, maybe in part
};

class Guard {
 public:
  /// `at_once`: how many items are worked on at the same time; more wait.
  [[nodiscard]] static Result<Guard> open(const std::string& worker, std::size_t at_once);

  /// Always ends in a verdict with this number.
  std::uint64_t start(Task task);
  /// Readable when `advance` has something to do.
  [[nodiscard]] int fd() const { return events_.get(); }
  /// The verdicts since; does not wait.
  [[nodiscard]] std::vector<Verdict> advance();
  /// Waits for at least one, while tasks are under way.
  [[nodiscard]] std::vector<Verdict> wait();

 private:
  struct Ongoing {
    Task task;
    Verdict verdict;
    std::optional<jail::Sealed> made;
  };

  Guard(std::string worker, std::size_t at_once, jail::Pool pool, UniqueFd events);

  Result<> watch(const jail::Pool& pool) const;
  void begin_waiting();
  void rebuild(std::uint64_t number, Ongoing& task, bool with_fonts);
  void inspect(std::uint64_t number, Ongoing& task, jail::Sealed made);
  void take(jail::Done done, bool with_fonts);
  void rebuilt(std::uint64_t number, Ongoing& task, jail::Outcome outcome, bool with_fonts);
  void inspected(std::uint64_t number, Ongoing& task, jail::Outcome outcome);
  void refuse(std::uint64_t number, sanitize::Refusal why, std::string detail);
  void finish(std::uint64_t number);

  std::string worker_;
  std::size_t at_once_;
  UniqueFd events_;
  jail::Pool workers_;
  std::optional<jail::Pool> rasterisers_;  ///< started when the first item wants one
  std::uint64_t last_ = 0;
  std::deque<std::uint64_t> waiting_;
  std::map<std::uint64_t, Ongoing> tasks_;
  std::map<std::uint64_t, std::uint64_t> jobs_;              ///< of workers → task
  std::map<std::uint64_t, std::uint64_t> rasterising_jobs_;  ///< of rasterisers → task
  std::vector<Verdict> verdicts_;
};

}  // namespace sekisho::guard
