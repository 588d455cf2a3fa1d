// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Landlock, as far as the running kernel has it (ABI 1 of Linux 5.13 and later; glibc has no
/// wrappers). A second lock beside the empty root and the list of system calls.

#include "base/result.hpp"

#include <cstdint>

namespace sekisho::jail {

enum class MayRead : std::uint8_t { Nothing, Root };

/// Takes every right to files, to TCP ports and to processes outside from the caller and its
/// children to come; `Root` leaves reading below "/". Does nothing on a kernel without landlock.
[[nodiscard]] Result<> restrict_by_landlock(MayRead may_read);

}  // namespace sekisho::jail
