// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// System calls that a role of a relay never makes again: one that could would be a pipe, not a
/// guard. Making one ends the process.

#include "base/result.hpp"

namespace sekisho::daemon {

/// No new sockets, no connecting, no listening, no programs.
[[nodiscard]] Result<> forbid_connecting();
/// No new sockets, no accepting, no files, no programs.
[[nodiscard]] Result<> forbid_accepting();

}  // namespace sekisho::daemon
