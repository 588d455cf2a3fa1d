// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Pictures of few colours as indices into a list of them.

#include "sanitize/picture/pixels.hpp"

#include <array>
#include <optional>
#include <vector>

namespace sekisho::sanitize::picture {

using Colour = std::array<std::uint8_t, 4>;  ///< red, green, blue, alpha

struct Palette {
  std::vector<Colour> colours;        ///< in the order in which they are first met
  bool transparent = false;           ///< one of them is not opaque
  unsigned bits = 8;                  ///< of an index: 1, 2, 4 or 8
  std::vector<std::uint8_t> indices;  ///< packed, the first in the highest bits; rows begin in a
                                      ///< byte of their own
};

/// For pictures of one byte per sample and at most 256 colours, where that is shorter than samples.
[[nodiscard]] std::optional<Palette> palette_of(const Pixels& pixels);

/// A picture of two levels, a bit per pixel: set where it is white. Packed as above.
[[nodiscard]] std::vector<std::uint8_t> packed_bits(const Pixels& pixels);

}  // namespace sekisho::sanitize::picture
