// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A folder that goes away with it, and programs of others that look at what is in it.

#include <string>
#include <string_view>

namespace sekisho::test {

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string path(std::string_view name) const;
  /// The path of a new file with these bytes.
  std::string write(std::string_view name, std::string_view bytes) const;
  /// Empty and a failure of the test where there is no such file.
  [[nodiscard]] std::string read(std::string_view name) const;

  struct Ran {
    int status = -1;
    std::string output;  ///< what it wrote to both outputs
  };
  /// Runs a shell command in the folder.
  [[nodiscard]] Ran run(const std::string& command) const;

 private:
  std::string folder_;
};

}  // namespace sekisho::test
