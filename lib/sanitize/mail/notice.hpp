// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What staff read in place of files that did not come along: which, why, and what to do.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <vector>

namespace sekisho::sanitize::mail {

struct LeftOut {
  std::string name;  ///< as it came
  std::string type;  ///< as declared; may be empty
  std::size_t size = 0;
  Refusal why{};
};

/// Lines with LF, cleaned and without links; empty where nothing was left out.
[[nodiscard]] std::string notice(const std::vector<LeftOut>& files, const Profile& profile);

}  // namespace sekisho::sanitize::mail
