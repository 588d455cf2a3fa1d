// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.hpp"

namespace sekisho::ctl {

using boost::json::array;
using boost::json::object;

std::string text_in(const object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  if (value == nullptr) {
    return "-";
  }
  return value->is_string() ? std::string{value->as_string()} : boost::json::serialize(*value);
}

std::uint64_t number_in(const object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  boost::system::error_code error;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

bool is_true(const object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

const array& rows_in(const object& from, std::string_view key) {
  static const array kNone;
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

const object& object_of(const boost::json::value& row) {
  static const object kNone;
  return row.is_object() ? row.as_object() : kNone;
}

std::string joined(const array& texts) {
  std::string line;
  for (const auto& text : texts) {
    line += (line.empty() ? "" : " ") +
            (text.is_string() ? std::string{text.as_string()} : boost::json::serialize(text));
  }
  return line;
}

std::string counterexample_in(const object& verified) {
  const auto* found = verified.if_contains("counterexample");
  if (found == nullptr || !found->is_object()) {
    return {};
  }
  std::string line = text_in(found->as_object(), "hook");
  const auto* packet = found->as_object().if_contains("packet");
  std::string_view between = ": ";
  for (const auto& [name, value] : packet == nullptr ? object{} : object_of(*packet)) {
    line += std::string{between} + std::string{name} + " " +
            (value.is_string() ? std::string{value.as_string()} : boost::json::serialize(value));
    between = ", ";
  }
  return line + ": " + text_in(found->as_object(), "why");
}

}  // namespace sekisho::ctl
