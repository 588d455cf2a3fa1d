// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What `top` shows, from two answers of the daemon a while apart. Knows no terminal, no daemon and
/// no clock.

#include "base/words.hpp"
#include "journal/record.hpp"
#include "terminal.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace sekisho::ctl {

/// What was seen at one moment.
struct Sight {
  std::chrono::steady_clock::time_point at;
  std::string time;                        ///< for people
  boost::json::object status;              ///< empty while the daemon does not answer
  std::string trouble;                     ///< why it does not
  std::vector<journal::Entry> violations;  ///< newest last
};

/// Packets a second are those between the two; where counters have begun anew, those since then.
[[nodiscard]] boost::json::object picture_json(const Sight& before, const Sight& now);

/// Lines for a screen, each narrower than it and no more than it has, whatever its size.
[[nodiscard]] std::vector<std::string> picture_lines(const boost::json::object& picture,
                                                     const Sight& now, Language language,
                                                     Size size);

}  // namespace sekisho::ctl
