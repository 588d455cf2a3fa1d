// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a message says and carries, taken from its tree: one text and a row of files. Knows neither
/// profile nor how it leaves.

#include "sanitize/mail/scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct Attachment {
  std::string name;  ///< UTF-8, as it came; may be empty
  std::string type;  ///< as declared, lower case
  std::string bytes;
};

struct Content {
  std::string text;  ///< UTF-8, cleaned, LF at the ends of lines; links are in it
  std::vector<Attachment> attachments;
};

/// Refuses what cannot be read into: encrypted parts (S/MIME, PGP), parts of a split message,
/// content that stands elsewhere, text that is not in its charset, files in the text that do not
/// end. Of alternatives the plain text is taken, else the HTML as text; signatures go.
[[nodiscard]] tl::expected<Content, Refused> content_of(const Entity& message, Job& job);

/// The text and the files of a TNEF that stands alone.
[[nodiscard]] tl::expected<Content, Refused> content_of_tnef(ByteView bytes, Job& job);

}  // namespace sekisho::sanitize::mail
