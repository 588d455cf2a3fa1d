// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Reads a rebuilt PDF byte by byte and knows only what a rebuilt one may hold. Shares no code with
/// the rebuilding but the list of forbidden names; qpdf is not in it.

#include "sanitize/frame/frame.hpp"

#include <string>

namespace sekisho::sanitize::pdf {

/// Names what must not be there: anything outside objects, names that act, embed or refer, filters
/// other than two, operators that draw nothing, JPEG data with more than a picture. Empty when it
/// is clean.
[[nodiscard]] std::string inspect(Type type, ByteView rebuilt, Inspection& inspection);

}  // namespace sekisho::sanitize::pdf
