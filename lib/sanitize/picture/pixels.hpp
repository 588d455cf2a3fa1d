// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The simple representation that every picture passes through: rows of samples and nothing else.

#include "sanitize/frame/frame.hpp"

#include <cstdint>
#include <vector>

namespace sekisho::sanitize::picture {

struct Shape {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned channels = 0;          ///< 1 gray, 2 gray and alpha, 3 colours, 4 colours and alpha
  unsigned bytes_per_sample = 1;  ///< 2: in this machine's order
  bool operator==(const Shape&) const = default;

  [[nodiscard]] std::size_t pixel() const { return std::size_t{channels} * bytes_per_sample; }
  [[nodiscard]] std::size_t row() const { return pixel() * width; }
  [[nodiscard]] std::size_t size() const { return row() * height; }
};

struct Pixels {
  Shape shape;
  std::vector<std::uint8_t> samples;  ///< rows from the top, without padding
  bool operator==(const Pixels&) const = default;

  [[nodiscard]] std::uint8_t* row(std::size_t y) { return samples.data() + y * shape.row(); }
  [[nodiscard]] const std::uint8_t* row(std::size_t y) const {
    return samples.data() + y * shape.row();
  }
};

/// Whether a picture may have such a size: `Malformed` for none, `TooManyPixels` beyond the limit.
[[nodiscard]] tl::expected<void, Refused> check_size(std::uint64_t width, std::uint64_t height,
                                                     const Limits& limits);
/// Zeros in that shape, checked and accounted for in `job`.
[[nodiscard]] tl::expected<Pixels, Refused> blank(const Shape& shape, Job& job);

/// Upright, by an orientation of EXIF 2.32 (tag 0112); other numbers than 2–8 change nothing.
void turn(Pixels& pixels, unsigned orientation);

/// The same picture in the fewest channels and bytes that hold it: no alpha where all is opaque,
/// gray where all colours are, one byte where the second repeats the first.
void simplify(Pixels& pixels);

/// One channel of one byte that is 0 or 255 everywhere.
[[nodiscard]] bool is_bilevel(const Pixels& pixels);

}  // namespace sekisho::sanitize::picture
