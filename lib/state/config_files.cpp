// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/config_files.hpp"

#include "files/files.hpp"

namespace sekisho::state {

Result<std::vector<policy::Source>> read_config(const std::string& path,
                                                std::optional<std::string> main_text) {
  constexpr std::size_t kLimit = policy::kLargestFile + 1;
  std::vector<policy::Source> sources;
  if (!main_text) {
    auto text = files::read(path, kLimit);
    if (!text) {
      return fail(std::move(text).error());
    }
    main_text = *std::move(text);
  }
  sources.push_back({path, *std::move(main_text)});
  const std::size_t slash = path.rfind('/');
  const std::string directory =
      (slash == std::string::npos ? "" : path.substr(0, slash + 1)) + "conf.d";
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

}  // namespace sekisho::state
