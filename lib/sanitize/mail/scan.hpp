// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A message as a tree of entities (RFC 5322, RFC 2045, RFC 2046), scanned so strictly that every
/// reader must see the same tree: whatever programs are known to read in two ways is refused, never
/// guessed. Decodes transfer encodings, judges no content.

#include "sanitize/frame/frame.hpp"
#include "sanitize/mail/parameters.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct Field {
  std::string name;   ///< lower case
  std::string value;  ///< unfolded, without blanks around it
};

struct Entity {
  std::vector<Field> fields;
  Parameters type{"text/plain", {}};
  Parameters disposition;  ///< empty value: none
  std::string_view raw;    ///< the body as it came
  std::string content;     ///< the body decoded; empty for multiparts and for messages, which never
                           ///< are encoded
  std::vector<Entity> parts;

  /// The first of that name; nothing where there is none.
  [[nodiscard]] const std::string* field(std::string_view name) const;
  [[nodiscard]] bool is_multipart() const { return type.value.starts_with("multipart/"); }
  /// By disposition, else by type; the same from both or refused.
  [[nodiscard]] std::string_view file_name() const;
};

/// `bytes` has CR LF at the ends of lines and must outlive the tree. Accounts for each part with
/// `job`. Refuses more than 16 levels and 1,000 parts.
[[nodiscard]] tl::expected<Entity, Refused> scan(std::string_view bytes, Job& job);

/// Lines that end in LF throughout, as files on disk have them, with CR LF; nothing where both
/// occur.
[[nodiscard]] std::optional<std::string> with_line_ends(std::string_view bytes);

}  // namespace sekisho::sanitize::mail
