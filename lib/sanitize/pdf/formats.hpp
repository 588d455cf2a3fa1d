// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// PDF (ISO 32000-1): rebuilt with qpdf into a new document of pages that draw and do nothing else.

#include "sanitize/frame/frame.hpp"

#include <span>

namespace sekisho::sanitize::pdf {

[[nodiscard]] std::span<const Format> formats();

}  // namespace sekisho::sanitize::pdf
