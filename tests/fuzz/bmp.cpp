// SPDX-License-Identifier: GPL-3.0-or-later
#include "rebuild.hpp"
#include "sanitize/picture/formats.hpp"

using namespace sekisho;  // NOLINT(google-build-using-namespace)

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::rebuild(sanitize::picture::formats(), sanitize::Type::Bmp, sanitize::Type::Png,
                {data, size});
  return 0;
}
