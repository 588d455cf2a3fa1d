// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Structured MIME fields: a value and its parameters (RFC 2045, 5.1; RFC 2231), read to the
/// letter.

#include "sanitize/mail/transfer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct Parameter {
  std::string name;   ///< lower case, without what RFC 2231 adds
  std::string value;  ///< UTF-8
};

struct Parameters {
  std::string value;  ///< "text/plain", "attachment": lower case
  std::vector<Parameter> parameters;
  /// Empty where it is not said.
  [[nodiscard]] std::string_view operator[](std::string_view name) const;
};

/// `slashed`: the value is a type and a subtype. Refused are comments, two values, a name twice or
/// both with and without RFC 2231, continuations that are not 0, 1, 2 … in this order, unknown
/// charsets, and encoded words (RFC 2047) but for a file name that consists of them alone, as
/// Japanese mail programs write it.
[[nodiscard]] tl::expected<Parameters, Wrong> parse_parameters(std::string_view text, bool slashed);

}  // namespace sekisho::sanitize::mail
