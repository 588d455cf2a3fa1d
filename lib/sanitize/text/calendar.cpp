// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/calendar.hpp"

#include "sanitize/text/content_lines.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/plain.hpp"
#include "sanitize/text/values.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::text {
namespace {

/// A component, the property that is kept in it, and what its value must be.
struct Kept {
  std::string_view component;  ///< empty: events and tasks
  std::string_view property;
  Kind kind;
};
constexpr std::array kKept{
    Kept{"VCALENDAR", "CALSCALE", Kind::Word},
    Kept{"VCALENDAR", "X-WR-CALNAME", Kind::Text},
    Kept{"VCALENDAR", "X-WR-TIMEZONE", Kind::Zone},
    Kept{"VTIMEZONE", "TZID", Kind::Zone},
    Kept{"STANDARD", "DTSTART", Kind::Time},
    Kept{"STANDARD", "TZOFFSETFROM", Kind::Offset},
    Kept{"STANDARD", "TZOFFSETTO", Kind::Offset},
    Kept{"STANDARD", "TZNAME", Kind::Zone},
    Kept{"STANDARD", "RRULE", Kind::Rule},
    Kept{"DAYLIGHT", "DTSTART", Kind::Time},
    Kept{"DAYLIGHT", "TZOFFSETFROM", Kind::Offset},
    Kept{"DAYLIGHT", "TZOFFSETTO", Kind::Offset},
    Kept{"DAYLIGHT", "TZNAME", Kind::Zone},
    Kept{"DAYLIGHT", "RRULE", Kind::Rule},
    Kept{"VALARM", "ACTION", Kind::Word},
    Kept{"VALARM", "TRIGGER", Kind::Time},
    Kept{"VALARM", "DESCRIPTION", Kind::Text},
    Kept{"", "UID", Kind::Identifier},
    Kept{"", "DTSTAMP", Kind::Time},
    Kept{"", "DTSTART", Kind::Time},
    Kept{"", "DTEND", Kind::Time},
    Kept{"", "DUE", Kind::Time},
    Kept{"", "DURATION", Kind::Time},
    Kept{"", "COMPLETED", Kind::Time},
    Kept{"", "CREATED", Kind::Time},
    Kept{"", "LAST-MODIFIED", Kind::Time},
    Kept{"", "RECURRENCE-ID", Kind::Time},
    Kept{"", "RRULE", Kind::Rule},
    Kept{"", "RDATE", Kind::Time},
    Kept{"", "EXDATE", Kind::Time},
    Kept{"", "SUMMARY", Kind::Text},
    Kept{"", "DESCRIPTION", Kind::Text},
    Kept{"", "LOCATION", Kind::Text},
    Kept{"", "COMMENT", Kind::Text},
    Kept{"", "CATEGORIES", Kind::Text},
    Kept{"", "ORGANIZER", Kind::Address},
    Kept{"", "ATTENDEE", Kind::Address},
    Kept{"", "STATUS", Kind::Word},
    Kept{"", "TRANSP", Kind::Word},
    Kept{"", "CLASS", Kind::Word},
    Kept{"", "PRIORITY", Kind::Number},
    Kept{"", "SEQUENCE", Kind::Number},
    Kept{"", "PERCENT-COMPLETE", Kind::Number},
};
/// Which component may stand in which.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNesting{{
    {"VCALENDAR", "VEVENT"},
    {"VCALENDAR", "VTODO"},
    {"VCALENDAR", "VTIMEZONE"},
    {"VTIMEZONE", "STANDARD"},
    {"VTIMEZONE", "DAYLIGHT"},
    {"VEVENT", "VALARM"},
    {"VTODO", "VALARM"},
}};

const Kept* kept(std::string_view component, std::string_view property) {
  const bool entry = component == "VEVENT" || component == "VTODO";
  const auto found = std::ranges::find_if(kKept, [&](const Kept& row) {
    return row.property == property && row.component == (entry ? std::string_view{} : component);
  });
  return found == kKept.end() ? nullptr : &*found;
}

Action action_of(std::string_view property) {
  if (property == "ATTACH" || property == "IMAGE") {
    return Action::RemovedEmbedded;
  }
  if (property == "URL" || property == "CONFERENCE" || property == "SOURCE") {
    return Action::RemovedExternal;
  }
  return property == "METHOD" ? Action::RemovedAction : Action::RemovedUnknown;
}

/// TZID, VALUE and what says who somebody is.
std::string parameters_of(const Property& property, Kind kind, Job& job) {
  std::string made;
  for (const Parameter& parameter : property.parameters) {
    if (parameter.values.size() != 1) {
      continue;
    }
    const std::string& value = parameter.values.front();
    const bool of_time =
        kind == Kind::Time &&
        (parameter.name == "TZID" || parameter.name == "VALUE" || parameter.name == "RELATED");
    const bool of_person =
        kind == Kind::Address &&
        (parameter.name == "ROLE" || parameter.name == "PARTSTAT" || parameter.name == "CUTYPE");
    if ((of_time && is_zone(value)) || (of_person && is_word(value))) {
      made += ";" + parameter.name + "=" + value;
    } else if (kind == Kind::Address && parameter.name == "CN") {
      made += ";CN=\"" + parameter_text(value, job) + "\"";
    }
  }
  return made;
}

class Writing {
 public:
  explicit Writing(Job& job) : job_{job} {}

  void component(const Component& from) {
    line("BEGIN:" + from.name);
    if (from.name == "VCALENDAR") {
      line("VERSION:2.0");
      line("PRODID:-//Sekisho//Sekisho//JA");
    }
    for (const Property& property : from.properties) {
      this->property(from.name, property);
    }
    for (const Component& inner : from.components) {
      const bool may_stand =
          std::ranges::find(kNesting, std::pair{std::string_view{from.name},
                                                std::string_view{inner.name}}) != kNesting.end();
      if (may_stand && (inner.name != "VALARM" || shows_a_text(inner))) {
        component(inner);
      } else {
        job_.report().note(inner.name == "VALARM" ? Action::RemovedAction : Action::RemovedUnknown,
                           inner.name);
      }
    }
    line("END:" + from.name);
  }
  [[nodiscard]] std::string take() && { return std::move(made_); }

 private:
  static bool shows_a_text(const Component& alarm) {
    const auto action = std::ranges::find(alarm.properties, "ACTION", &Property::name);
    return action != alarm.properties.end() && action->value == "DISPLAY";
  }
  void line(std::string_view text) { write_line(made_, text); }
  void property(std::string_view component, const Property& property) {
    if (component == "VCALENDAR" && (property.name == "VERSION" || property.name == "PRODID")) {
      return;
    }
    const Kept* row = kept(component, property.name);
    const auto value = row == nullptr ? std::nullopt : value_of(row->kind, property.value, job_);
    if (!value) {
      job_.report().note(action_of(property.name), property.name);
      return;
    }
    line(property.name + parameters_of(property, row->kind, job_) + ":" + *value);
  }

  Job& job_;
  std::string made_;
};

}  // namespace

Outcome sanitize_calendar(const Item& item, Job& job) {
  auto read = read_text(as_text(item.bytes), std::nullopt, job.report());
  if (!read) {
    return tl::unexpected{read.error()};
  }
  const auto components = parse_components(read->text);
  if (!components) {
    return tl::unexpected{components.error()};
  }
  Writing writing{job};
  for (const Component& calendar : *components) {
    if (calendar.name != "VCALENDAR") {
      return refuse(Refusal::Malformed, "component '" + calendar.name + "' is no calendar");
    }
    writing.component(calendar);
  }
  if (components->empty()) {
    return refuse(Refusal::Malformed, "no calendar in it");
  }
  std::string made = std::move(writing).take();
  job.report().saw_text(made);
  return Rebuilt{Type::Calendar, std::move(made), false, {}};
}

}  // namespace sekisho::sanitize::text
