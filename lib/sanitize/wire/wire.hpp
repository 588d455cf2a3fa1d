// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Orders to a worker and its answers as bytes. What a worker says may be a lie: an answer counts
/// only as far as each number and text in it could be honest. Content is never part of it.

#include "sanitize/frame/frame.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sekisho::sanitize {

/// What an item is to become, and within which bounds.
struct Way {
  Profile profile;
  Limits limits;
};

/// Rebuilds the item that comes with it.
struct RebuildOrder {
  Way way;
  std::optional<Way> way_of_mail;  ///< in its place, where the item turns out to be mail
  std::string name;
  std::string declared_type;
  bool may_rasterise = false;  ///< the worker has fonts
};
/// Looks for what must not be in a rebuilt item. What it is follows from its extension and itself.
struct InspectOrder {
  std::string extension;
  Limits limits;
};
using Order = std::variant<RebuildOrder, InspectOrder>;

/// Names and declared types longer than this are cut.
inline constexpr std::size_t kLongestName = 4096;

[[nodiscard]] std::string encode(const Order& order);
[[nodiscard]] std::optional<Order> decode_order(std::string_view bytes);

/// What became of an item; the rebuilt bytes go beside it.
struct RebuildAnswer {
  struct Made {
    Type type{};
    bool partial = false;
    std::string extension;  ///< of the rebuilt item, without the dot
  };
  /// Nothing: the item wants a worker with fonts.
  std::optional<tl::expected<Made, Refused>> outcome;
  Report report;
};
[[nodiscard]] std::string encode(const RebuildAnswer& answer);
[[nodiscard]] std::optional<RebuildAnswer> decode_rebuild_answer(std::string_view bytes);

/// What an inspection found, as `inspect` says it; empty: nothing.
[[nodiscard]] std::string encode_finding(std::string_view finding);
[[nodiscard]] std::optional<std::string> decode_finding(std::string_view bytes);

}  // namespace sekisho::sanitize
