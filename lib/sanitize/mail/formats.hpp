// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The mail family: messages (RFC 5322 with MIME), and TNEF, which leaves as a message that carries
/// its files. Uses the charsets of the text family, which must be prepared before confinement.

#include "sanitize/frame/frame.hpp"

#include <span>

namespace sekisho::sanitize::mail {

[[nodiscard]] std::span<const Format> formats();

/// With attachments removed: one text, in which a notice stands for each file and messages inside
/// are quoted. With attachments sanitized: the text and the files, each through `job`; those that
/// are refused become notices. What it made sanitizes to itself.
[[nodiscard]] Outcome sanitize_mail(const Item& item, Job& job);
[[nodiscard]] Outcome sanitize_tnef(const Item& item, Job& job);

/// What must not be in a rebuilt message: any field, type, encoding or line that this family does
/// not write, more than one text, links in it, files that do not pass their own inspection.
[[nodiscard]] std::string inspect(Type type, ByteView rebuilt, Inspection& inspection);

}  // namespace sekisho::sanitize::mail
