// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/json.hpp"

#include "files/files.hpp"

#include <sys/stat.h>
#include <cerrno>

namespace sekisho::state {

namespace json = boost::json;

Result<json::object> read_object(const std::string& path) {
  constexpr std::size_t kLargest = 1ULL << 30U;
  const auto text = files::read(path, kLargest);
  if (!text) {
    return fail(text.error());
  }
  boost::system::error_code error;
  json::value parsed = json::parse(*text, error);
  if (error || !parsed.is_object()) {
    return fail("'" + path + "' is damaged: no JSON object");
  }
  return std::move(parsed).as_object();
}

Result<std::optional<json::object>> read_object_if_there(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) {
    return std::nullopt;
  }
  auto object = read_object(path);
  if (!object) {
    return fail(std::move(object).error());
  }
  return *std::move(object);
}

Result<> write_object(const std::string& path, const json::object& object) {
  constexpr mode_t kFileMode = 0600;
  return files::replace(path, json::serialize(object) + "\n", kFileMode);
}

std::optional<std::string> text_in(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::optional{std::string{found->as_string()}}
                                                : std::nullopt;
}

const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

const json::array* array_in(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

}  // namespace sekisho::state
