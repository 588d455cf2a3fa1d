// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A header section, scanned strictly (RFC 5322, 2.2; RFC 2045, 3).

#include "sanitize/mail/scan.hpp"

namespace sekisho::sanitize::mail {

struct Header {
  std::vector<Field> fields;
  std::size_t length = 0;  ///< bytes up to the body, the empty line included
  bool ended = false;      ///< by an empty line
};

/// An error says the line, counted from the start of `bytes`.
[[nodiscard]] tl::expected<Header, Refused> scan_header(std::string_view bytes);

}  // namespace sekisho::sanitize::mail
