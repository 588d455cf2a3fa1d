// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/result.hpp"

#include <system_error>

namespace sekisho {

Error system_error(const std::string& what, int number) {
  return Error{what + ": " + std::generic_category().message(number)};
}

}  // namespace sekisho
