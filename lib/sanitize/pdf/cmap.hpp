// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// CMaps (Adobe Technical Note 5014; ISO 32000-1, 9.7.5 and 9.10.3): codes of a font to glyphs, or
/// to Unicode. Read as data, not as the PostScript program that they are written as.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::pdf {

struct CMap {
  static constexpr std::size_t kMostRows = 200'000;

  struct Row {
    std::string first;              ///< codes, as bytes
    std::string last;               ///< of a range; else empty
    std::string to;                 ///< as bytes of UTF-16BE; or decimal CID
    std::vector<std::string> each;  ///< of a range with a text for each code
  };
  std::string name;
  std::string base;  ///< usecmap
  int writing_mode = 0;
  std::vector<Row> code_spaces;
  std::vector<Row> to_unicode;
  std::vector<Row> to_cid;
};

/// Nothing where rows are not what they should be, or too many.
[[nodiscard]] std::optional<CMap> read_cmap(std::string_view text);
[[nodiscard]] std::string written_cmap(const CMap& cmap);

/// The Unicode of a shown string by such a map, as UTF-8; codes that it does not know are left out.
class Unicode {
 public:
  explicit Unicode(const CMap& cmap);
  [[nodiscard]] std::string of(std::string_view shown) const;

 private:
  std::map<std::uint32_t, std::string> texts_;  ///< by code and its length in the top byte
};

}  // namespace sekisho::sanitize::pdf
