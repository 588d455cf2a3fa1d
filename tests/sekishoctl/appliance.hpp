// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The tool beside a running daemon on the appliance of a small city.

#include "ctl.hpp"
#include "daemon/daemon_lab.hpp"

namespace sekisho::testing {

class Appliance : public DaemonLab {
 protected:
  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.end(), {"--runtime-dir", daemon_->directory() + "/run"});
    return more;
  }
  /// The tool's one document.
  [[nodiscard]] boost::json::value ask(const std::string& words, int expected_code = 0) const {
    const Ran ran = daemon_->ctl(words + " --json");
    EXPECT_EQ(ran.exit_code, expected_code) << ran.out;
    boost::system::error_code error;
    boost::json::value document = boost::json::parse(ran.out, error);
    EXPECT_FALSE(error) << ran.out;
    return document;
  }
  [[nodiscard]] std::string nft(const std::string& command) const {
    return city_->appliance().output("nft " + command + " 2>&1");
  }
};

}  // namespace sekisho::testing
