// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as any text: what leaves passes its inspection and sanitizes to itself. The first byte
// says as which type and with what profile.
#include "sanitize/text/formats.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::sanitize;
  constexpr std::array kTypes{Type::Text, Type::Csv,      Type::Html, Type::Json,
                              Type::Xml,  Type::Calendar, Type::Vcard};
  if (size == 0) {
    return 0;
  }
  const Type type = kTypes.at(data[0] % kTypes.size());
  Profile profile;
  profile.links = data[0] >= 128 ? Profile::Links::Remove : Profile::Links::Neutralise;
  const Limits limits;
  const auto sanitized = [&](Type as, sekisho::ByteView bytes) {
    Job job{limits, profile, {}};
    return text::formats()[static_cast<std::size_t>(std::ranges::find(kTypes, as) - kTypes.begin())]
        .sanitize(as, Item{bytes, "", ""}, job);
  };

  const Outcome first = sanitized(type, {data + 1, size - 1});
  if (!first) {
    return 0;
  }
  const sekisho::ByteView bytes = sekisho::as_bytes(first->bytes);
  Inspection inspection{limits, {}};
  const Outcome second = sanitized(type == Type::Html ? Type::Text : type, bytes);
  if (!text::inspect(type, bytes, inspection).empty() || !second || second->bytes != first->bytes) {
    std::abort();
  }
  return 0;
}
