// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a ZIP archive: no crash, nothing beyond the bounds, and what was read is read again,
// the same, when it is written.
#include "sanitize/zip/reader.hpp"
#include "sanitize/zip/writer.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sekisho;            // NOLINT(google-build-using-namespace)
using namespace sekisho::sanitize;  // NOLINT(google-build-using-namespace)

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

using Files = std::vector<std::pair<std::string, std::string>>;

Files files_of(const zip::Archive& archive, Job& job) {
  Files files;
  for (const zip::Entry& entry : archive.entries) {
    auto content = zip::unpack(entry, job);
    if (entry.kind == zip::Entry::Kind::File && content) {
      files.emplace_back(entry.path, std::move(*content));
    }
  }
  return files;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.expanded = 4U << 20U;
  const Profile profile;
  Job job{limits, profile, {}};
  const auto archive = zip::read({data, size}, job);
  if (!archive) {
    return 0;
  }
  zip::Writer writer{limits};
  const Files files = files_of(*archive, job);
  for (const auto& [path, content] : files) {
    check(writer.add(path, content).has_value());
  }
  const std::string written = std::move(writer).finish();
  Job again{limits, profile, {}};
  const auto reread = zip::read(as_bytes(written), again);
  // a name in an unknown charset cannot be written as UTF-8
  if (std::ranges::all_of(archive->entries, &zip::Entry::decoded)) {
    check(reread.has_value());
    check(files_of(*reread, again) == files);
  }
  return 0;
}
