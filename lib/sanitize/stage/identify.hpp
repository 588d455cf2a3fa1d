// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What an item is, by what stands in it. Name and declared type only serve to find contradictions,
/// and to tell kinds of text apart, which have no signature. The family's full parse has the last
/// word.

#include "sanitize/frame/frame.hpp"

#include <string_view>

namespace sekisho::sanitize {

/// By signatures and structure; refuses what is unknown, what contradicts its name or declared
/// type, and what other programs would take for another format.
[[nodiscard]] tl::expected<Type, Refused> identify(const Item& item);

/// The parts of it, in this order.

/// `Unknown` where no signature stands at its place.
[[nodiscard]] Type type_by_signature(ByteView bytes);
/// A ZIP that is more than a ZIP: `Docx` … `Odg`; `Unknown` for formats in ZIP that nobody here
/// knows.
[[nodiscard]] Type type_within_zip(ByteView bytes);
/// What is in a compound file (MS-CFB), by the names below its root; `encrypted` where an Office
/// document is locked up in it.
struct WithinCompound {
  Type type = Type::Unknown;
  bool encrypted = false;
};
[[nodiscard]] WithinCompound type_within_compound(ByteView bytes);
/// Bytes that may be text in one of the charsets in use; the text family decodes them.
[[nodiscard]] bool may_be_text(ByteView bytes);
/// The kind of text, by how it begins, and by what it claims to be where that proves nothing.
[[nodiscard]] Type type_of_text(ByteView bytes, Type claimed);

/// What the extension and the declared type say; `Unknown` where they say nothing.
[[nodiscard]] Type claimed_by_name(std::string_view name);
[[nodiscard]] Type claimed_by_media_type(std::string_view declared);
/// Why an item of this type may not bear that name and declared type; empty where it may.
[[nodiscard]] std::string contradiction(Type type, const Item& item);

/// The second format that programs would find in an item of this type; empty where there is none.
[[nodiscard]] std::string second_format(Type type, ByteView bytes);

}  // namespace sekisho::sanitize
