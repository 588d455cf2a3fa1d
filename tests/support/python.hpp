// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Another reader for what was written: a Python program that gets bytes and says what it read.

#include <string>
#include <string_view>

namespace sekisho {

/// What the program writes when it reads `input`. A program that fails is a failure of the test
/// that ends with its error.
[[nodiscard]] std::string python(std::string_view program, std::string_view input);

}  // namespace sekisho
