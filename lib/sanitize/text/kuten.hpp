// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The Japanese coded character sets by row and cell (区点): one table serves Shift_JIS, EUC-JP and
/// ISO-2022-JP, which are three spellings of the same numbers. The C library's converters fill it
/// once; nothing of theirs runs afterwards.

#include <array>
#include <cstdint>

namespace sekisho::sanitize::text {

class Kuten {
 public:
  /// JIS X 0208 with NEC's and IBM's rows as Windows-31J has them. Rows and cells count from 1; 0
  /// where there is no character.
  [[nodiscard]] std::uint32_t of(unsigned row, unsigned cell) const {
    return row >= 1 && row <= kRows && cell >= 1 && cell <= kCells
               ? main_[(row - 1) * kCells + cell - 1]
               : 0;
  }
  /// JIS X 0212.
  [[nodiscard]] std::uint32_t of_supplement(unsigned row, unsigned cell) const {
    return row >= 1 && row <= kCells && cell >= 1 && cell <= kCells
               ? supplement_[(row - 1) * kCells + cell - 1]
               : 0;
  }
  /// By the two bytes of Shift_JIS; 0 where they are none.
  [[nodiscard]] std::uint32_t of_shifted(unsigned lead, unsigned trail) const;

 private:
  friend const Kuten& kuten();
  Kuten();

  static constexpr unsigned kRows = 120;  ///< what the lead bytes 81–9F and E0–FC reach
  static constexpr unsigned kCells = 94;
  std::array<std::uint16_t, kRows * kCells> main_{};
  std::array<std::uint16_t, kCells * kCells> supplement_{};
};

/// Made at the first call.
[[nodiscard]] const Kuten& kuten();

}  // namespace sekisho::sanitize::text
