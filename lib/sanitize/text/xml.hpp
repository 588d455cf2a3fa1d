// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// XML 1.0 with namespaces, streamed through expat and written anew as UTF-8: elements, attributes
/// and text, nothing else. No document type, so no entity but the five that everybody has.

#include "sanitize/frame/frame.hpp"

namespace sekisho::sanitize::text {

/// Refuses a document type declaration, an encoding that contradicts its bytes or is not read here,
/// roots that a program would run or open as a document (XHTML, SVG, XSLT, flat Office files), more
/// than 256 levels or 256 attributes. Takes out processing instructions, comments, xsi:
/// schemaLocation, XInclude and elements of XHTML, SVG, XSLT and XBL.
[[nodiscard]] Outcome sanitize_xml(const Item& item, Job& job);

}  // namespace sekisho::sanitize::text
