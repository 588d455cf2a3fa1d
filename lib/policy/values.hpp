// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Readers of single values: a TOML value in, a typed value out, or an error at the value's place
/// and nothing. They know nothing of any other value.

#include "net/address.hpp"
#include "net/service.hpp"
#include "policy/section.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sekisho::policy {

/// Printable, not empty, at most 1,000 bytes.
[[nodiscard]] std::optional<std::string> read_text(const Field& field);
[[nodiscard]] std::optional<std::int64_t> read_integer(const Field& field);
[[nodiscard]] std::optional<bool> read_boolean(const Field& field);
/// [a-z][a-z0-9-]{0,62}: ids of permits, names of systems and profiles.
[[nodiscard]] std::optional<std::string> read_name(const Field& field);
/// [a-z][a-z0-9-]{0,14} and not "management".
[[nodiscard]] std::optional<std::string> read_zone_name(const Field& field);
/// [a-z][a-z0-9_]{0,30}.
[[nodiscard]] std::optional<std::string> read_table_name(const Field& field);
/// What the kernel takes as a name of a link (dev_valid_name), less what nft reads as something
/// else.
[[nodiscard]] std::optional<std::string> read_interface(const Field& field);
[[nodiscard]] std::optional<net::Address> read_address(const Field& field);
/// "A/L" or "A"; bits beyond the length are an error.
[[nodiscard]] std::optional<net::Prefix> read_prefix(const Field& field);
[[nodiscard]] std::optional<net::Mac> read_mac(const Field& field);
[[nodiscard]] std::optional<net::Service> read_service(const Field& field);
/// A date, or the local day of a date-time with an offset.
[[nodiscard]] std::optional<Date> read_day(const Field& field);
/// A date-time with an offset.
[[nodiscard]] std::optional<Moment> read_moment(const Field& field);
/// A date-time with an offset, or a date: the end of that day in Japan.
[[nodiscard]] std::optional<Moment> read_day_or_moment(const Field& field);
/// "25MiB": 1KiB to 1GiB, in bytes.
[[nodiscard]] std::optional<std::uint64_t> read_size(const Field& field);
/// "500ms", "1s": 100 ms to 60 s.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_duration(const Field& field);

/// "60s", "5m": 1 s to 10 min.
[[nodiscard]] std::optional<std::chrono::seconds> read_timeout(const Field& field);
/// "2GiB": 64MiB to 64GiB, in bytes.
[[nodiscard]] std::optional<std::uint64_t> read_memory(const Field& field);

/// A key that is already checked to be a name: same rule as `read_name`.
[[nodiscard]] bool is_name(std::string_view text, std::size_t longest, char joint);

template <typename T>
struct Word {
  std::string_view name;
  T value;
};

/// One of the words; every other text is an error that lists them.
template <const auto& kWords>
[[nodiscard]] auto read_word(const Field& field) {
  using Value = decltype(kWords.front().value);
  const auto* text = std::get_if<std::string>(&field.node.value);
  if (text == nullptr) {
    field.wrong_type(message::kText);
    return std::optional<Value>{};
  }
  std::string all;
  for (const auto& word : kWords) {
    if (word.name == *text) {
      return std::optional<Value>{word.value};
    }
    all += (all.empty() ? "" : ", ") + std::string{word.name};
  }
  field.error(message::kUnknownWord, {*text, all});
  return std::optional<Value>{};
}

}  // namespace sekisho::policy
