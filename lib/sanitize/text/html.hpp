// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// HTML read for what a person would see of it, as plain text: paragraphs, lists, tables, the true
/// target of each link behind its text, the descriptions of pictures. Nothing is loaded, nothing is
/// run, what is hidden is left out.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

/// `html` is UTF-8. The text is cleaned; links in it are not neutralised yet (`without_links`).
/// Reads any input (HTML never fails to parse), in time linear to its length, with bounded nesting.
[[nodiscard]] std::string text_of_html(std::string_view html, Language language, Report& report);

/// Charset by `Content-Type`, where the caller knows it, else byte order mark, meta element,
/// detection.
[[nodiscard]] Outcome sanitize_html(const Item& item, Job& job);

}  // namespace sekisho::sanitize::text
