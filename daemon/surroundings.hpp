// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the supervisor needs around it before it begins: directories, the control socket, and to be
/// the only one.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "options.hpp"

#include <string>
#include <vector>

namespace sekisho::daemon {

struct Surroundings {
  std::vector<UniqueFd>
      locks;          ///< held while the daemon lives: one daemon per state dir and per runtime dir
  UniqueFd records;   ///< the directory of the records, which the recorder's user owns
  UniqueFd quarantine;  ///< the directory of originals, which the receiver's user alone can read
  UniqueFd listener;  ///< the control socket, for root and the group "sekisho"
  std::vector<std::string>
      weaknesses;  ///< what of the machine makes the daemon less than it could be
};

[[nodiscard]] Result<Surroundings> prepare_surroundings(const Startup& startup);

}  // namespace sekisho::daemon
