// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/colour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

namespace sekisho::sanitize::picture {
namespace {

constexpr std::uint32_t tag(std::string_view name) {
  std::uint32_t value = 0;
  for (const char c : name) {
    value = value << 8U | static_cast<unsigned char>(c);
  }
  return value;
}

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

/// From XYZ under D50, as profiles have it, to linear sRGB: the inverse of sRGB's own colorants.
constexpr Matrix kFromXyz{{{3.1338561, -1.6168667, -0.4906146},
                           {-0.9787684, 1.9161415, 0.0334540},
                           {0.0719453, -0.2289914, 1.4052427}}};

double encoded(double linear) {
  const double value = std::clamp(linear, 0.0, 1.0);
  return value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

double fixed(std::uint32_t value) {
  return static_cast<double>(static_cast<std::int32_t>(value)) / 65'536;
}

/// One channel's samples, 0 to 1, as light.
class Curve {
 public:
  static std::optional<Curve> read(ByteView bytes);
  [[nodiscard]] double at(double sample) const;

 private:
  std::vector<double> table_;  ///< where it is one
  // (a x + b) ^ g + e from d on, c x + f below it
  double g_ = 1, a_ = 1, b_ = 0, c_ = 1, d_ = 0, e_ = 0, f_ = 0;
};

std::optional<Curve> Curve::read(ByteView bytes) {
  Reader reader{bytes};
  const std::uint32_t kind = reader.u32();
  (void)reader.u32();
  Curve curve;
  if (kind == tag("curv")) {
    const std::uint32_t count = reader.u32();
    if (count > reader.left() / 2) {
      return std::nullopt;
    }
    if (count == 1) {
      curve.g_ = reader.u16() / 256.0;
    }
    for (std::uint32_t i = 0; count > 1 && i < count; ++i) {
      curve.table_.push_back(reader.u16() / 65'535.0);
    }
  } else if (kind == tag("para")) {
    const std::uint16_t form = reader.u16();
    (void)reader.u16();
    const auto next = [&] { return fixed(reader.u32()); };
    curve.g_ = next();
    if (form >= 1) {
      curve.a_ = next();
      curve.b_ = next();
      curve.c_ = 0;
    }
    if (form == 2) {
      curve.e_ = curve.f_ = next();
    }
    if (form >= 3) {
      curve.c_ = next();
      curve.d_ = next();
    } else if (form >= 1 && curve.a_ != 0) {
      curve.d_ = -curve.b_ / curve.a_;
    }
    if (form == 4) {
      curve.e_ = next();
      curve.f_ = next();
    }
    if (form > 4) {
      return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  return reader.failed() ? std::nullopt : std::optional{std::move(curve)};
}

double Curve::at(double sample) const {
  if (!table_.empty()) {
    const double place = sample * static_cast<double>(table_.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), table_.size() - 2);
    const double part = place - static_cast<double>(below);
    return table_[below] + part * (table_[below + 1] - table_[below]);
  }
  const double light =
      sample >= d_ ? std::pow(std::max(a_ * sample + b_, 0.0), g_) + e_ : c_ * sample + f_;
  return std::isfinite(light) ? std::clamp(light, 0.0, 1.0) : 0;
}

/// The elements of a profile, found by their signatures.
class Profile {
 public:
  explicit Profile(ByteView bytes) : bytes_{bytes} {}

  [[nodiscard]] std::uint32_t word(std::size_t at) const {
    return at < bytes_.size() ? Reader{bytes_.subspan(at)}.u32() : 0;
  }
  [[nodiscard]] ByteView element(std::string_view name) const {
    constexpr std::uint32_t kMostElements = 200;
    if (bytes_.size() < 132) {
      return {};
    }
    Reader reader{bytes_.subspan(128)};
    const std::uint32_t count = std::min(reader.u32(), kMostElements);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
      const bool found = reader.u32() == tag(name);
      const std::uint32_t at = reader.u32();
      const std::uint32_t size = reader.u32();
      if (found && !reader.failed() && at <= bytes_.size() && size <= bytes_.size() - at) {
        return bytes_.subspan(at, size);
      }
    }
    return {};
  }
  [[nodiscard]] std::optional<Vector> colorant(std::string_view name) const {
    Reader reader{element(name)};
    const bool right = reader.u32() == tag("XYZ ");
    (void)reader.u32();
    const Vector xyz{fixed(reader.u32()), fixed(reader.u32()), fixed(reader.u32())};
    return right && !reader.failed() ? std::optional{xyz} : std::nullopt;
  }

 private:
  ByteView bytes_;
};

/// What a profile does to a picture of `channels` colours: curves, then the matrix.
struct Transform {
  std::vector<Curve> curves;
  Matrix matrix{};  ///< to linear sRGB
};

std::optional<Transform> transform_of(const Profile& profile, unsigned colours) {
  if (profile.word(36) != tag("acsp") || profile.word(20) != tag("XYZ ") ||
      profile.word(16) != (colours == 1 ? tag("GRAY") : tag("RGB "))) {
    return std::nullopt;
  }
  Transform made;
  if (colours == 1) {
    auto curve = Curve::read(profile.element("kTRC"));
    if (!curve) {
      return std::nullopt;
    }
    made.curves.push_back(std::move(*curve));
    return made;
  }
  constexpr std::array kColorants{"rXYZ", "gXYZ", "bXYZ"};
  constexpr std::array kCurves{"rTRC", "gTRC", "bTRC"};
  for (std::size_t from = 0; from < 3; ++from) {
    auto curve = Curve::read(profile.element(kCurves[from]));
    const auto xyz = profile.colorant(kColorants[from]);
    if (!curve || !xyz) {
      return std::nullopt;
    }
    made.curves.push_back(std::move(*curve));
    for (std::size_t to = 0; to < 3; ++to) {
      made.matrix[to][from] =
          kFromXyz[to][0] * (*xyz)[0] + kFromXyz[to][1] * (*xyz)[1] + kFromXyz[to][2] * (*xyz)[2];
    }
  }
  return made;
}

/// What nobody could see the difference of.
bool is_srgb(const Transform& transform) {
  for (std::size_t to = 0; transform.curves.size() == 3 && to < 3; ++to) {
    for (std::size_t from = 0; from < 3; ++from) {
      if (std::abs(transform.matrix[to][from] - (to == from ? 1 : 0)) > 0.004) {
        return false;
      }
    }
  }
  return std::ranges::all_of(transform.curves, [](const Curve& curve) {
    for (int sample = 0; sample < 256; ++sample) {
      if (std::abs(encoded(curve.at(sample / 255.0)) - sample / 255.0) > 0.75 / 255) {
        return false;
      }
    }
    return true;
  });
}

template <typename Sample>
Sample sample_at(const std::uint8_t* place) {
  Sample sample{};
  std::memcpy(&sample, place, sizeof sample);
  return sample;
}

template <typename Sample>
void apply(Pixels& pixels, const Transform& transform) {
  constexpr std::size_t kMost = std::size_t{1} << (8 * sizeof(Sample));
  constexpr double kTop = kMost - 1;
  constexpr std::size_t kSteps = 16'384;
  std::array<std::vector<float>, 3> light;
  for (std::size_t i = 0; i < transform.curves.size(); ++i) {
    for (std::size_t sample = 0; sample < kMost; ++sample) {
      light[i].push_back(
          static_cast<float>(transform.curves[i].at(static_cast<double>(sample) / kTop)));
    }
  }
  std::vector<Sample> samples;
  for (std::size_t step = 0; step <= kSteps; ++step) {
    samples.push_back(
        static_cast<Sample>(std::lround(encoded(static_cast<double>(step) / kSteps) * kTop)));
  }
  const auto put = [&](std::uint8_t* place, float linear) {
    const Sample sample =
        samples[static_cast<std::size_t>(std::clamp(linear, 0.0F, 1.0F) * kSteps + 0.5F)];
    std::memcpy(place, &sample, sizeof sample);
  };

  const std::size_t step = pixels.shape.pixel();
  const bool gray = transform.curves.size() == 1;
  for (std::size_t at = 0; at < pixels.samples.size(); at += step) {
    std::uint8_t* const pixel = pixels.samples.data() + at;
    if (gray) {
      put(pixel, light[0][sample_at<Sample>(pixel)]);
      continue;
    }
    std::array<float, 3> in{};
    for (std::size_t i = 0; i < 3; ++i) {
      in[i] = light[i][sample_at<Sample>(pixel + i * sizeof(Sample))];
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const Vector& row = transform.matrix[i];
      put(pixel + i * sizeof(Sample),
          static_cast<float>(row[0] * in[0] + row[1] * in[1] + row[2] * in[2]));
    }
  }
}

}  // namespace

Converted convert_to_srgb(Pixels& pixels, ByteView profile) {
  const auto transform = transform_of(Profile{profile}, pixels.shape.channels < 3 ? 1 : 3);
  if (!transform) {
    return Converted::NotUnderstood;
  }
  if (is_srgb(*transform)) {
    return Converted::NotNeeded;
  }
  if (pixels.shape.bytes_per_sample == 1) {
    apply<std::uint8_t>(pixels, *transform);
  } else {
    apply<std::uint16_t>(pixels, *transform);
  }
  return Converted::Done;
}

}  // namespace sekisho::sanitize::picture
