// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/targets.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kLongestTarget = 1'000;

}  // namespace

bool is_remote(std::string_view target) {
  return target.find("//") < 12;
}

std::string shown_target(std::string_view target, Report& report) {
  std::string made;
  for (const char c : cleaned(target, report)) {
    made += c == '\n' || c == '\t' || c == '\r' ? "" : std::string(1, c);
  }
  const auto first = made.find_first_not_of(' ');
  made =
      first == std::string::npos ? "" : made.substr(first, made.find_last_not_of(' ') - first + 1);
  std::ranges::replace(made, ' ', '+');
  if (made.size() > kLongestTarget) {
    made.resize(cut_at(made, kLongestTarget));
    made += "…";
  }
  return made;
}

std::string bare(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ') {
      made += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
  }
  for (const std::string_view start : {"http://", "https://", "mailto:", "tel:"}) {
    if (made.starts_with(start)) {
      made.erase(0, start.size());
      break;
    }
  }
  if (made.ends_with('/')) {
    made.pop_back();
  }
  return made;
}

}  // namespace sekisho::sanitize::text
