// SPDX-License-Identifier: GPL-3.0-or-later
#include "picture.hpp"

#include "columns.hpp"
#include "documents.hpp"
#include "records.hpp"

#include "base/escape.hpp"
#include "base/width.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace sekisho::ctl {
namespace {

using boost::json::array;
using boost::json::object;

constexpr const char* kRate = "packets_per_second";

std::string key_of(const object& row) {
  return text_in(row, "src_zone") + ' ' + text_in(row, "dst_zone") + ' ' + text_in(row, "reason") +
         ' ' + text_in(row, "id");
}

double rate_in(const object& row) {
  const auto* rate = row.if_contains(kRate);
  return rate != nullptr && rate->is_double() ? rate->as_double() : 0.0;
}

/// The rows of `now` with their rates, the fastest first, then those with most packets.
array with_rates(const array& before, const array& now, double seconds) {
  std::map<std::string, std::uint64_t> earlier;
  for (const auto& row : before) {
    earlier[key_of(object_of(row))] = number_in(object_of(row), "packets");
  }
  std::vector<object> rows;
  for (const auto& row : now) {
    object& one = rows.emplace_back(object_of(row));
    const std::uint64_t packets = number_in(one, "packets");
    const auto found = earlier.find(key_of(one));
    const std::uint64_t since =
        found == earlier.end() || found->second > packets ? 0 : found->second;
    const double rate = seconds > 0 ? static_cast<double>(packets - since) / seconds : 0.0;
    one[kRate] = std::round(rate * 10) / 10;
  }
  std::ranges::stable_sort(rows, [](const object& a, const object& b) {
    return std::pair{rate_in(a), number_in(a, "packets")} >
           std::pair{rate_in(b), number_in(b, "packets")};
  });
  return array(rows.begin(), rows.end());
}

std::string rate_text(const object& row) {
  return std::to_string(std::llround(rate_in(row))) + "/s";
}

/// A title and as many rows as there is room for below it.
struct Section {
  std::string title;
  std::vector<std::string> rows;
};

Section drops_of(const object& picture, Language language) {
  Columns columns;
  for (const auto& row : rows_in(picture, "drops")) {
    const object& drop = object_of(row);
    columns.add({rate_text(drop), text_in(drop, "packets"),
                 text_in(drop, "src_zone") + " > " + text_in(drop, "dst_zone"),
                 text_in(drop, "reason")});
  }
  return {std::string{Text{"遮断", "drops"}.in(language)}, columns.lines()};
}

Section permits_of(const object& picture, Language language) {
  Columns columns;
  for (const auto& row : rows_in(picture, "permits")) {
    const object& permit = object_of(row);
    columns.add({rate_text(permit), text_in(permit, "packets"), text_in(permit, "id"),
                 text_in(permit, "from_zone") + " > " + text_in(permit, "to_zone"),
                 text_in(permit, "why_not")});
  }
  return {std::string{Text{"許可", "permits"}.in(language)}, columns.lines()};
}

Section violations_of(const Sight& now, Language language) {
  Section section{std::string{Text{"違反", "violations"}.in(language)}, {}};
  for (auto entry = now.violations.rbegin(); entry != now.violations.rend(); ++entry) {
    section.rows.push_back("  " + line_of(*entry));
  }
  return section;
}

std::vector<std::string> head_of(const object& picture, const Sight& now, Language language) {
  std::vector<std::string> lines{text_in(picture, "name") + ": " + text_in(picture, "state") +
                                 ", " + std::string{Text{"改訂 ", "revision "}.in(language)} +
                                 text_in(picture, "revision") + ", " + now.time};
  if (!now.trouble.empty()) {
    lines.push_back("! " + now.trouble);
  }
  for (const auto& warning : rows_in(picture, "warnings")) {
    lines.push_back("! " + (warning.is_string() ? std::string{warning.as_string()} : ""));
  }
  return lines;
}

/// What each section gets of the room: what it needs, and where that is too much an equal share,
/// with what others leave.
std::vector<std::size_t> shares(const std::vector<Section>& sections, std::size_t room) {
  std::vector<std::size_t> given(sections.size(), 0);
  bool growing = true;
  while (growing && room > 0) {
    growing = false;
    for (std::size_t i = 0; i < sections.size() && room > 0; ++i) {
      if (given[i] < sections[i].rows.size()) {
        ++given[i];
        --room;
        growing = true;
      }
    }
  }
  return given;
}

}  // namespace

object picture_json(const Sight& before, const Sight& now) {
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  array violations;
  for (const journal::Entry& entry : now.violations) {
    boost::system::error_code error;
    violations.push_back(boost::json::parse(journal::to_json(entry), error));
  }
  object picture{{"time", now.time}};
  for (const char* key : {"name", "revision", "state", "ready", "warnings"}) {
    if (const auto* value = now.status.if_contains(key)) {
      picture[key] = *value;
    }
  }
  picture["drops"] =
      with_rates(rows_in(before.status, "drops"), rows_in(now.status, "drops"), seconds);
  picture["permits"] =
      with_rates(rows_in(before.status, "permits"), rows_in(now.status, "permits"), seconds);
  picture["violations"] = std::move(violations);
  return picture;
}

std::vector<std::string> picture_lines(const object& picture, const Sight& now, Language language,
                                       Size size) {
  constexpr std::size_t kMostOfHead = 4;
  std::vector<std::string> lines = head_of(picture, now, language);
  lines.resize(std::min(lines.size(), kMostOfHead));
  const std::vector<Section> sections{drops_of(picture, language), permits_of(picture, language),
                                      violations_of(now, language)};
  const std::size_t taken = lines.size() + 2 * sections.size();
  const auto given = shares(sections, size.rows - std::min(taken, size.rows));
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t rows = sections[i].rows.size();
    lines.emplace_back();
    lines.push_back(sections[i].title + " " + std::to_string(rows));
    lines.insert(lines.end(), sections[i].rows.begin(),
                 sections[i].rows.begin() + static_cast<std::ptrdiff_t>(given[i]));
  }
  lines.resize(std::min(lines.size(), size.rows));
  for (std::string& line : lines) {
    line = fitted(line, std::max<std::size_t>(size.columns, 1) - 1);
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace sekisho::ctl
