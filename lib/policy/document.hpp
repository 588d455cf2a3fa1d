// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One TOML 1.0 text as a tree of values with their places. Knows nothing of what the keys mean,
/// and keeps the TOML library out of everything else.

#include "policy/messages.hpp"
#include "policy/spot.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace sekisho::policy {

struct Node;
struct Entry;
using Array = std::vector<Node>;
using Table = std::vector<Entry>;
using Date = std::chrono::year_month_day;

/// An offset date-time: the instant, and how far its writer's clock is ahead of UTC.
struct Moment {
  std::chrono::sys_seconds utc;
  std::chrono::minutes ahead{0};

  [[nodiscard]] std::chrono::local_seconds local() const {
    return std::chrono::local_seconds{utc.time_since_epoch() + ahead};
  }
};
/// Dates and times without an offset, which name no instant.
struct LocalTime {};
struct LocalMoment {};

struct Node {
  Spot spot;
  std::variant<std::string, std::int64_t, double, bool, Date, LocalTime, LocalMoment, Moment, Array,
               Table>
      value;
};
/// One key of a table and what it holds.
struct Entry {
  std::string key;
  Spot spot;  ///< of the key
  Node node;
};

/// Why a text is no document: always one of the messages about whole files.
struct DocumentFault {
  Spot spot;
  const Message* message = nullptr;
  std::vector<std::string> arguments;
};

/// Keys of more parts than this, and values nested deeper, are refused before anything recurses
/// over them.
inline constexpr unsigned kMostKeyParts = 8;

/// The text as a table. Refuses what is above `kLargestFile`, not UTF-8, nested too deep, or not
/// TOML.
[[nodiscard]] tl::expected<Table, DocumentFault> read_document(std::string_view text,
                                                               std::uint32_t file);

}  // namespace sekisho::policy
