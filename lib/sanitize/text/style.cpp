// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/style.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sekisho::sanitize::text {
namespace {

/// Lower case, without blanks and comments.
std::string plain(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (text.substr(at).starts_with("/*")) {
      const auto end = text.find("*/", at + 2);
      if (end == std::string_view::npos) {
        return made;
      }
      at = end + 1;
    } else if (static_cast<unsigned char>(c) > ' ') {
      made += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
  }
  return made;
}

/// "-12.5px": number and unit.
struct Length {
  double number = 0;
  std::string_view unit;
};
std::optional<Length> length_of(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  return Length{number, value.substr(static_cast<std::size_t>(end - value.data()))};
}

/// At most `most` pixels or points, or nothing at all in another unit.
bool at_most(std::string_view value, double most) {
  const auto length = length_of(value);
  return length && (length->number <= 0 ||
                    (length->number <= most && (length->unit == "px" || length->unit == "pt")));
}
bool far_away(std::string_view value) {
  const auto length = length_of(value);
  return length && length->number <= -500;
}

bool hides(std::string_view property, std::string_view value) {
  return (property == "display" && value == "none") ||
         (property == "visibility" && (value == "hidden" || value == "collapse")) ||
         (property == "mso-hide" && value == "all") ||
         (property == "opacity" && length_of(value) && length_of(value)->number <= 0.05) ||
         (property == "font-size" && at_most(value, 1)) ||
         ((property == "max-height" || property == "max-width") && at_most(value, 0)) ||
         ((property == "text-indent" || property == "left" || property == "top" ||
           property == "margin-left" || property == "margin-top") &&
          far_away(value)) ||
         (property == "clip" && value.starts_with("rect(0")) ||
         (property == "transform" && value.starts_with("scale(0)"));
}

}  // namespace

std::string color_of(std::string_view text) {
  const std::string value = plain(text);
  if (value == "white") {
    return "#ffffff";
  }
  if (value == "black") {
    return "#000000";
  }
  if (value.starts_with('#') && value.size() == 7) {
    return value;
  }
  if (value.starts_with('#') && value.size() == 4) {
    return {'#', value[1], value[1], value[2], value[2], value[3], value[3]};
  }
  if (value.starts_with("rgb(")) {
    std::string made{"#"};
    const char* at = value.data() + 4;
    const char* const end = value.data() + value.size();
    for (int i = 0; i < 3; ++i) {
      unsigned part = 0;
      const auto [next, error] = std::from_chars(at, end, part);
      if (error != std::errc{} || part > 255) {
        return "?";
      }
      constexpr std::string_view kDigits = "0123456789abcdef";
      made += kDigits[part / 16];
      made += kDigits[part % 16];
      at = next < end ? next + 1 : next;
    }
    return made;
  }
  return "?";
}

Style style_of(std::string_view declarations) {
  Style style;
  const std::string all = plain(declarations);
  style.external = all.find("url(") != std::string::npos ||
                   all.find("expression(") != std::string::npos ||
                   all.find("@import") != std::string::npos;
  bool clipped = false;
  bool of_no_size = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(';', at), all.size());
    const std::string_view one = std::string_view{all}.substr(at, end - at);
    at = end + 1;
    const auto colon = one.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string_view property = one.substr(0, colon);
    std::string_view value = one.substr(colon + 1);
    value = value.substr(0, value.find("!important"));
    style.hidden = style.hidden || hides(property, value);
    clipped = clipped || (property == "overflow" && value == "hidden");
    of_no_size = of_no_size || ((property == "width" || property == "height") && at_most(value, 1));
    if (property == "color") {
      style.color = color_of(value);
    } else if (property == "background" || property == "background-color") {
      style.background = color_of(value);
    }
  }
  style.hidden = style.hidden || (clipped && of_no_size);
  return style;
}

}  // namespace sekisho::sanitize::text
