// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The operator's tool as its users have it: words in; stdout, stderr and the exit code out. And a
/// directory that a test may fill.

#include <sys/types.h>
#include <boost/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace sekisho::testing {

struct Spoken {
  int exit_code = -1;  ///< 128 and the signal's number when one ended it
  std::string out;
  std::string err;

  /// stdout as the one document that it is; fails the test and gives null when it is anything else.
  [[nodiscard]] boost::json::value json() const;
};

using Environment = std::map<std::string, std::string>;

/// Runs sekishoctl with these words, in English where `environment` says nothing else, with
/// `input` on stdin.
[[nodiscard]] Spoken ctl(const std::vector<std::string>& words, const Environment& environment = {},
                         const std::string& input = {});

/// The same, left running: stdout and stderr go to files until it is ended.
class Running {
 public:
  Running(const std::vector<std::string>& words, std::string directory);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// Sends a signal and waits for the end; the exit code, as in Spoken.
  int end_by(int signal);

 private:
  std::string directory_;
  pid_t pid_ = 0;
};

/// A new directory, removed with everything in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Writes a file, with the directories that lead to it; its whole path.
  std::string write(const std::string& name, const std::string& text) const;
  /// Options that let no daemon and no config of this machine be found.
  [[nodiscard]] std::vector<std::string> nowhere(std::vector<std::string> words) const;

 private:
  std::string path_;
};

[[nodiscard]] std::string read_whole(const std::string& path);

}  // namespace sekisho::testing
