// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/config_files.hpp"

#include "files/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>

namespace sekisho::state {
namespace {

constexpr std::size_t kLimit = policy::kLargestFile + 1;

std::string parts_directory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return (slash == std::string::npos ? "" : path.substr(0, slash + 1)) + "conf.d";
}

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Result<> write_if_other(const std::string& path, const std::string& text) {
  constexpr mode_t kMode = 0640;
  const auto found = files::read(path, kLimit);
  return found && *found == text ? Result<>{} : files::replace(path, text, kMode);
}

}  // namespace

Result<std::vector<policy::Source>> read_config(const std::string& path,
                                                std::optional<std::string> main_text) {
  std::vector<policy::Source> sources;
  if (!main_text) {
    auto text = files::read(path, kLimit);
    if (!text) {
      return fail(std::move(text).error());
    }
    main_text = *std::move(text);
  }
  sources.push_back({path, *std::move(main_text)});
  const std::string directory = parts_directory(path);
  const auto names = files::list(directory, ".toml");
  if (!names) {
    return fail(names.error());
  }
  for (const std::string& name : *names) {
    const std::string part = directory + "/" + name;
    auto text = files::read(part, kLimit);
    if (!text) {
      return fail(std::move(text).error());
    }
    sources.push_back({part, *std::move(text)});
  }
  return sources;
}

Result<> write_config(const std::string& path, const std::vector<policy::Source>& sources) {
  const std::string directory = parts_directory(path);
  const std::span<const policy::Source> parts = std::span{sources}.subspan(1);
  const auto names = files::list(directory, ".toml");
  if (!names) {
    return fail(names.error());
  }
  if (auto made = parts.empty() ? Result<>{} : files::make_directories(directory, 0750); !made) {
    return made;
  }
  for (const policy::Source& part : parts) {
    if (auto done = write_if_other(directory + "/" + last_name(part.name), part.text); !done) {
      return done;
    }
  }
  for (const std::string& name : *names) {
    const std::string beside = directory + "/" + name;
    const bool stays = std::ranges::any_of(
        parts, [&](const policy::Source& part) { return last_name(part.name) == name; });
    if (!stays && std::rename(beside.c_str(), (beside + ".rolled-back").c_str()) != 0) {
      return fail(system_error("cannot rename '" + beside + "'", errno));
    }
  }
  return write_if_other(path, sources.front().text);
}

}  // namespace sekisho::state
