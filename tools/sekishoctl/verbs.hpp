// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The verbs of sekishoctl, one file each, and what they share: arguments in, exit code out.

#include "base/result.hpp"
#include "base/words.hpp"
#include "policy/parse.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::ctl {

/// 0 yes or done, 1 the answer is no, 2 usage, 3 the daemon could not be reached or refused.
enum class Exit : int { Yes = 0, No = 1, Usage = 2, Unreachable = 3 };

struct Arguments {
  bool json = false;
  std::vector<std::string> rest;  ///< behind the verb
};

struct Verb {
  std::string_view name;
  std::string_view usage;
  Text help;
  Exit (*run)(const Arguments&);
};

/// Every verb there is.
[[nodiscard]] std::span<const Verb> verbs();

inline constexpr std::string_view kDefaultConfig = "/etc/sekisho/sekisho.toml";

/// The file and its conf.d, read and parsed; prints nothing.
[[nodiscard]] Result<policy::Parsed> load(const std::string& path);
/// The language of LANG or LC_ALL.
[[nodiscard]] Language language_of_user();

Exit run_check(const Arguments& arguments);
Exit run_compile(const Arguments& arguments);
Exit run_message_ids(const Arguments& arguments);
Exit run_dump_tables(const Arguments& arguments);

}  // namespace sekisho::ctl
