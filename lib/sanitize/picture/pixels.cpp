// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/pixels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sekisho::sanitize::picture {
namespace {

/// Where the first pixel comes from, and how far the next in the row and in the column is.
struct Walk {
  std::ptrdiff_t first;
  std::ptrdiff_t right;
  std::ptrdiff_t down;
};

Walk walk_of(unsigned orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
  const std::ptrdiff_t last = width * height - 1;
  const std::ptrdiff_t last_row = width * (height - 1);
  switch (orientation) {
    case 2: return {width - 1, -1, width};
    case 3: return {last, -1, -width};
    case 4: return {last_row, 1, -width};
    case 5: return {0, width, 1};
    case 6: return {last_row, -width, 1};
    case 7: return {last, -width, -1};
    case 8: return {width - 1, width, -1};
    default: return {0, 1, width};
  }
}

/// In tiles: a column of the source is far apart in memory.
template <std::size_t kPixel>
void walk(const Pixels& from, Pixels& to, const Walk& by) {
  constexpr std::uint32_t kTile = 32;
  const auto step = static_cast<std::ptrdiff_t>(kPixel);
  for (std::uint32_t top = 0; top < to.shape.height; top += kTile) {
    for (std::uint32_t left = 0; left < to.shape.width; left += kTile) {
      const std::uint32_t bottom = std::min(top + kTile, to.shape.height);
      const std::uint32_t right = std::min(left + kTile, to.shape.width);
      for (std::uint32_t y = top; y < bottom; ++y) {
        const std::uint8_t* source =
            from.samples.data() + (by.first + y * by.down + left * by.right) * step;
        std::uint8_t* target = to.row(y) + left * kPixel;
        for (std::uint32_t x = left; x < right; ++x) {
          std::memcpy(target, source, kPixel);
          target += kPixel;
          source += by.right * step;
        }
      }
    }
  }
}

void walk(const Pixels& from, Pixels& to, const Walk& by) {
  switch (from.shape.pixel()) {
    case 1: return walk<1>(from, to, by);
    case 2: return walk<2>(from, to, by);
    case 3: return walk<3>(from, to, by);
    case 4: return walk<4>(from, to, by);
    case 6: return walk<6>(from, to, by);
    default: return walk<8>(from, to, by);
  }
}

/// Keeps the bytes of each pixel that `keep` names, in place.
void thin(Pixels& pixels, const Shape& to, std::initializer_list<std::size_t> keep) {
  const std::size_t before = pixels.shape.pixel();
  std::uint8_t* target = pixels.samples.data();
  for (std::size_t at = 0; at < pixels.samples.size(); at += before) {
    for (const std::size_t byte : keep) {
      *target++ = pixels.samples[at + byte];
    }
  }
  pixels.shape = to;
  pixels.samples.resize(to.size());
}

template <typename Test>
bool every_pixel(const Pixels& pixels, Test test) {
  const std::size_t step = pixels.shape.pixel();
  for (std::size_t at = 0; at < pixels.samples.size(); at += step) {
    if (!test(pixels.samples.data() + at)) {
      return false;
    }
  }
  return true;
}

void to_bytes(Pixels& pixels) {
  Shape shape = pixels.shape;
  shape.bytes_per_sample = 1;
  std::uint8_t* target = pixels.samples.data();
  for (std::size_t at = 0; at < pixels.samples.size(); at += 2) {
    *target++ = pixels.samples[at];
  }
  pixels.shape = shape;
  pixels.samples.resize(shape.size());
}

bool is_opaque(const Pixels& pixels) {
  const std::size_t width = pixels.shape.bytes_per_sample;
  const std::size_t alpha = pixels.shape.pixel() - width;
  return every_pixel(pixels, [=](const std::uint8_t* p) {
    return p[alpha] == 255 && p[alpha + width - 1] == 255;
  });
}

bool is_gray(const Pixels& pixels) {
  const std::size_t width = pixels.shape.bytes_per_sample;
  return every_pixel(pixels, [=](const std::uint8_t* p) {
    return std::memcmp(p, p + width, width) == 0 && std::memcmp(p, p + 2 * width, width) == 0;
  });
}

void drop_alpha(Pixels& pixels) {
  Shape to = pixels.shape;
  --to.channels;
  switch (pixels.shape.pixel()) {
    case 2: return thin(pixels, to, {0});
    case 4:
      return to.bytes_per_sample == 1 ? thin(pixels, to, {0, 1, 2}) : thin(pixels, to, {0, 1});
    default: return thin(pixels, to, {0, 1, 2, 3, 4, 5});
  }
}

void drop_colour(Pixels& pixels) {
  Shape to = pixels.shape;
  to.channels -= 2;
  const bool alpha = to.channels == 2;
  if (to.bytes_per_sample == 1) {
    return alpha ? thin(pixels, to, {0, 3}) : thin(pixels, to, {0});
  }
  return alpha ? thin(pixels, to, {0, 1, 6, 7}) : thin(pixels, to, {0, 1});
}

}  // namespace

tl::expected<void, Refused> check_size(std::uint64_t width, std::uint64_t height,
                                       const Limits& limits) {
  constexpr std::uint64_t kLongestSide = 1'000'000;
  if (width == 0 || height == 0) {
    return refuse(Refusal::Malformed, "it has no pixels");
  }
  if (width > kLongestSide || height > kLongestSide || width * height > limits.pixels) {
    return refuse(Refusal::TooManyPixels, std::to_string(width) + " x " + std::to_string(height) +
                                              ", more than " + std::to_string(limits.pixels));
  }
  return {};
}

tl::expected<Pixels, Refused> blank(const Shape& shape, Job& job) {
  if (auto fits = check_size(shape.width, shape.height, job.limits()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  // no ratio: a page of white is packed far beyond it, and the pixels are counted instead
  if (auto fits = job.expands(shape.size(), shape.size()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  return Pixels{shape, std::vector<std::uint8_t>(shape.size())};
}

void turn(Pixels& pixels, unsigned orientation) {
  if (orientation < 2 || orientation > 8) {
    return;
  }
  Pixels turned;
  turned.shape = pixels.shape;
  if (orientation >= 5) {
    std::swap(turned.shape.width, turned.shape.height);
  }
  turned.samples.resize(turned.shape.size());
  walk(pixels, turned, walk_of(orientation, pixels.shape.width, pixels.shape.height));
  pixels = std::move(turned);
}

void simplify(Pixels& pixels) {
  if (pixels.shape.bytes_per_sample == 2) {
    bool repeats = true;
    for (std::size_t at = 0; at < pixels.samples.size() && repeats; at += 2) {
      repeats = pixels.samples[at] == pixels.samples[at + 1];
    }
    if (repeats) {
      to_bytes(pixels);
    }
  }
  if (pixels.shape.channels % 2 == 0 && is_opaque(pixels)) {
    drop_alpha(pixels);
  }
  if (pixels.shape.channels >= 3 && is_gray(pixels)) {
    drop_colour(pixels);
  }
}

bool is_bilevel(const Pixels& pixels) {
  return pixels.shape.pixel() == 1 &&
         std::ranges::all_of(pixels.samples, [](std::uint8_t s) { return s == 0 || s == 255; });
}

}  // namespace sekisho::sanitize::picture
