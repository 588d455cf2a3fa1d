// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One record of what the appliance saw or did, as a value: fields by the names of base/words.hpp.
/// Knows neither where records go nor how they are numbered.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/words.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sekisho::journal {

struct Record {
  Event event = Event::Health;
  int priority = 4;     ///< syslog's, 0 to 7
  std::string message;  ///< one line in the appliance's language
  /// SEKISHO_… fields but those that the store adds (EVENT, TIME, SEQ, CHAIN).
  std::map<std::string, std::string, std::less<>> fields;

  bool operator==(const Record&) const = default;
};

/// With the event's own priority.
[[nodiscard]] Record record_of(Event event, std::string message);

/// For the channels between processes; bounded on both sides.
[[nodiscard]] std::string pack(const Record& record);
[[nodiscard]] Result<Record> unpack(ByteView bytes);

/// A record as it was written: with number, time and chain.
struct Entry {
  std::uint64_t seq = 0;   ///< from 1, without gaps
  std::uint64_t time = 0;  ///< microseconds since 1970
  std::string chain;       ///< 64 hexadecimal digits
  Record record;

  bool operator==(const Entry&) const = default;
};

/// The digest of an entry behind `before` (64 zeros for the first): SHA-256 over `before` and every
/// field but the chain, sorted by name, each as `NAME=LENGTH:VALUE` and a line feed. The same from
/// a JSON line and from a journal entry.
[[nodiscard]] std::string chain_of(const Entry& entry, std::string_view before);

/// Every field as the journal has it (MESSAGE, MESSAGE_ID, PRIORITY, SYSLOG_IDENTIFIER, SEKISHO_…),
/// sorted by name.
[[nodiscard]] std::map<std::string, std::string> fields_of(const Entry& entry);

/// One JSON object without a line end; fields that are numbers are JSON numbers. Bytes that are not
/// UTF-8 are escaped.
[[nodiscard]] std::string to_json(const Entry& entry);
[[nodiscard]] Result<Entry> from_json(std::string_view line);

}  // namespace sekisho::journal
