// SPDX-License-Identifier: GPL-3.0-or-later
// The first byte says which kind of archive the rest is; what stands in it is text.
#include "rebuild.hpp"
#include "sanitize/archive/formats.hpp"

#include <array>

using namespace sekisho;            // NOLINT(google-build-using-namespace)
using namespace sekisho::sanitize;  // NOLINT(google-build-using-namespace)

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kTypes{Type::Zip, Type::Tar,  Type::Gzip,     Type::Bzip2,
                              Type::Xz,  Type::Zstd, Type::SevenZip, Type::Lzh};
  if (size > 0) {
    fuzz::rebuild(archive::formats(), kTypes.at(data[0] % kTypes.size()), Type::Zip,
                  {data + 1, size - 1});
  }
  return 0;
}
