// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/addresses.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
struct Zone {
  std::string_view name;
  std::string_view offset;
};
constexpr std::array kZones{Zone{"GMT", "+0000"}, Zone{"UT", "+0000"}, Zone{"UTC", "+0000"},
                            Zone{"Z", "+0000"}, Zone{"JST", "+0900"}};

/// Words without the comma behind the day and without comments.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  text = text.substr(0, text.find('('));
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
    if (text.empty() || words.size() > 6) {
      return words;
    }
    const std::size_t end = std::min(text.find_first_of(" \t,"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<unsigned> number(std::string_view text, std::size_t least, std::size_t most) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && text.size() >= least && text.size() <= most
             ? std::optional{value}
             : std::nullopt;
}

std::string two(unsigned value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

/// "9:30" or "09:30:00" as the latter; nothing where it is no time of day.
std::optional<std::string> time_of(std::string_view text) {
  constexpr std::array<unsigned, 3> kMost{23, 59, 60};
  std::string made;
  for (std::size_t part = 0; part < kMost.size(); ++part) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const bool absent = part == 2 && text.empty();
    const unsigned value =
        absent ? 0 : number(text.substr(0, end), part == 0 ? 1 : 2, 2).value_or(99);
    if (value > kMost.at(part)) {
      return std::nullopt;
    }
    made += (part == 0 ? "" : ":") + two(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return text.empty() ? std::optional{made} : std::nullopt;
}

std::optional<std::string> zone_of(std::string_view text) {
  if (const auto named = std::ranges::find(kZones, text, &Zone::name); named != kZones.end()) {
    return std::string{named->offset};
  }
  const bool sign = text.starts_with('+') || text.starts_with('-');
  return sign && number(text.substr(1), 4, 4) ? std::optional{std::string{text}} : std::nullopt;
}

}  // namespace

std::optional<std::string> rebuilt_date(std::string_view text) {
  std::vector<std::string_view> words = words_of(text);
  if (!words.empty() && std::ranges::find(kDays, words.front()) != kDays.end()) {
    words.erase(words.begin());
  }
  if (words.size() != 5) {
    return std::nullopt;
  }
  const auto day = number(words[0], 1, 2);
  const auto month = std::ranges::find(kMonths, words[1]);
  const auto year = number(words[2], 4, 4);
  const auto time = time_of(words[3]);
  const auto zone = zone_of(words[4]);
  if (!day || month == kMonths.end() || !year || *year < 1900 || !time || !zone) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(*year)},
      std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
      std::chrono::day{*day}};
  if (!date.ok()) {
    return std::nullopt;
  }
  const std::chrono::weekday weekday{std::chrono::sys_days{date}};
  return std::string{kDays.at(weekday.c_encoding())} + ", " + std::to_string(*day) + " " +
         std::string{*month} + " " + std::to_string(*year) + " " + *time + " " + *zone;
}

}  // namespace sekisho::sanitize::mail
