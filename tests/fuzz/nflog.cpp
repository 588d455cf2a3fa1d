// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a record of the kernel's log and as packed folds: no crash, what is read can be
// packed, and what is unpacked is exactly what would be packed.
#include "nflog/fold.hpp"

#include <cstdlib>

using namespace sekisho;  // NOLINT(google-build-using-namespace)

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void as_record(ByteView bytes) {
  const auto drop = nflog::decode(bytes);
  if (!drop) {
    return;
  }
  check(drop->src.family() == drop->dst.family());
  check(drop->bytes <= 40 + 65535);

  nflog::Folder folder{[](std::uint32_t index) { return std::to_string(index); }, 2};
  folder.add(*drop);
  folder.add(*drop);
  const auto folds = folder.close();

  check(folds.size() == 1 && folds[0].packets == 2 && folds[0].first == *drop);
  const auto unpacked = nflog::unpack(as_bytes(nflog::pack(folds)));
  check(unpacked && *unpacked == folds);
}

void as_message(ByteView bytes) {
  const auto folds = nflog::unpack(bytes);
  check(folds ? nflog::pack(*folds) == as_text(bytes) : !folds.error().text().empty());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  as_record({data, size});
  as_message({data, size});
  return 0;
}
