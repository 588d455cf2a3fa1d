// SPDX-License-Identifier: GPL-3.0-or-later
#include "messages.hpp"

namespace sekisho::daemon {
namespace {

constexpr std::size_t kLongestText = 1U << 20U;
constexpr std::size_t kMostCounts = 1U << 24U;

std::string text_of(Reader& reader) {
  return std::string{reader.text(kLongestText)};
}

template <typename T>
Result<T> whole(Reader& reader, T value) {
  if (reader.failed() || reader.left() != 0) {
    return fail("a message that does not hold together");
  }
  return value;
}

void put(Writer& writer, const std::vector<Counters::Count>& counts) {
  writer.u32(static_cast<std::uint32_t>(counts.size()));
  for (const Counters::Count& count : counts) {
    writer.u32(count.word);
    writer.u64(count.packets);
    writer.u64(count.bytes);
  }
}

/// False for more than there can be.
bool take(Reader& reader, std::vector<Counters::Count>& counts) {
  const std::uint32_t number = reader.u32();
  if (number > kMostCounts) {
    return false;
  }
  for (std::uint32_t left = number; left > 0 && !reader.failed(); --left) {
    const std::uint32_t word = reader.u32();
    const std::uint64_t packets = reader.u64();
    counts.push_back({word, packets, reader.u64()});
  }
  return true;
}

}  // namespace

std::string pack(const Names& names) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(names.language));
  writer.text(names.revision);
  writer.u32(names.max_records);
  writer.u32(static_cast<std::uint32_t>(names.zones.size()));
  for (const auto& [number, zone] : names.zones) {
    writer.u8(number);
    writer.text(zone.name);
    writer.u8(static_cast<std::uint8_t>(zone.zone_class));
    writer.text(zone.organ);
  }
  return std::move(writer).take();
}

Result<Names> unpack_names(ByteView bytes) {
  Reader reader{bytes};
  Names names;
  names.language = reader.u8() == 0 ? Language::Ja : Language::En;
  names.revision = text_of(reader);
  names.max_records = reader.u32();
  for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
    const std::uint8_t number = reader.u8();
    Names::Zone& zone = names.zones[number];
    zone.name = text_of(reader);
    const std::uint8_t zone_class = reader.u8();
    if (zone_class >= class_words().size()) {
      return fail("a zone of no class");
    }
    zone.zone_class = static_cast<ZoneClass>(zone_class);
    zone.organ = text_of(reader);
  }
  return whole(reader, std::move(names));
}

std::string pack(const Counters& counters) {
  Writer writer;
  writer.u64(counters.window);
  writer.u8(counters.fresh ? 1 : 0);
  writer.u8(counters.watched ? 1 : 0);
  put(writer, counters.counts);
  put(writer, counters.gone);
  return std::move(writer).take();
}

Result<Counters> unpack_counters(ByteView bytes) {
  Reader reader{bytes};
  Counters counters;
  counters.window = reader.u64();
  counters.fresh = reader.u8() != 0;
  counters.watched = reader.u8() != 0;
  if (!take(reader, counters.counts) || !take(reader, counters.gone)) {
    return fail("too many counters");
  }
  return whole(reader, std::move(counters));
}

}  // namespace sekisho::daemon
