// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/palette.hpp"

#include <cstring>

namespace sekisho::sanitize::picture {
namespace {

constexpr std::size_t kMost = 256;

Colour colour_at(const std::uint8_t* pixel, unsigned channels) {
  switch (channels) {
    case 1: return {pixel[0], pixel[0], pixel[0], 255};
    case 2: return {pixel[0], pixel[0], pixel[0], pixel[1]};
    case 3: return {pixel[0], pixel[1], pixel[2], 255};
    default: return {pixel[0], pixel[1], pixel[2], pixel[3]};
  }
}

/// Numbers colours as they come, in a table that is searched from where the colour's hash is.
class Numbers {
 public:
  Numbers() { slots_.fill(kNone); }

  /// The colour's number; `kMost` where there would be too many.
  std::size_t of(const Colour& colour) {
    std::uint32_t word = 0;
    std::memcpy(&word, colour.data(), sizeof word);
    std::size_t slot = word * 0x9e3779b1U >> 22U;
    while (slots_.at(slot) != kNone) {
      if (colours_[slots_.at(slot)] == colour) {
        return slots_.at(slot);
      }
      slot = (slot + 1) % slots_.size();
    }
    if (colours_.size() == kMost) {
      return kMost;
    }
    slots_.at(slot) = static_cast<std::uint16_t>(colours_.size());
    colours_.push_back(colour);
    return colours_.size() - 1;
  }
  [[nodiscard]] std::vector<Colour> take() { return std::move(colours_); }
  [[nodiscard]] std::size_t size() const { return colours_.size(); }

 private:
  static constexpr std::uint16_t kNone = 0xffff;
  std::array<std::uint16_t, 1024> slots_{};
  std::vector<Colour> colours_;
};

unsigned bits_for(std::size_t colours) {
  return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

/// `values`, one per pixel, `bits` of each.
template <typename Value>
std::vector<std::uint8_t> packed(const Shape& shape, unsigned bits, Value value) {
  const std::size_t per_byte = 8 / bits;
  const std::size_t row = (shape.width + per_byte - 1) / per_byte;
  std::vector<std::uint8_t> made(row * shape.height);
  for (std::size_t y = 0; y < shape.height; ++y) {
    std::uint8_t* const target = made.data() + y * row;
    for (std::size_t x = 0; x < shape.width; ++x) {
      const auto shift = static_cast<unsigned>(8 - bits * (x % per_byte + 1));
      target[x / per_byte] = static_cast<std::uint8_t>(
          target[x / per_byte] | (static_cast<unsigned>(value(y * shape.width + x)) << shift));
    }
  }
  return made;
}

}  // namespace

std::optional<Palette> palette_of(const Pixels& pixels) {
  const unsigned channels = pixels.shape.channels;
  if (pixels.shape.bytes_per_sample != 1) {
    return std::nullopt;
  }
  Numbers numbers;
  std::vector<std::uint8_t> indices;
  const std::uint8_t* before = nullptr;
  for (std::size_t at = 0; at < pixels.samples.size(); at += channels) {
    const std::uint8_t* const pixel = pixels.samples.data() + at;
    if (before != nullptr && std::memcmp(before, pixel, channels) == 0) {
      indices.push_back(indices.back());
      continue;
    }
    const std::size_t number = numbers.of(colour_at(pixel, channels));
    if (number == kMost) {
      return std::nullopt;
    }
    indices.push_back(static_cast<std::uint8_t>(number));
    before = pixel;
  }
  Palette made;
  made.bits = bits_for(numbers.size());
  if (made.bits == 8 && channels == 1) {
    return std::nullopt;
  }
  made.colours = numbers.take();
  for (const Colour& colour : made.colours) {
    made.transparent |= colour[3] != 255;
  }
  made.indices = packed(pixels.shape, made.bits, [&](std::size_t i) { return indices[i]; });
  return made;
}

std::vector<std::uint8_t> packed_bits(const Pixels& pixels) {
  return packed(pixels.shape, 1, [&](std::size_t i) { return pixels.samples[i] & 1U; });
}

}  // namespace sekisho::sanitize::picture
