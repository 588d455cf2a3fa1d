// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The message that leaves: header fields that are allowed to, each read and written anew, one text
/// in UTF-8, files in base64. ASCII, CR LF, no line longer than 998, no clock.

#include "sanitize/mail/scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct File {
  std::string name;  ///< one of `rebuilt_name`
  std::string media_type;
  std::string bytes;
};

/// Fields from `original`: From, Sender, Reply-To, To, Cc, Subject, Date, Message-ID, In-Reply-To,
/// References; others are noted as removed. Refuses addresses and encoded words that cannot be
/// read. On the way out, identifiers that name an internal host are changed or left out.
[[nodiscard]] tl::expected<std::string, Refused> kept_fields(const Entity& original, Job& job);

/// The decoded, cleaned subject without links; empty where there is none.
[[nodiscard]] tl::expected<std::string, Refused> subject_of(const Entity& original, Job& job);

/// `text` is UTF-8 with LF at the ends of lines. `codes`: what X-Sekisho-Sanitized says.
[[nodiscard]] std::string message_of(std::string_view fields, std::string_view text,
                                     const std::vector<File>& files, std::string_view codes);

/// The codes that an earlier pass left in the message, and those of this one; each once, in order.
[[nodiscard]] std::string codes_of(const Entity& original, const Report& report);

}  // namespace sekisho::sanitize::mail
