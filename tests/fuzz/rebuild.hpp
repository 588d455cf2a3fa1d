// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Any bytes as an item of a type: no crash, and what was rebuilt passes its inspection and is
/// rebuilt into itself.

#include "sanitize/frame/frame.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace sekisho::fuzz {

inline void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// In place of the whole sanitizer: all that is nested is text.
inline sanitize::Outcome as_text(const sanitize::Item& item, sanitize::Job&) {
  return sanitize::Rebuilt{
      sanitize::Type::Text, std::string{sekisho::as_text(item.bytes)}, false, {}};
}
inline std::string nothing_found(std::string_view, ByteView, sanitize::Inspection&) {
  return {};
}

inline const sanitize::Format& format_of(std::span<const sanitize::Format> formats,
                                         sanitize::Type type) {
  return *std::ranges::find(formats, type, &sanitize::Format::type);
}

/// `leaves_as` is the type of what is rebuilt.
inline void rebuild(std::span<const sanitize::Format> formats, sanitize::Type type,
                    sanitize::Type leaves_as, ByteView bytes) {
  sanitize::Limits limits;
  limits.pixels = 1U << 20U;
  limits.expanded = 32U << 20U;
  limits.entries = 20;
  const sanitize::Profile profile;
  sanitize::Job job{limits, profile, as_text};
  sanitize::Item item;
  item.bytes = bytes;
  const auto once = format_of(formats, type).sanitize(type, item, job);
  if (!once) {
    return;
  }
  sanitize::Inspection inspection{limits, nothing_found};
  const auto& format = format_of(formats, leaves_as);
  check(format.inspect(type, as_bytes(once->bytes), inspection).empty());
  sanitize::Job again{limits, profile, as_text};
  item.bytes = as_bytes(once->bytes);
  const auto twice = format.sanitize(leaves_as, item, again);
  check(twice.has_value() && twice->bytes == once->bytes);
}

}  // namespace sekisho::fuzz
