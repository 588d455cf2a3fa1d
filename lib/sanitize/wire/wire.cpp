// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/wire/wire.hpp"

#include "base/escape.hpp"
#include "sanitize/wire/fields.hpp"

#include <algorithm>

namespace sekisho::sanitize {
namespace {

enum class Kind : std::uint8_t { Rebuild, Inspect };
enum class Became : std::uint8_t { Made, Refused, WantsFonts };

constexpr std::size_t kLongestExtension = 8;

void write(Writer& writer, const Limits& limits) {
  writer.u64(limits.bytes_in);
  writer.u64(limits.bytes_out);
  writer.u64(limits.expanded);
  writer.u32(limits.ratio);
  writer.u32(limits.entries);
  writer.u32(limits.depth);
  writer.u64(limits.pixels);
  writer.u32(limits.seconds);
  writer.u64(limits.memory);
}

Limits read_limits(Reader& reader) {
  Limits limits;
  limits.bytes_in = reader.u64();
  limits.bytes_out = reader.u64();
  limits.expanded = reader.u64();
  limits.ratio = reader.u32();
  limits.entries = reader.u32();
  limits.depth = reader.u32();
  limits.pixels = reader.u64();
  limits.seconds = reader.u32();
  limits.memory = reader.u64();
  return limits;
}

void write(Writer& writer, const Profile& profile) {
  writer.text(profile.name);
  for (const auto word :
       {number(profile.attachments), number(profile.links), number(profile.my_numbers),
        number(profile.documents), number(profile.bad_entries), number(profile.language)}) {
    writer.u8(word);
  }
  writer.u8(profile.take_out ? 1 : 0);
}

Profile read_profile(Fields& fields) {
  Profile profile;
  profile.name = fields.text(kLongestName);
  profile.attachments = fields.word(Profile::Attachments::Sanitize);
  profile.links = fields.word(Profile::Links::Remove);
  profile.my_numbers = fields.word(Profile::MyNumbers::Log);
  profile.documents = fields.word(Profile::Documents::Text);
  profile.bad_entries = fields.word(Profile::BadEntries::Refuse);
  profile.language = fields.word(Language::En);
  profile.take_out = fields.flag();
  return profile;
}

void write(Writer& writer, const Way& way) {
  write(writer, way.profile);
  write(writer, way.limits);
}

Way read_way(Fields& fields) {
  Way way;
  way.profile = read_profile(fields);
  way.limits = read_limits(fields.reader());
  return way;
}

std::string_view cut(std::string_view name) {
  return name.substr(0, kLongestName);
}

/// Lower-case letters and digits: part of a file's name.
bool is_extension(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kLongestExtension && std::ranges::all_of(text, plain);
}

void write(Writer& writer, const Report& report) {
  writer.u32(report.my_numbers().certain);
  writer.u32(report.my_numbers().possible);
  writer.u32(static_cast<std::uint32_t>(report.changes().size()));
  for (const Change& change : report.changes()) {
    writer.u8(number(change.action));
    writer.text(change.object);
    writer.u64(change.count);
  }
}

std::optional<Report> read_report(Fields& fields) {
  MyNumbers my_numbers;
  my_numbers.certain = fields.reader().u32();
  my_numbers.possible = fields.reader().u32();
  const std::uint32_t count = fields.reader().u32();
  std::vector<Change> changes;
  for (std::uint32_t i = 0; i < count && fields.good(); ++i) {
    Change change;
    change.action = fields.numbered(action_numbered);
    change.object = fields.text(Report::kLongestObject);
    change.count = fields.reader().u64();
    changes.push_back(std::move(change));
  }
  return fields.good() ? Report::of(std::move(changes), my_numbers) : std::nullopt;
}

RebuildOrder read_rebuild_order(Fields& fields) {
  RebuildOrder order;
  order.way = read_way(fields);
  if (fields.flag()) {
    order.way_of_mail = read_way(fields);
  }
  order.name = fields.text(kLongestName);
  order.declared_type = fields.text(kLongestName);
  order.may_rasterise = fields.flag();
  return order;
}

InspectOrder read_inspect_order(Fields& fields) {
  InspectOrder order;
  order.extension = fields.text(kLongestExtension);
  order.limits = read_limits(fields.reader());
  return order;
}

void write(Writer& writer, const RebuildOrder& order) {
  writer.u8(number(Kind::Rebuild));
  write(writer, order.way);
  writer.u8(order.way_of_mail ? 1 : 0);
  if (order.way_of_mail) {
    write(writer, *order.way_of_mail);
  }
  writer.text(cut(order.name));
  writer.text(cut(order.declared_type));
  writer.u8(order.may_rasterise ? 1 : 0);
}

void write(Writer& writer, const InspectOrder& order) {
  writer.u8(number(Kind::Inspect));
  writer.text(order.extension);
  write(writer, order.limits);
}

using OutcomeAnswer = tl::expected<RebuildAnswer::Made, Refused>;

OutcomeAnswer read_made(Fields& fields) {
  RebuildAnswer::Made made;
  made.type = fields.numbered(type_numbered);
  made.partial = fields.flag();
  made.extension = fields.text(kLongestExtension);
  fields.expect(is_extension(made.extension));
  return made;
}

OutcomeAnswer read_refused(Fields& fields) {
  Refused refused;
  refused.why = fields.numbered(refusal_numbered);
  refused.type = fields.numbered(type_numbered);
  refused.detail = fields.clean_text(Report::kLongestObject);
  return tl::unexpected<Refused>{std::move(refused)};
}

}  // namespace

std::string encode(const Order& order) {
  Writer writer;
  std::visit([&](const auto& said) { write(writer, said); }, order);
  return std::move(writer).take();
}

std::optional<Order> decode_order(std::string_view bytes) {
  Fields fields{bytes};
  const Order order = fields.word(Kind::Inspect) == Kind::Rebuild
                          ? Order{read_rebuild_order(fields)}
                          : Order{read_inspect_order(fields)};
  return fields.whole() ? std::optional{order} : std::nullopt;
}

std::string encode(const RebuildAnswer& answer) {
  Writer writer;
  if (!answer.outcome) {
    writer.u8(number(Became::WantsFonts));
  } else if (const auto& outcome = *answer.outcome) {
    writer.u8(number(Became::Made));
    writer.u8(number(outcome->type));
    writer.u8(outcome->partial ? 1 : 0);
    writer.text(outcome->extension);
  } else {
    writer.u8(number(Became::Refused));
    writer.u8(number(outcome.error().why));
    writer.u8(number(outcome.error().type));
    writer.text(outcome.error().detail);
  }
  write(writer, answer.report);
  return std::move(writer).take();
}

std::optional<RebuildAnswer> decode_rebuild_answer(std::string_view bytes) {
  Fields fields{bytes};
  RebuildAnswer answer;
  const Became became = fields.word(Became::WantsFonts);
  if (became == Became::Made) {
    answer.outcome = read_made(fields);
  } else if (became == Became::Refused) {
    answer.outcome = read_refused(fields);
  }
  auto report = read_report(fields);
  if (!report || !fields.whole()) {
    return std::nullopt;
  }
  answer.report = *std::move(report);
  return answer;
}

std::string encode_finding(std::string_view finding) {
  Writer writer;
  writer.text(is_clean(finding, Report::kLongestObject) ? finding : "something with a bad name");
  return std::move(writer).take();
}

std::optional<std::string> decode_finding(std::string_view bytes) {
  Fields fields{bytes};
  std::string finding = fields.clean_text(Report::kLongestObject);
  return fields.whole() ? std::optional{std::move(finding)} : std::nullopt;
}

}  // namespace sekisho::sanitize
