// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A scanner of rebuilt archives that shares nothing with the writer: front to back, as a program
/// that never looks at the directory would go, and then the directory must tell the same.

#include "sanitize/frame/frame.hpp"

namespace sekisho::sanitize::archive {

/// Names what is not as it must be; each entry is inspected as what its extension says.
[[nodiscard]] std::string inspect(Type type, ByteView rebuilt, Inspection& inspection);

}  // namespace sekisho::sanitize::archive
