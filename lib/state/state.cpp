// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/state.hpp"

#include "base/escape.hpp"
#include "files/files.hpp"

#include <boost/json.hpp>

#include <sys/stat.h>
#include <array>
#include <charconv>
#include <cstdio>

namespace sekisho::state {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kLargest = 1ULL << 30U;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

std::string directory_of(const std::string& state_dir) {
  return state_dir + "/revisions";
}
std::string path_of(const std::string& state_dir, std::uint64_t number) {
  std::array<char, 32> name{};
  (void)std::snprintf(name.data(), name.size(), "%010llu.json",
                      static_cast<unsigned long long>(number));
  return directory_of(state_dir) + "/" + name.data();
}

/// The object a file holds.
Result<object> read_object(const std::string& path) {
  const auto text = files::read(path, kLargest);
  if (!text) {
    return fail(text.error());
  }
  boost::system::error_code error;
  value parsed = boost::json::parse(*text, error);
  if (error || !parsed.is_object()) {
    return fail("'" + path + "' is damaged: no JSON object");
  }
  return std::move(parsed).as_object();
}

std::optional<std::string> text_in(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::optional{std::string{found->as_string()}}
                                                : std::nullopt;
}

template <typename Number>
std::optional<Number> number_in(const value& from) {
  boost::system::error_code error;
  const auto number = from.to_number<Number>(error);
  return error ? std::nullopt : std::optional{number};
}

std::optional<std::vector<policy::Source>> sources_in(const object& from) {
  const value* list = from.if_contains("sources");
  if (list == nullptr || !list->is_array()) {
    return std::nullopt;
  }
  std::vector<policy::Source> sources;
  for (const value& one : list->as_array()) {
    const auto name = one.is_object() ? text_in(one.as_object(), "name") : std::nullopt;
    const auto text = one.is_object() ? text_in(one.as_object(), "text") : std::nullopt;
    if (!name || !text) {
      return std::nullopt;
    }
    sources.push_back({*name, *text});
  }
  return sources;
}

template <typename Map>
bool read_map(const object& from, std::string_view key, Map& into) {
  const value* found = from.if_contains(key);
  if (found == nullptr || !found->is_object()) {
    return false;
  }
  for (const auto& member : found->as_object()) {
    const auto number = number_in<typename Map::mapped_type>(member.value());
    if (!number) {
      return false;
    }
    into[std::string{member.key()}] = *number;
  }
  return true;
}

template <typename Map>
object object_of(const Map& map) {
  object all;
  for (const auto& [name, number] : map) {
    all[name] = number;
  }
  return all;
}

}  // namespace

Result<std::vector<std::uint64_t>> revisions(const std::string& state_dir) {
  const auto names = files::list(directory_of(state_dir), ".json");
  if (!names) {
    return fail(names.error());
  }
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : *names) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && number != 0 && std::string_view{end} == ".json") {
      numbers.push_back(number);
    }
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<Revision> load(const std::string& state_dir, std::uint64_t number) {
  const std::string path = path_of(state_dir, number);
  const auto document = read_object(path);
  if (!document) {
    return fail(document.error());
  }
  const auto sha256 = text_in(*document, "sha256");
  auto sources = sources_in(*document);
  if (!sha256 || !sources || policy::fingerprint(*sources) != *sha256) {
    return fail("'" + path + "' is damaged: its texts do not have the digest it says");
  }
  return Revision{number, *sha256, text_in(*document, "who").value_or(""),
                  text_in(*document, "when").value_or(""), *std::move(sources)};
}

Result<> save(const std::string& state_dir, const Revision& revision) {
  if (auto made = files::make_directories(directory_of(state_dir), kDirectoryMode); !made) {
    return made;
  }
  array sources;
  for (const policy::Source& source : revision.sources) {
    // a text in force is UTF-8, a file's name need not be
    sources.push_back(object{{"name", is_utf8(source.name) ? source.name : escaped(source.name)},
                             {"text", source.text}});
  }
  const object document{{"revision", revision.number},
                        {"sha256", revision.sha256},
                        {"who", revision.who},
                        {"when", revision.when},
                        {"sources", std::move(sources)}};
  return files::replace(path_of(state_dir, revision.number), serialize(document) + "\n", kFileMode);
}

Result<std::optional<Revision>> newest(const std::string& state_dir) {
  const auto numbers = revisions(state_dir);
  if (!numbers) {
    return fail(numbers.error());
  }
  if (numbers->empty()) {
    return std::nullopt;
  }
  auto revision = load(state_dir, numbers->back());
  if (!revision) {
    return fail(std::move(revision).error());
  }
  return *std::move(revision);
}

Result<compile::Numbers> load_numbers(const std::string& state_dir) {
  const std::string path = state_dir + "/numbers.json";
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) {
    return compile::Numbers{};
  }
  const auto document = read_object(path);
  if (!document) {
    return fail(document.error());
  }
  compile::Numbers numbers;
  const value* next = document->if_contains("next_permit");
  const auto number = next == nullptr ? std::nullopt : number_in<std::uint32_t>(*next);
  if (!number || !read_map(*document, "zones", numbers.zones) ||
      !read_map(*document, "permits", numbers.permits)) {
    return fail("'" + path + "' is damaged");
  }
  numbers.next_permit = *number;
  return numbers;
}

Result<> save_numbers(const std::string& state_dir, const compile::Numbers& numbers) {
  const object document{{"zones", object_of(numbers.zones)},
                        {"permits", object_of(numbers.permits)},
                        {"next_permit", numbers.next_permit}};
  return files::replace(state_dir + "/numbers.json", serialize(document) + "\n", kFileMode);
}

}  // namespace sekisho::state
