// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// TNEF (MS-OXTNEF), the "winmail.dat" of Outlook and Exchange: files and a text body in
/// attributes. Read with every length and checksum checked; nothing is repaired.

#include "base/bytes.hpp"
#include "sanitize/mail/transfer.hpp"

#include <string>
#include <vector>

namespace sekisho::sanitize::mail {

struct TnefFile {
  std::string name;  ///< UTF-8; may be empty
  std::string bytes;
};
struct Tnef {
  std::string body;         ///< plain text, UTF-8; may be empty
  bool other_body = false;  ///< RTF or HTML, which is not read
  std::vector<TnefFile> files;
};

[[nodiscard]] tl::expected<Tnef, Wrong> parse_tnef(ByteView bytes);

}  // namespace sekisho::sanitize::mail
