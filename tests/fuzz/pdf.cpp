// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a PDF document: no crash, nothing beyond the bounds; what is rebuilt passes its
// inspection and rebuilds to itself.
#include "sanitize/pdf/formats.hpp"

#include <cstdio>
#include <cstdlib>

using namespace sekisho;            // NOLINT(google-build-using-namespace)
using namespace sekisho::sanitize;  // NOLINT(google-build-using-namespace)

namespace {

Outcome rebuilt(ByteView bytes, const Limits& limits) {
  const Profile profile;
  Job job{limits, profile, {}};
  return pdf::formats().front().sanitize(Type::Pdf, {bytes, "item.pdf", {}}, job);
}

void check(bool holds, const std::string& what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.expanded = 4U << 20U;
  limits.pixels = 1U << 20U;
  const Outcome first = rebuilt({data, size}, limits);
  if (!first) {
    return 0;
  }
  Inspection inspection{limits, {}};
  const std::string found =
      pdf::formats().front().inspect(Type::Pdf, as_bytes(first->bytes), inspection);
  check(found.empty(), found);
  // what was near a bound may be beyond it when it is written out
  limits.expanded *= 4;
  const Outcome second = rebuilt(as_bytes(first->bytes), limits);
  check(second.has_value(), "what was rebuilt is refused");
  check(second->bytes == first->bytes, "what was rebuilt rebuilds to something else");
  return 0;
}
