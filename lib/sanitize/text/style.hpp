// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the style attribute of an element says about whether anybody can see it (CSS 2.2, the few
/// properties by which text is hidden). Style sheets are not read: text that only they hide stays.

#include <string>
#include <string_view>

namespace sekisho::sanitize::text {

struct Style {
  bool hidden = false;     ///< not shown, of no size, transparent, or moved out of the page
  bool external = false;   ///< loads something: url(, expression(, @import
  std::string color;       ///< "#rrggbb"; empty where not said
  std::string background;  ///< likewise; "?" where it cannot be told
};

[[nodiscard]] Style style_of(std::string_view declarations);

/// "#rrggbb" of a name that is commonly used for hiding, #rgb, #rrggbb or rgb(r,g,b); "?" for what
/// is none of them.
[[nodiscard]] std::string color_of(std::string_view text);

}  // namespace sekisho::sanitize::text
