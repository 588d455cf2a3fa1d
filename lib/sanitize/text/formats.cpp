// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/formats.hpp"

#include "sanitize/text/calendar.hpp"
#include "sanitize/text/csv.hpp"
#include "sanitize/text/html.hpp"
#include "sanitize/text/json.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/plain.hpp"
#include "sanitize/text/xml.hpp"

#include <array>

namespace sekisho::sanitize::text {
namespace {

Outcome of_one_type(Type type, const Item& item, Job& job) {
  switch (type) {
    case Type::Csv: return sanitize_csv(item, job);
    case Type::Html: return sanitize_html(item, job);
    case Type::Json: return sanitize_json(item, job);
    case Type::Xml: return sanitize_xml(item, job);
    case Type::Calendar: return sanitize_calendar(item, job);
    case Type::Vcard: return sanitize_vcard(item, job);
    default: return sanitize_text(item, job);
  }
}

Outcome sanitize(Type type, const Item& item, Job& job) {
  Outcome outcome = item.bytes.size() > job.limits().bytes_in ? refuse(Refusal::TooLarge)
                                                              : of_one_type(type, item, job);
  if (!outcome) {
    outcome.error().type = type;
  } else if (outcome->bytes.size() > job.limits().bytes_out) {
    return refuse(Refusal::OutputTooLarge);
  }
  return outcome;
}

constexpr std::array kFormats{
    Format{Type::Text, sanitize, inspect},  Format{Type::Csv, sanitize, inspect},
    Format{Type::Html, sanitize, inspect},  Format{Type::Json, sanitize, inspect},
    Format{Type::Xml, sanitize, inspect},   Format{Type::Calendar, sanitize, inspect},
    Format{Type::Vcard, sanitize, inspect},
};

}  // namespace

Outcome sanitize_text(const Item& item, Job& job) {
  Report& report = job.report();
  auto read = read_text(as_text(item.bytes), std::nullopt, report);
  if (!read) {
    return tl::unexpected{read.error()};
  }
  std::string text = without_links(cleaned(read->text, report), job.profile(), report);
  report.saw_text(text);
  return Rebuilt{Type::Text, std::move(text), false, {}};
}

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace sekisho::sanitize::text
