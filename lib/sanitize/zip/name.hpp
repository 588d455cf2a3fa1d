// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Names of archive entries: bytes in an unsaid charset become UTF-8, and names that some system
/// would take for the same file are found out. Opens no file: charset tables are those that are
/// linked in.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sanitize::zip {

/// UTF-8 of a name that is UTF-8 or CP932 (Windows-31J); what is both is UTF-8. Nothing where it is
/// neither.
[[nodiscard]] std::optional<std::string> decoded(std::string_view name);
/// UTF-8 of UTF-16LE; nothing where surrogates stand alone.
[[nodiscard]] std::optional<std::string> from_utf16le(std::string_view bytes);

/// NFC. Bytes that are not UTF-8 stay as they are.
[[nodiscard]] std::string normalized(std::string_view name);

/// Paths of one archive, as the file systems that they may be unpacked on tell them apart.
class Paths {
 public:
  static constexpr std::size_t kLongest = 2'048;  ///< bytes
  static constexpr std::size_t kDeepest = 32;     ///< components

  enum class Clash : std::uint8_t {
    None,
    Taken,      ///< another has it, but for letter case, normalization or trailing dots
    BelowFile,  ///< one of its folders is a file
    TooLong,
    TooDeep,
  };
  /// `None` where the path is a new one. A directory's ends in '/'.
  [[nodiscard]] Clash add(std::string_view path);

 private:
  enum class Is : std::uint8_t { File, Directory, Implied };
  std::map<std::string, Is, std::less<>> seen_;
};

/// As in "has another entry's name"; empty for none.
[[nodiscard]] std::string_view words_for(Paths::Clash clash);

}  // namespace sekisho::sanitize::zip
