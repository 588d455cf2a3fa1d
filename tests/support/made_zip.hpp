// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// ZIP archives as tests want them: right by default, and wrong in any field.

#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::test {

inline std::uint32_t slow_crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
  }
  return ~crc;
}

/// What one header says.
struct ZipHeader {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint32_t packed = 0;
  std::uint32_t size = 0;
  std::string name;
  std::string extra;
};

struct MadeEntry {
  MadeEntry(std::string name, std::string content) : data{std::move(content)} {
    central.name = std::move(name);
    central.crc = slow_crc32(data);
    central.packed = central.size = static_cast<std::uint32_t>(data.size());
    local = central;
  }
  /// Already deflated data of a content.
  MadeEntry(std::string name, std::string deflated, std::string_view content)
      : MadeEntry{std::move(name), std::move(deflated)} {
    both([&](ZipHeader& header) {
      header.method = 8;
      header.crc = slow_crc32(content);
      header.size = static_cast<std::uint32_t>(content.size());
    });
  }
  MadeEntry& both(const std::function<void(ZipHeader&)>& change) {
    change(central);
    change(local);
    return *this;
  }

  ZipHeader central;
  ZipHeader local;
  std::string data;
  std::string behind;  ///< between the data and what follows
  std::uint16_t made_by = 20;
  std::uint32_t attributes = 0;
  std::uint16_t disk = 0;
  std::string comment;
  std::optional<std::uint32_t> offset;  ///< where the directory says that it is
  bool listed = true;
  bool written = true;
};

struct MadeZip {
  std::string before;
  std::vector<MadeEntry> entries;
  std::string before_directory;
  std::string before_end;
  std::string comment;
  std::string behind;
  std::optional<std::uint16_t> count;
  std::uint16_t disk = 0;
  std::uint32_t shift = 0;  ///< added to every offset

  [[nodiscard]] std::string bytes() const {
    Writer made;
    Writer directory;
    made.raw(before);
    std::uint16_t listed = 0;
    for (const MadeEntry& entry : entries) {
      const auto offset = static_cast<std::uint32_t>(made.bytes().size()) + shift;
      if (entry.written) {
        made.raw("PK\x03\x04");
        put(made, entry.local);
        made.raw(entry.local.name);
        made.raw(entry.local.extra);
        made.raw(entry.data);
        made.raw(entry.behind);
      }
      if (entry.listed) {
        ++listed;
        directory.raw("PK\x01\x02");
        directory.le16(entry.made_by);
        put(directory, entry.central);
        directory.le16(static_cast<std::uint16_t>(entry.comment.size()));
        directory.le16(entry.disk);
        directory.le16(0);
        directory.le32(entry.attributes);
        directory.le32(entry.offset.value_or(offset));
        directory.raw(entry.central.name);
        directory.raw(entry.central.extra);
        directory.raw(entry.comment);
      }
    }
    made.raw(before_directory);
    const auto start = static_cast<std::uint32_t>(made.bytes().size()) + shift;
    made.raw(directory.bytes());
    made.raw(before_end);
    made.raw("PK\x05\x06");
    made.le16(disk);
    made.le16(disk);
    made.le16(count.value_or(listed));
    made.le16(count.value_or(listed));
    made.le32(static_cast<std::uint32_t>(directory.bytes().size()));
    made.le32(start);
    made.le16(static_cast<std::uint16_t>(comment.size()));
    made.raw(comment);
    made.raw(behind);
    return std::move(made).take();
  }

 private:
  static void put(Writer& to, const ZipHeader& header) {
    to.le16(20);
    to.le16(header.flags);
    to.le16(header.method);
    to.le32(0x5b79a3c1);  // some day in 2025
    to.le32(header.crc);
    to.le32(header.packed);
    to.le32(header.size);
    to.le16(static_cast<std::uint16_t>(header.name.size()));
    to.le16(static_cast<std::uint16_t>(header.extra.size()));
  }
};

/// An extra field.
inline std::string zip_extra(std::uint16_t id, std::string_view content) {
  Writer made;
  made.le16(id);
  made.le16(static_cast<std::uint16_t>(content.size()));
  made.raw(content);
  return std::move(made).take();
}

}  // namespace sekisho::test
