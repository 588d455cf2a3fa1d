// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the kernel drops by itself, before or beside any rule: its own counters by its own names,
/// for the calling thread's network namespace where the kernel keeps them apart. Reads only.

#include "kernel/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::kernel {

struct Loss {
  std::string name;     ///< "Ip ReasmFails", as in /proc/net/snmp
  std::string meaning;  ///< in English
  std::uint64_t packets = 0;
};

/// Since boot, or since the namespace was made; without those that this kernel does not have.
[[nodiscard]] std::vector<Loss> losses();

/// From the form of /proc/net/snmp and netstat: a line of names and a line of values for each
/// group.
[[nodiscard]] std::optional<std::uint64_t> value_in_groups(std::string_view text,
                                                           std::string_view group,
                                                           std::string_view name);
/// From the form of /proc/net/snmp6: a name and a value in each line.
[[nodiscard]] std::optional<std::uint64_t> value_in_lines(std::string_view text,
                                                          std::string_view name);
/// From the form of /proc/net/stat and softnet_stat: hexadecimal columns, a line for each
/// processor. The sum of one column, numbered from 0.
[[nodiscard]] std::optional<std::uint64_t> sum_of_column(std::string_view text, std::size_t column);

}  // namespace sekisho::kernel
