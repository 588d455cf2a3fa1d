// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Content transfer encodings (RFC 2045, 6) to the letter: what any reader could decode otherwise
/// is an error.

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekisho::sanitize::mail {

/// What is wrong, lower case, without its place.
using Wrong = std::string_view;

/// Lines of at most 76 characters of the alphabet, padding where it is due and at the end alone.
[[nodiscard]] tl::expected<std::string, Wrong> from_base64(std::string_view body);
/// One word of RFC 2047: no line ends.
[[nodiscard]] tl::expected<std::string, Wrong> from_base64_word(std::string_view word);
/// Upper-case hexadecimal, no bytes that had to be encoded, no blank behind a soft break. Blanks at
/// the ends of lines are not content.
[[nodiscard]] tl::expected<std::string, Wrong> from_quoted_printable(std::string_view body);
/// The Q encoding of RFC 2047.
[[nodiscard]] tl::expected<std::string, Wrong> from_q_word(std::string_view word);

/// Lines of 76 characters, each with CR LF.
[[nodiscard]] std::string base64_lines(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace sekisho::sanitize::mail
