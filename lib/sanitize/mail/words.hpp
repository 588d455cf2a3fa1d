// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Encoded words (RFC 2047) in header fields, both ways, and the folding of what is written.

#include "sanitize/mail/transfer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::mail {

/// Unstructured text in UTF-8. An error where a word's charset or bytes cannot be read, or a word
/// touches what is not blank: some readers decode that, some do not.
[[nodiscard]] tl::expected<std::string, Wrong> decoded_words(std::string_view text);

/// Whether it consists of encoded words alone.
[[nodiscard]] bool is_all_words(std::string_view text);
/// Whether one of them may be in it.
[[nodiscard]] bool may_hold_words(std::string_view text);

/// ASCII that readers take for `text` (UTF-8 in one line): as it is where that is safe, else as
/// words of at most 64 characters in base64, cut between characters, parted by "\r\n ".
[[nodiscard]] std::string encoded_text(std::string_view text);
/// Likewise for the phrase before an address: quoted where it is ASCII but no row of atoms.
[[nodiscard]] std::string encoded_phrase(std::string_view text);

/// "Name: value\r\n" with the value folded at blanks to at most 76 columns where there are any.
[[nodiscard]] std::string field(std::string_view name, std::string_view value);

}  // namespace sekisho::sanitize::mail
