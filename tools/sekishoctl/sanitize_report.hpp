// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What `sanitize` says of its items, as text and as JSON.

#include "verbs.hpp"

#include "sanitize/frame/frame.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::ctl {

struct ItemReport {
  std::string input;   ///< as it was said, maybe not UTF-8
  std::string output;  ///< empty where there is none
  sanitize::Type type = sanitize::Type::Unknown;
  sanitize::Status status = sanitize::Status::Error;
  std::optional<sanitize::Refusal> why;
  std::string detail;
  std::vector<sanitize::Change> changes;
  std::string sha256_in;  ///< empty where it was not read
  std::string sha256_out;
  std::chrono::milliseconds millis{};

  [[nodiscard]] bool made() const { return !output.empty(); }
};

/// `{"items":[…]}`, or a line and its changes for each.
void print_reports(const Arguments& arguments, const std::vector<ItemReport>& reports);
/// Every type, how it leaves, and the names it comes under.
void print_types(const Arguments& arguments);

/// "12/40" on stderr while it is a terminal.
class Progress {
 public:
  explicit Progress(std::size_t all);
  void show(std::size_t done);
  void clear();

 private:
  std::size_t all_;
  bool shows_;
};

}  // namespace sekisho::ctl
