// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/bytes.hpp"
#include "sanitize/pdf/fonts.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace sekisho::sanitize::pdf {
namespace {

using Tables = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 13> kKept{"CFF ", "OS/2", "VORG", "cmap", "glyf",
                                                 "head", "hhea", "hmtx", "loca", "maxp",
                                                 "post", "vhea", "vmtx"};
constexpr std::uint32_t kTrueType = 0x00010000;
constexpr std::uint32_t kAppleTrueType = 0x74727565;  // "true"
constexpr std::uint32_t kOpenTypeCff = 0x4f54544f;    // "OTTO"

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  Reader reader{as_bytes(bytes.substr(std::min(at, bytes.size())))};
  return reader.u16();
}
std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  Reader reader{as_bytes(bytes.substr(std::min(at, bytes.size())))};
  return reader.u32();
}
void put16(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8U);
  bytes[at + 1] = static_cast<char>(value & 0xffU);
}
void put32(std::string& bytes, std::size_t at, std::uint32_t value) {
  put16(bytes, at, static_cast<std::uint16_t>(value >> 16U));
  put16(bytes, at + 2, static_cast<std::uint16_t>(value & 0xffffU));
}

std::optional<Tables> read_tables(std::string_view font) {
  Reader reader{as_bytes(font)};
  reader.u32();
  const unsigned count = reader.u16();
  reader.take(6);
  Tables tables;
  for (unsigned i = 0; i < count; ++i) {
    const std::string_view tag = as_text(reader.take(4));
    reader.u32();
    const std::uint32_t offset = reader.u32();
    const std::uint32_t length = reader.u32();
    if (reader.failed() || offset > font.size() || length > font.size() - offset) {
      return std::nullopt;
    }
    if (std::ranges::find(kKept, tag) != kKept.end() &&
        !tables.emplace(tag, font.substr(offset, length)).second) {
      return std::nullopt;  // two tables of one name
    }
  }
  return tables;
}

/// Bytes of the flags and coordinates of so many points, from `at` on; nothing where they do not
/// fit.
std::optional<std::size_t> length_of_points(std::string_view glyph, std::size_t at,
                                            std::size_t points) {
  constexpr unsigned kShortX = 0x2;
  constexpr unsigned kShortY = 0x4;
  constexpr unsigned kRepeat = 0x8;
  constexpr unsigned kSameX = 0x10;
  constexpr unsigned kSameY = 0x20;
  const std::size_t first = at;
  std::size_t coordinates = 0;
  for (std::size_t point = 0; point < points;) {
    if (at >= glyph.size()) {
      return std::nullopt;
    }
    const auto flags = static_cast<unsigned char>(glyph[at++]);
    std::size_t times = 1;
    if ((flags & kRepeat) != 0) {
      times += at < glyph.size() ? static_cast<unsigned char>(glyph[at]) : 0;
      ++at;
    }
    const std::size_t x = (flags & kShortX) != 0 ? 1 : (flags & kSameX) != 0 ? 0 : 2;
    const std::size_t y = (flags & kShortY) != 0 ? 1 : (flags & kSameY) != 0 ? 0 : 2;
    coordinates += times * (x + y);
    point += times;
  }
  const std::size_t length = at - first + coordinates;
  return first + length <= glyph.size() ? std::optional{length} : std::nullopt;
}

/// A simple glyph: contours' ends, instructions (left out), then flags and coordinates.
std::optional<std::string> simple_glyph(std::string_view glyph, unsigned contours) {
  const std::size_t ends = 10 + 2 * std::size_t{contours};
  if (contours == 0 || ends + 2 > glyph.size()) {
    return std::nullopt;
  }
  for (unsigned i = 1; i < contours; ++i) {
    if (u16_at(glyph, 10 + 2 * std::size_t{i}) < u16_at(glyph, 8 + 2 * std::size_t{i})) {
      return std::nullopt;
    }
  }
  const std::size_t points = std::size_t{u16_at(glyph, ends - 2)} + 1;
  const std::size_t outline = ends + 2 + u16_at(glyph, ends);
  const auto length = length_of_points(glyph, outline, points);
  if (!length) {
    return std::nullopt;
  }
  std::string made{glyph.substr(0, ends)};
  made.append(2, '\0');
  made += glyph.substr(outline, *length);
  return made;
}

/// A composite glyph: parts, each another glyph with a transformation.
std::optional<std::string> composite_glyph(std::string_view glyph, unsigned glyphs) {
  constexpr unsigned kWords = 0x1;
  constexpr unsigned kScale = 0x8;
  constexpr unsigned kMore = 0x20;
  constexpr unsigned kTwoScales = 0x40;
  constexpr unsigned kTwoByTwo = 0x80;
  constexpr unsigned kInstructions = 0x100;
  std::string made{glyph};
  std::size_t at = 10;
  unsigned flags = kMore;
  while ((flags & kMore) != 0) {
    flags = u16_at(glyph, at);
    std::size_t length = 4 + ((flags & kWords) != 0 ? 4U : 2U);
    length += (flags & kScale) != 0 ? 2U : 0U;
    length += (flags & kTwoScales) != 0 ? 4U : 0U;
    length += (flags & kTwoByTwo) != 0 ? 8U : 0U;
    if (at + length > glyph.size() || u16_at(glyph, at + 2) >= glyphs) {
      return std::nullopt;
    }
    put16(made, at, static_cast<std::uint16_t>(flags & ~kInstructions));
    at += length;
  }
  made.resize(at);
  return made;
}

std::optional<std::string> rebuilt_glyph(std::string_view glyph, unsigned glyphs) {
  if (glyph.empty()) {
    return std::string{};
  }
  if (glyph.size() < 10) {
    return std::nullopt;
  }
  const std::uint16_t contours = u16_at(glyph, 0);
  std::optional<std::string> made =
      contours < 0x8000 ? simple_glyph(glyph, contours) : composite_glyph(glyph, glyphs);
  if (made) {
    made->resize((made->size() + 3) / 4 * 4);
  }
  return made;
}

/// Glyphs and their places; a glyph that is not sound becomes an empty one.
bool rebuild_glyphs(Tables& tables, unsigned glyphs) {
  const std::string glyf = std::exchange(tables["glyf"], {});
  const std::string loca = std::exchange(tables["loca"], {});
  const bool is_long = u16_at(tables["head"], 50) == 1;
  const auto place = [&](std::size_t i) {
    return is_long ? u32_at(loca, 4 * i) : std::uint32_t{2} * u16_at(loca, 2 * i);
  };
  if (loca.size() < (std::size_t{glyphs} + 1) * (is_long ? 4 : 2)) {
    return false;
  }
  std::string& made = tables["glyf"];
  std::string places((std::size_t{glyphs} + 1) * 4, '\0');
  for (unsigned i = 0; i < glyphs; ++i) {
    const std::uint32_t first = place(i);
    const std::uint32_t last =
        std::min<std::uint32_t>(place(i + 1), static_cast<std::uint32_t>(glyf.size()));
    if (first < last) {
      made +=
          rebuilt_glyph(std::string_view{glyf}.substr(first, last - first), glyphs).value_or("");
    }
    put32(places, 4 * (std::size_t{i} + 1), static_cast<std::uint32_t>(made.size()));
  }
  tables["loca"] = std::move(places);
  put16(tables["head"], 50, 1);
  return true;
}

bool sound_subtable(std::string_view cmap, std::uint32_t offset) {
  const std::uint16_t format = u16_at(cmap, offset);
  const bool wide = format >= 8;
  const std::uint64_t length =
      wide ? u32_at(cmap, std::size_t{offset} + 4) : u16_at(cmap, std::size_t{offset} + 2);
  constexpr std::array<std::uint16_t, 6> kFormats{0, 2, 4, 6, 12, 14};
  return std::ranges::find(kFormats, format) != kFormats.end() && offset < cmap.size() &&
         (format == 14 || length <= cmap.size() - offset);
}

/// Drops a map of characters that is not sound: documents mostly bring their own.
void check_cmap(Tables& tables) {
  const auto found = tables.find("cmap");
  if (found == tables.end()) {
    return;
  }
  const std::string_view cmap = found->second;
  const std::size_t count = u16_at(cmap, 2);
  bool sound = cmap.size() >= 4 + 8 * count && count <= 64;
  for (std::size_t i = 0; sound && i < count; ++i) {
    sound = sound_subtable(cmap, u32_at(cmap, 4 + 8 * i + 4));
  }
  if (!sound) {
    tables.erase(found);
  }
}

void drop_if_short(Tables& tables, std::string_view tag, std::size_t least) {
  if (const auto found = tables.find(tag); found != tables.end() && found->second.size() < least) {
    tables.erase(found);
  }
}

/// Widths or heights: as many as the header says, one side bearing for each further glyph; a short
/// table is filled up.
bool fit_metrics(Tables& tables, const char* header, const char* metrics, unsigned glyphs) {
  if (!tables.contains(header) || !tables.contains(metrics)) {
    return false;
  }
  const std::size_t full = u16_at(tables[header], 34);
  if (tables[header].size() < 36 || full == 0 || full > glyphs) {
    return false;
  }
  tables[metrics].resize(4 * full + 2 * (glyphs - full));
  return true;
}

std::uint32_t checksum(std::string_view table) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < table.size(); at += 4) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto byte = at + i < table.size() ? static_cast<unsigned char>(table[at + i]) : 0U;
      sum += byte << (24 - 8 * static_cast<unsigned>(i));
    }
  }
  return sum;
}

std::string written(Tables& tables, std::uint32_t version) {
  put32(tables["head"], 8, 0);
  Writer header;
  const auto count = static_cast<std::uint16_t>(tables.size());
  std::uint16_t power = 1;
  std::uint16_t log = 0;
  for (; power * 2 <= count; power = static_cast<std::uint16_t>(power * 2)) {
    ++log;
  }
  header.u32(version);
  header.u16(count);
  header.u16(static_cast<std::uint16_t>(power * 16));
  header.u16(log);
  header.u16(static_cast<std::uint16_t>((count - power) * 16));
  std::size_t offset = 12 + 16 * tables.size();
  std::size_t head_at = 0;
  std::string body;
  for (const auto& [tag, table] : tables) {
    head_at = tag == "head" ? offset + body.size() : head_at;
    header.raw(tag);
    header.u32(checksum(table));
    header.u32(static_cast<std::uint32_t>(offset + body.size()));
    header.u32(static_cast<std::uint32_t>(table.size()));
    body += table;
    body.resize((body.size() + 3) / 4 * 4);
  }
  std::string font = header.bytes() + body;
  put32(font, head_at + 8, 0xB1B0AFBA - checksum(font));
  return font;
}

}  // namespace

std::optional<std::string> rebuilt_sfnt(std::string_view font) {
  const std::uint32_t version = u32_at(font, 0);
  if (version != kTrueType && version != kAppleTrueType && version != kOpenTypeCff) {
    return std::nullopt;
  }
  std::optional<Tables> tables = read_tables(font);
  if (!tables || !tables->contains("head") || !tables->contains("maxp") ||
      (*tables)["head"].size() < 54 || (*tables)["maxp"].size() < 6) {
    return std::nullopt;
  }
  (*tables)["head"].resize(54);
  const unsigned glyphs = u16_at((*tables)["maxp"], 4);
  if (!fit_metrics(*tables, "hhea", "hmtx", glyphs)) {
    return std::nullopt;
  }
  if (!fit_metrics(*tables, "vhea", "vmtx", glyphs)) {
    tables->erase("vhea");
    tables->erase("vmtx");
  }
  check_cmap(*tables);
  drop_if_short(*tables, "OS/2", 68);
  drop_if_short(*tables, "post", 32);
  drop_if_short(*tables, "VORG", 8);
  if (const auto cff = tables->find("CFF "); cff != tables->end()) {
    std::optional<std::string> outlines = rebuilt_cff(cff->second);
    if (!outlines || tables->contains("glyf")) {
      return std::nullopt;
    }
    cff->second = std::move(*outlines);
    tables->erase("loca");
    return written(*tables, kOpenTypeCff);
  }
  if (!tables->contains("glyf") || !tables->contains("loca") || !rebuild_glyphs(*tables, glyphs)) {
    return std::nullopt;
  }
  return written(*tables, kTrueType);
}

}  // namespace sekisho::sanitize::pdf
