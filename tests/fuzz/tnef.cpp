// SPDX-License-Identifier: GPL-3.0-or-later
// Attributes of TNEF with any content and right checksums: no crash, and nothing that did not come
// in.
#include "sanitize/mail/tnef.hpp"

#include <cstdint>
#include <cstdlib>
#include <numeric>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  std::string made{"\x78\x9f\x3e\x22\x01\x00", 6};
  Reader reader{{data, size}};
  const auto put = [&](std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) {
      made += static_cast<char>(value >> (8 * i) & 0xffU);
    }
  };
  while (reader.left() > 5) {
    put(reader.u8() % 2 + 1, 1);
    put(reader.u16(), 2);
    put(0, 2);
    const ByteView content = reader.take(std::min<std::size_t>(reader.u16(), reader.left()));
    put(static_cast<std::uint32_t>(content.size()), 4);
    made += as_text(content);
    put(std::accumulate(content.begin(), content.end(), 0U), 2);
  }

  const auto opened = sanitize::mail::parse_tnef(as_bytes(made));

  std::size_t held = 0;
  if (opened) {
    for (const sanitize::mail::TnefFile& file : opened->files) {
      held += file.bytes.size();
    }
  }
  if (held > made.size()) {
    std::abort();
  }
  return 0;
}
