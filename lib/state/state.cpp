// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/state.hpp"

#include "base/escape.hpp"
#include "files/files.hpp"
#include "state/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace sekisho::state {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

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
std::string text_path(const std::string& state_dir, const std::string& sha256) {
  return directory_of(state_dir) + "/texts/" + sha256 + ".json";
}
/// What a digest must look like to be part of a path.
bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<std::vector<policy::Source>> sources_in(const object& from) {
  const array* list = array_in(from, "sources");
  if (list == nullptr) {
    return std::nullopt;
  }
  std::vector<policy::Source> sources;
  for (const value& one : *list) {
    const auto name = one.is_object() ? text_in(one.as_object(), "name") : std::nullopt;
    const auto text = one.is_object() ? text_in(one.as_object(), "text") : std::nullopt;
    if (!name || !text) {
      return std::nullopt;
    }
    sources.push_back({*name, *text});
  }
  return sources;
}

bool read_zones(const object& from, std::map<std::string, std::uint8_t>& into) {
  const object* found = object_in(from, "zones");
  if (found == nullptr) {
    return false;
  }
  for (const auto& member : *found) {
    const auto number = number_of<std::uint8_t>(member.value());
    if (!number) {
      return false;
    }
    into[std::string{member.key()}] = *number;
  }
  return true;
}

object object_of(const std::map<std::string, std::uint8_t>& zones) {
  object all;
  for (const auto& [name, number] : zones) {
    all[name] = number;
  }
  return all;
}

object object_of(const std::vector<compile::Numbers::Numbered>& permits) {
  object all;
  all.reserve(permits.size());
  for (const auto& [version, number] : permits) {
    all[hex(version)] = number;
  }
  return all;
}

std::optional<Digest> digest_in(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* at = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, digest.at(i), 16);
    if (error != std::errc{} || end != at + 2) {
      return std::nullopt;
    }
  }
  return digest;
}

bool read_permits(const object& from, std::vector<compile::Numbers::Numbered>& into) {
  const object* found = object_in(from, "permits");
  if (found == nullptr) {
    return false;
  }
  for (const auto& member : *found) {
    const auto version = digest_in(member.key());
    const auto number = number_of<std::uint32_t>(member.value());
    if (!version || !number) {
      return false;
    }
    into.push_back({*version, *number});
  }
  std::ranges::sort(into, {}, &compile::Numbers::Numbered::version);
  return std::ranges::adjacent_find(into, {}, &compile::Numbers::Numbered::version) == into.end();
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

Result<Change> load_change(const std::string& state_dir, std::uint64_t number) {
  const std::string path = path_of(state_dir, number);
  const auto document = read_object(path);
  if (!document) {
    return fail(document.error());
  }
  const auto sha256 = text_in(*document, "sha256");
  if (!sha256 || !is_digest(*sha256)) {
    return fail("'" + path + "' is damaged: it names no text");
  }
  const value* provisional = document->if_contains("provisional");
  return Change{number,
                *sha256,
                text_in(*document, "who").value_or(""),
                text_in(*document, "when").value_or(""),
                text_in(*document, "what").value_or(""),
                provisional != nullptr && *provisional == true};
}

Result<Revision> load(const std::string& state_dir, std::uint64_t number) {
  auto change = load_change(state_dir, number);
  if (!change) {
    return fail(std::move(change).error());
  }
  const std::string path = text_path(state_dir, change->sha256);
  const auto document = read_object(path);
  if (!document) {
    return fail(document.error());
  }
  auto sources = sources_in(*document);
  if (!sources || policy::fingerprint(*sources) != change->sha256) {
    return fail("'" + path + "' is damaged: its texts do not have the digest it says");
  }
  return Revision{*std::move(change), *std::move(sources)};
}

Result<> save(const std::string& state_dir, const Revision& revision) {
  if (auto made = files::make_directories(directory_of(state_dir) + "/texts", kDirectoryMode);
      !made) {
    return made;
  }
  array sources;
  for (const policy::Source& source : revision.sources) {
    // a text in force is UTF-8, a file's name need not be
    sources.push_back(object{{"name", is_utf8(source.name) ? source.name : escaped(source.name)},
                             {"text", source.text}});
  }
  if (auto written =
          write_object(text_path(state_dir, revision.sha256), {{"sources", std::move(sources)}});
      !written) {
    return written;
  }
  return save_change(state_dir, revision);
}

Result<> save_change(const std::string& state_dir, const Change& change) {
  return write_object(path_of(state_dir, change.number), {{"revision", change.number},
                                                          {"sha256", change.sha256},
                                                          {"who", change.who},
                                                          {"when", change.when},
                                                          {"what", change.what},
                                                          {"provisional", change.provisional}});
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
  const auto document = read_object_if_there(path);
  if (!document) {
    return fail(document.error());
  }
  compile::Numbers numbers;
  if (!*document) {
    return numbers;
  }
  const auto next = number_in<std::uint32_t>(**document, "next_permit");
  if (!next || !read_zones(**document, numbers.zones) ||
      !read_permits(**document, numbers.permits)) {
    return fail("'" + path + "' is damaged");
  }
  numbers.next_permit = *next;
  return numbers;
}

Result<> save_numbers(const std::string& state_dir, const compile::Numbers& numbers) {
  return write_object(state_dir + "/numbers.json", {{"zones", object_of(numbers.zones)},
                                                    {"permits", object_of(numbers.permits)},
                                                    {"next_permit", numbers.next_permit}});
}

Result<Life> load_life(const std::string& state_dir) {
  const std::string path = state_dir + "/clock.json";
  const auto document = read_object_if_there(path);
  if (!document) {
    return fail(document.error());
  }
  if (!*document) {
    return Life{};
  }
  const auto seen = number_in<std::int64_t>(**document, "seen");
  return seen ? Result<Life>{{policy::Instant{std::chrono::seconds{*seen}},
                              text_in(**document, "boot").value_or("")}}
              : fail("'" + path + "' is damaged");
}

Result<> save_life(const std::string& state_dir, const Life& life) {
  return write_object(state_dir + "/clock.json",
                      {{"seen", life.seen.time_since_epoch().count()}, {"boot", life.boot}});
}

}  // namespace sekisho::state
