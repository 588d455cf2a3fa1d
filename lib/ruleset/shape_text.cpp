// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/shape_text.hpp"

namespace sekisho::ruleset {
namespace {

std::string type_line(const SetShape& shape) {
  static constexpr std::array<std::string_view, 3> kValues{"", " : mark", " : verdict"};
  std::string text;
  for (const Type type : shape.key) {
    text += text.empty() ? "type " : " . ";
    text += name_of(type);
  }
  return text.append(kValues.at(static_cast<std::size_t>(shape.holds)));
}

std::string limit_line(const Rate& rate) {
  return "limit rate " + std::to_string(rate.packets_per_second) + "/second burst " +
         std::to_string(rate.burst) + " packets";
}

}  // namespace

std::vector<std::string> shape_lines(const SetShape& shape) {
  std::vector<std::string> lines{type_line(shape)};
  if (shape.size) {
    lines.push_back("size " + std::to_string(*shape.size));
  }
  if (shape.interval || shape.timeout) {
    lines.emplace_back(!shape.timeout    ? "flags interval"
                       : !shape.interval ? "flags timeout"
                                         : "flags interval,timeout");
  }
  if (shape.counter) {
    lines.emplace_back("counter");
  }
  if (shape.limit) {
    lines.push_back(limit_line(*shape.limit));
  }
  return lines;
}

}  // namespace sekisho::ruleset
