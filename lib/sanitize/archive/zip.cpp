// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/rebuilding.hpp"
#include "sanitize/zip/reader.hpp"

namespace sekisho::sanitize::archive {
namespace {

Checked add(const zip::Entry& entry, Job& job, Rebuilding& to) {
  switch (entry.kind) {
    case zip::Entry::Kind::File: return to.add_file(entry.path, zip::unpack(entry, job));
    case zip::Entry::Kind::Directory: return to.add_directory(entry.path);
    default: return to.add_other(entry.path);
  }
}

}  // namespace

Checked read_zip(ByteView bytes, Job& job, Rebuilding& to) {
  const auto archive = zip::read(bytes, job);
  if (!archive) {
    return tl::unexpected{archive.error()};
  }
  if (archive->has_comments) {
    job.report().note(Action::RemovedMetadata, "comments");
  }
  if (archive->has_extras) {
    job.report().note(Action::RemovedMetadata, "extra fields");
  }
  for (const zip::Entry& entry : archive->entries) {
    if (auto added = add(entry, job, to); !added) {
      return added;
    }
  }
  return {};
}

}  // namespace sekisho::sanitize::archive
