// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Content lines, of which calendars (RFC 5545, 3.1) and contacts (RFC 6350, 3.3) are made:
/// unfolded, split into name, parameters and value, nested by BEGIN and END; and written again.
/// Knows no property.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::text {

struct Parameter {
  std::string name;                 ///< upper case
  std::vector<std::string> values;  ///< without quotes
};

struct Property {
  std::string name;  ///< upper case, without the group before a dot
  std::vector<Parameter> parameters;
  std::string value;  ///< escapes as they came
  [[nodiscard]] const Parameter* parameter(std::string_view wanted) const;
};

struct Component {
  std::string name;  ///< upper case
  std::vector<Property> properties;
  std::vector<Component> components;
};

/// The components of the outermost level. `text` is UTF-8. A value in quoted-printable (vCard 2.1)
/// takes the lines that its soft breaks join. Refuses what is no content line, BEGIN and END that
/// do not match, more than 8 levels, more than 100,000 properties.
[[nodiscard]] tl::expected<std::vector<Component>, Refused> parse_components(std::string_view text);

/// CR LF, folded at 75 bytes between characters.
void write_line(std::string& made, std::string_view line);

/// `\n`, `\,`, `\;`, `\\` resolved; and written.
[[nodiscard]] std::string unescaped(std::string_view value);
[[nodiscard]] std::string escaped_value(std::string_view text);
/// Parts between separators that are not escaped.
[[nodiscard]] std::vector<std::string_view> split_value(std::string_view value, char separator);

}  // namespace sekisho::sanitize::text
