// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// How the module's own files are written and read: one JSON object each, owner alone.

#include "base/result.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::state {

/// The object a file holds; fails, naming the file.
[[nodiscard]] Result<boost::json::object> read_object(const std::string& path);
/// The same; nothing when there is no such file.
[[nodiscard]] Result<std::optional<boost::json::object>> read_object_if_there(
    const std::string& path);
[[nodiscard]] Result<> write_object(const std::string& path, const boost::json::object& object);

[[nodiscard]] std::optional<std::string> text_in(const boost::json::object& from,
                                                 std::string_view key);
[[nodiscard]] const boost::json::object* object_in(const boost::json::object& from,
                                                   std::string_view key);
[[nodiscard]] const boost::json::array* array_in(const boost::json::object& from,
                                                 std::string_view key);

template <typename Number>
std::optional<Number> number_of(const boost::json::value& from) {
  boost::system::error_code error;
  const auto number = from.to_number<Number>(error);
  return error ? std::nullopt : std::optional{number};
}
template <typename Number>
std::optional<Number> number_in(const boost::json::object& from, std::string_view key) {
  const boost::json::value* found = from.if_contains(key);
  return found == nullptr ? std::nullopt : number_of<Number>(*found);
}

}  // namespace sekisho::state
