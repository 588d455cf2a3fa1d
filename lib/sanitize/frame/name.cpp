// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/name.hpp"

#include "base/escape.hpp"
#include "sanitize/frame/characters.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize {
namespace {

constexpr std::size_t kLongest = 200;
constexpr std::string_view kReserved = "<>:\"/\\|?*";
constexpr std::array<std::string_view, 6> kDevices{"con", "prn", "aux", "nul", "clock$", "conin$"};

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

std::string_view last_component(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Every character kept, replaced or left out.
std::string clean(std::string_view name) {
  std::string made;
  for (std::size_t at = 0; at < name.size();) {
    const Character character = character_at(name, at);
    if (!character.valid ||
        (character.code < 0x80 &&
         kReserved.find(static_cast<char>(character.code)) != std::string_view::npos)) {
      made += '_';
    } else if (!is_control(character.code) && !is_bidi_control(character.code) &&
               !is_invisible(character.code)) {
      made += name.substr(at, character.length);
    }
    at += character.length;
  }
  return made;
}

std::string_view trimmed(std::string_view name) {
  const auto first = name.find_first_not_of(" .");
  if (first == std::string_view::npos) {
    return {};
  }
  return name.substr(first, name.find_last_not_of(" .") - first + 1);
}

bool looks_like_an_extension(std::string_view piece) {
  const auto is = [](auto test) {
    return [test](char c) { return test(static_cast<unsigned char>(c)) != 0; };
  };
  return !piece.empty() && piece.size() <= 5 && std::ranges::all_of(piece, is(isalnum)) &&
         std::ranges::any_of(piece, is(isalpha));
}

std::string without_inner_extensions(std::string_view stem) {
  std::string made{stem};
  for (std::size_t dot = made.find('.'); dot != std::string::npos; dot = made.find('.', dot + 1)) {
    const std::size_t end = std::min(made.find('.', dot + 1), made.size());
    if (looks_like_an_extension(std::string_view{made}.substr(dot + 1, end - dot - 1))) {
      made[dot] = '_';
    }
  }
  return made;
}

bool is_device(std::string_view stem) {
  const std::string name = lower(stem.substr(0, stem.find('.')));
  const bool numbered = name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) &&
                        name[3] >= '0' && name[3] <= '9';
  return numbered || std::ranges::find(kDevices, name) != kDevices.end();
}

}  // namespace

std::string extension_of(std::string_view name) {
  const std::string_view last = last_component(name);
  const auto dot = last.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string{} : lower(last.substr(dot + 1));
}

std::string rebuilt_name(std::string_view name, std::string_view extension) {
  const std::string cleaned = clean(last_component(name));
  std::string_view stem = trimmed(cleaned);
  if (const auto dot = stem.rfind('.');
      dot != std::string_view::npos && looks_like_an_extension(stem.substr(dot + 1))) {
    stem = trimmed(stem.substr(0, dot));
  }
  const std::size_t room = kLongest - extension.size() - 1;
  // cut first: what is left may look like an extension only then
  std::string made = without_inner_extensions(trimmed(stem.substr(0, cut_at(stem, room))));
  if (made.empty()) {
    made = "item";
  } else if (is_device(made)) {
    made.insert(0, "_");
  }
  return extension.empty() ? made : made + "." + std::string{extension};
}

}  // namespace sekisho::sanitize
