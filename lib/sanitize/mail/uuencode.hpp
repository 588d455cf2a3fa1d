// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Files that stand in the text of a mail: uuencode (POSIX), which mail programs of old unpack by
/// themselves. Other such encodings are only recognised.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct InText {
  std::string name;
  std::string bytes;
};

struct Unpacked {
  std::string text;  ///< without what was unpacked
  std::vector<InText> files;
  bool broken = false;  ///< a file begins, but neither ends nor is text
};

/// `text` has LF at the ends of lines.
[[nodiscard]] Unpacked without_uuencoded(std::string_view text);

/// "yEnc", "BinHex": what is in the text and cannot be unpacked here; empty: nothing.
[[nodiscard]] std::string_view other_encoding(std::string_view text);

}  // namespace sekisho::sanitize::mail
