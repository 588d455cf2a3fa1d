// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A directory for files that appear under their names only when whole.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <string>

namespace sekisho::ctl {

class Outputs {
 public:
  /// Makes the directory where there is none.
  [[nodiscard]] static Result<Outputs> open(const std::string& directory);

  /// Writes a new file and gives its path. Names that are taken get "-2", "-3" before their
  /// extension; nothing is replaced. Nothing is left behind where it fails.
  [[nodiscard]] Result<std::string> add(const std::string& name, ByteView bytes) const;

 private:
  Outputs(std::string path, UniqueFd directory)
      : path_{std::move(path)}, directory_{std::move(directory)} {}

  std::string path_;
  UniqueFd directory_;
};

}  // namespace sekisho::ctl
