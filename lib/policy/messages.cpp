// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/messages.hpp"

namespace sekisho::policy {

std::string Message::in(Language language, std::span<const std::string> arguments) const {
  const std::string_view text = text_.in(language);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool placed = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}';
    if (!placed) {
      out.push_back(text[i]);
      continue;
    }
    const auto wanted = static_cast<std::size_t>(text[i + 1] - '0');
    out += wanted < arguments.size() ? arguments[wanted] : std::string{};
    i += 2;
  }
  return out;
}

}  // namespace sekisho::policy
