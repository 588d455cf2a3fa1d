// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The tool's side of the control socket.

#include "base/result.hpp"
#include "control/requests.hpp"

#include <chrono>
#include <string>

namespace sekisho::control {

/// One request, one answer. Fails when nobody listens, when the daemon closes the connection (a
/// user it does not know) and after `deadline`.
[[nodiscard]] Result<Answer> ask(const std::string& socket_path, const Request& request,
                                 std::chrono::seconds deadline);

}  // namespace sekisho::control
