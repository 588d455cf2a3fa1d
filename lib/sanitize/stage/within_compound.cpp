// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"
#include "sanitize/stage/little_endian.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

namespace sekisho::sanitize {
namespace {

/// The directory of a compound file (MS-CFB 2.6), as far as the names below its root need it. Every
/// walk is bounded by the number of sectors.
class Directory {
 public:
  explicit Directory(std::string_view text) : text_{text}, number_{text} {}

  /// Nothing where the structure does not hold.
  std::optional<std::set<std::string>> names_below_root() {
    if (!read_chain()) {
      return std::nullopt;
    }
    constexpr std::size_t kChild = 76;
    std::set<std::string> names;
    return walk(entry_number(0, kChild), names) ? std::optional{std::move(names)} : std::nullopt;
  }

 private:
  static constexpr std::uint32_t kEndOfChain = 0xFFFFFFFE;
  static constexpr std::uint32_t kNoEntry = 0xFFFFFFFF;
  static constexpr std::size_t kEntrySize = 128;

  [[nodiscard]] std::size_t sector_size() const { return std::size_t{1} << shift_; }
  [[nodiscard]] std::size_t sectors() const { return text_.size() >> shift_; }
  [[nodiscard]] std::size_t place_of(std::uint32_t sector) const {
    return (std::size_t{sector} + 1) << shift_;
  }

  /// The sector that follows in its chain, by the table whose first 109 sectors the header names; a
  /// directory beyond them is in no file of honest size.
  [[nodiscard]] std::uint32_t next(std::uint32_t sector) const {
    constexpr std::size_t kTables = 76;
    constexpr std::size_t kMostTables = 109;
    const std::size_t per_table = sector_size() / 4;
    const std::size_t table = sector / per_table;
    if (table >= kMostTables) {
      return kEndOfChain;
    }
    return number_.u32(place_of(number_.u32(kTables + 4 * table)) + 4 * (sector % per_table));
  }

  bool read_chain() {
    constexpr std::size_t kShift = 30;
    constexpr std::size_t kFirst = 48;
    shift_ = number_.u16(kShift);
    if (shift_ != 9 && shift_ != 12) {
      return false;
    }
    for (std::uint32_t sector = number_.u32(kFirst);
         sector < sectors() && chain_.size() <= sectors(); sector = next(sector)) {
      chain_.push_back(sector);
    }
    return !chain_.empty() && chain_.size() <= sectors();
  }

  [[nodiscard]] std::size_t entries() const { return chain_.size() * sector_size() / kEntrySize; }
  [[nodiscard]] std::size_t entry_place(std::uint32_t entry) const {
    const std::size_t per_sector = sector_size() / kEntrySize;
    return place_of(chain_[entry / per_sector]) + kEntrySize * (entry % per_sector);
  }
  [[nodiscard]] std::uint32_t entry_number(std::uint32_t entry, std::size_t at) const {
    return number_.u32(entry_place(entry) + at);
  }

  /// UTF-16 with its size in bytes, the closing zero included; letters beyond ASCII become '?'.
  [[nodiscard]] std::string entry_name(std::uint32_t entry) const {
    constexpr std::size_t kMost = 64;
    const std::size_t place = entry_place(entry);
    const std::size_t size = std::min<std::size_t>(number_.u16(place + kMost), kMost);
    std::string name;
    for (std::size_t at = 0; at + 2 < size; at += 2) {
      const std::uint16_t unit = number_.u16(place + at);
      name += unit < 0x80 ? static_cast<char>(unit) : '?';
    }
    return name;
  }

  bool walk(std::uint32_t first, std::set<std::string>& names) const {
    constexpr std::size_t kLeft = 68;
    constexpr std::size_t kRight = 72;
    std::vector<std::uint32_t> open{first};
    std::size_t seen = 0;
    while (!open.empty()) {
      const std::uint32_t entry = open.back();
      open.pop_back();
      if (entry == kNoEntry) {
        continue;
      }
      if (entry >= entries() || ++seen > entries()) {
        return false;
      }
      names.insert(entry_name(entry));
      open.push_back(entry_number(entry, kLeft));
      open.push_back(entry_number(entry, kRight));
    }
    return true;
  }

  std::string_view text_;
  LittleEndian number_;
  unsigned shift_ = 0;
  std::vector<std::uint32_t> chain_;
};

struct Mark {
  std::string_view name;
  Type type;
};
constexpr std::array kMarks{
    Mark{"WordDocument", Type::Doc},
    Mark{"Workbook", Type::Xls},
    Mark{"Book", Type::Xls},
    Mark{"PowerPoint Document", Type::Ppt},
    Mark{"__properties_version1.0", Type::Msg},
    Mark{"DocumentText", Type::Ichitaro},
};

}  // namespace

WithinCompound type_within_compound(ByteView bytes) {
  const auto names = Directory{as_text(bytes)}.names_below_root();
  if (!names) {
    return {};
  }
  if (names->contains("EncryptedPackage")) {
    return {Type::Unknown, true};
  }
  WithinCompound within;
  for (const Mark& mark : kMarks) {
    if (names->contains(std::string{mark.name}) && within.type != mark.type) {
      if (within.type != Type::Unknown) {
        return {};  // two documents in one
      }
      within.type = mark.type;
    }
  }
  return within;
}

}  // namespace sekisho::sanitize
