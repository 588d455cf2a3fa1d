// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/formats.hpp"

#include "sanitize/archive/inspect.hpp"
#include "sanitize/archive/rebuilding.hpp"
#include "sanitize/archive/streams.hpp"
#include "sanitize/frame/name.hpp"

#include <array>

namespace sekisho::sanitize::archive {
namespace {

using Read = Checked (*)(ByteView, Job&, Rebuilding&);

Outcome refused_as(Type type, Refused refused) {
  refused.type = type;
  return tl::unexpected{std::move(refused)};
}

/// Where nothing may be nested any more, an archive could only hold reasons why it holds nothing.
bool may_hold(const Job& job) {
  return job.depth() < job.limits().depth;
}

template <Read kRead>
Outcome from_container(Type type, const Item& item, Job& job) {
  if (!may_hold(job)) {
    return refused_as(type, refuse(Refusal::NestedTooDeep).value());
  }
  Rebuilding rebuilding{job};
  if (auto done = kRead(item.bytes, job, rebuilding); !done) {
    return refused_as(type, std::move(done).error());
  }
  return std::move(rebuilding).finish(type);
}

/// "a.csv" of "a.csv.gz", "a.tar" of "a.tgz".
std::string name_within(std::string_view name) {
  const std::string decoded = zip::decoded(name).value_or(std::string{name});
  const std::string extension = extension_of(decoded);
  std::string made = decoded.substr(0, decoded.size() - extension.size());
  if (made.ends_with('.')) {
    made.pop_back();
  }
  return made.empty() ? "item" : made;
}

/// A packed tar is one archive; anything else is one file.
Outcome from_stream(Type type, const Item& item, Job& job) {
  if (!may_hold(job)) {
    return refused_as(type, refuse(Refusal::NestedTooDeep).value());
  }
  auto content = unpack_stream(type, item.bytes, job);
  if (!content) {
    return refused_as(type, std::move(content).error());
  }
  Rebuilding rebuilding{job};
  const bool tar = is_tar(as_bytes(*content));
  auto done = tar ? read_tar(as_bytes(*content), job, rebuilding)
                  : rebuilding.add_file(name_within(item.name), content);
  if (!done) {
    return refused_as(type, std::move(done).error());
  }
  return std::move(rebuilding).finish(type);
}

constexpr std::array kFormats{
    Format{Type::Zip, from_container<read_zip>, inspect},
    Format{Type::Tar, from_container<read_tar>, inspect},
    Format{Type::Gzip, from_stream, inspect},
    Format{Type::Bzip2, from_stream, inspect},
    Format{Type::Xz, from_stream, inspect},
    Format{Type::Zstd, from_stream, inspect},
    Format{Type::SevenZip, from_container<read_seven_zip>, inspect},
    Format{Type::Lzh, from_container<read_lzh>, inspect},
};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace sekisho::sanitize::archive
