// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/stage.hpp"

#include "sanitize/stage/identify.hpp"

#include <algorithm>

namespace sekisho::sanitize {
namespace {

const Format* format_of(Type type) {
  const auto all = formats();
  const auto found = std::ranges::find(all, type, &Format::type);
  return found == all.end() ? nullptr : &*found;
}

Outcome refused_as(Type type, Refused refused) {
  if (refused.type == Type::Unknown) {
    refused.type = type;
  }
  return tl::unexpected<Refused>{std::move(refused)};
}

Outcome by_its_family(Type type, const Item& item, Job& job) {
  const Format* format = format_of(type);
  if (format == nullptr) {
    return refused_as(type, refuse(Refusal::UnsupportedType, word_of(type).name).value());
  }
  Outcome outcome = format->sanitize(type, item, job);
  if (!outcome) {
    return refused_as(type, std::move(outcome).error());
  }
  if (outcome->bytes.size() > job.limits().bytes_out) {
    return refused_as(type, refuse(Refusal::OutputTooLarge).value());
  }
  return outcome;
}

Outcome one(const Item& item, Job& job) {
  const auto type = identify(item);
  return type ? by_its_family(*type, item, job) : Outcome{tl::unexpected<Refused>{type.error()}};
}

std::string inspect_one(std::string_view name, ByteView bytes, Inspection& inspection) {
  const auto type = identify({bytes, std::string{name}, ""});
  if (!type) {
    const Refused& refused = type.error();
    return std::string{word_of(refused.why).name} + (refused.detail.empty() ? "" : ": ") +
           refused.detail;
  }
  const Format* format = format_of(*type);
  return format == nullptr ? "a type that nothing inspects"
                           : format->inspect(*type, bytes, inspection);
}

/// Individual numbers matter on the way out alone; those that are so by chance are only noted.
bool may_not_leave(const Profile& profile, const Report& report) {
  return profile.take_out && profile.my_numbers != Profile::MyNumbers::Log &&
         report.my_numbers().certain > 0;
}

}  // namespace

Done sanitize_item(const Item& item, const RebuildOrder& order) {
  const auto type = identify(item);
  const bool mail = type && (*type == Type::Mail || *type == Type::Msg);
  const Way& way = mail && order.way_of_mail ? *order.way_of_mail : order.way;
  Job job{way.limits, way.profile, one, order.may_rasterise};
  if (item.bytes.size() > way.limits.bytes_in) {
    return {refused_as(type.value_or(Type::Unknown), refuse(Refusal::TooLarge).value()), {}};
  }
  Outcome outcome =
      type ? by_its_family(*type, item, job) : Outcome{tl::unexpected<Refused>{type.error()}};
  if (outcome && may_not_leave(way.profile, job.report())) {
    outcome = refused_as(*type, refuse(Refusal::MyNumber).value());
  }
  return {std::move(outcome), std::move(job.report()), job.wants_rasteriser()};
}

std::string inspect_item(ByteView rebuilt, const InspectOrder& order) {
  Inspection inspection{order.limits, inspect_one};
  return inspect_one("item." + order.extension, rebuilt, inspection);
}

}  // namespace sekisho::sanitize
