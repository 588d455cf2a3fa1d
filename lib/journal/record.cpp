// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/record.hpp"

#include "base/escape.hpp"
#include "base/sha256.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace sekisho::journal {
namespace {

constexpr std::size_t kLongestText = 1U << 20U;
constexpr std::size_t kMostFields = 64;
constexpr std::string_view kIdentifier = "sekishod";

bool is_number(std::string_view name) {
  const auto words = field_words();
  const auto word = std::ranges::find(words, name, &FieldWord::name);
  return name == "PRIORITY" || (word != words.end() && word->number);
}

std::string clean(const std::string& text) {
  return is_utf8(text) ? text : escaped(text);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional{number} : std::nullopt;
}

std::optional<Event> event_named(std::string_view name) {
  for (const EventWord& word : event_words()) {
    if (word.name == name) {
      return word.event;
    }
  }
  return std::nullopt;
}

/// The text of a JSON value as a field has it.
std::optional<std::string> text_of(const boost::json::value& value) {
  if (value.is_string()) {
    return std::string{value.as_string()};
  }
  if (value.is_uint64() || value.is_int64()) {
    return boost::json::serialize(value);
  }
  return std::nullopt;
}

}  // namespace

Record record_of(Event event, std::string message) {
  return {event, word_of(event).priority, std::move(message), {}};
}

std::string pack(const Record& record) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(record.event));
  writer.u8(static_cast<std::uint8_t>(record.priority));
  writer.text(std::string_view{record.message}.substr(0, kLongestText));
  writer.u32(static_cast<std::uint32_t>(record.fields.size()));
  for (const auto& [name, value] : record.fields) {
    writer.text(name);
    writer.text(std::string_view{value}.substr(0, kLongestText));
  }
  return std::move(writer).take();
}

Result<Record> unpack(ByteView bytes) {
  Reader reader{bytes};
  const std::uint8_t event = reader.u8();
  const std::uint8_t priority = reader.u8();
  Record record;
  record.message = reader.text(kLongestText);
  const std::uint32_t count = reader.u32();
  if (reader.failed() || event >= event_words().size() || priority > 7 || count > kMostFields) {
    return fail("a record that does not hold together");
  }
  record.event = static_cast<Event>(event);
  record.priority = priority;
  for (std::uint32_t left = count; left > 0 && !reader.failed(); --left) {
    const std::string name{reader.text(kLongestText)};
    record.fields[name] = reader.text(kLongestText);
  }
  if (reader.failed() || reader.left() != 0) {
    return fail("a record that does not hold together");
  }
  return record;
}

std::map<std::string, std::string> fields_of(const Entry& entry) {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : entry.record.fields) {
    fields[name] = clean(value);
  }
  const EventWord& word = word_of(entry.record.event);
  fields["MESSAGE"] = clean(entry.record.message);
  fields["MESSAGE_ID"] = word.message_id;
  fields["PRIORITY"] = std::to_string(entry.record.priority);
  fields["SYSLOG_IDENTIFIER"] = kIdentifier;
  fields["SEKISHO_EVENT"] = word.name;
  fields["SEKISHO_TIME"] = std::to_string(entry.time);
  fields["SEKISHO_SEQ"] = std::to_string(entry.seq);
  fields["SEKISHO_CHAIN"] = entry.chain;
  return fields;
}

std::string chain_of(const Entry& entry, std::string_view before) {
  std::string text{before};
  for (const auto& [name, value] : fields_of(entry)) {
    if (name != "SEKISHO_CHAIN") {
      text += name + "=" + std::to_string(value.size()) + ":" + value + "\n";
    }
  }
  return sha256(text);
}

std::string to_json(const Entry& entry) {
  boost::json::object object;
  for (const auto& [name, value] : fields_of(entry)) {
    const auto number = is_number(name) ? number_of(value) : std::nullopt;
    object[name] = number ? boost::json::value(*number) : boost::json::value(value);
  }
  return boost::json::serialize(object);
}

Result<Entry> from_json(std::string_view line) {
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse(line, error);
  if (error || !document.is_object()) {
    return fail("a line that is no JSON object");
  }
  std::map<std::string, std::string, std::less<>> fields;
  for (const auto& member : document.as_object()) {
    auto text = text_of(member.value());
    if (!text) {
      return fail("a field that is neither text nor number");
    }
    fields[std::string{member.key()}] = *std::move(text);
  }
  const auto take = [&fields](std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string{} : std::move(fields.extract(found).mapped());
  };
  (void)take("SYSLOG_IDENTIFIER");
  (void)take("MESSAGE_ID");
  const auto event = event_named(take("SEKISHO_EVENT"));
  const auto seq = number_of(take("SEKISHO_SEQ"));
  const auto time = number_of(take("SEKISHO_TIME"));
  const auto priority = number_of(take("PRIORITY"));
  Entry entry;
  entry.chain = take("SEKISHO_CHAIN");
  entry.record.message = take("MESSAGE");
  if (!event || !seq || !time || !priority || *priority > 7 || entry.chain.size() != 64) {
    return fail("a line that is no record");
  }
  entry.seq = *seq;
  entry.time = *time;
  entry.record.event = *event;
  entry.record.priority = static_cast<int>(*priority);
  entry.record.fields = std::move(fields);
  return entry;
}

}  // namespace sekisho::journal
