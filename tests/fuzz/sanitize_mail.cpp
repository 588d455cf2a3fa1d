// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as mail: what leaves passes its inspection and sanitizes to itself. The first byte says
// with what profile.
#include "sanitize/stage/stage.hpp"

#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::sanitize;
  if (size == 0) {
    return 0;
  }
  Profile profile;
  profile.attachments =
      (data[0] & 1U) != 0 ? Profile::Attachments::Remove : Profile::Attachments::Sanitize;
  profile.take_out = (data[0] & 2U) != 0;
  const auto sanitized = [&](sekisho::ByteView bytes) {
    const RebuildOrder order{{profile, {}}, std::nullopt, "item.eml", "message/rfc822", false};
    return sanitize_item(Item{bytes, "item.eml", "message/rfc822"}, order).outcome;
  };

  const Outcome first = sanitized({data + 1, size - 1});
  if (!first) {
    return 0;
  }
  const sekisho::ByteView bytes = sekisho::as_bytes(first->bytes);
  const Outcome second = sanitized(bytes);
  if (!inspect_item(bytes, InspectOrder{"eml", {}}).empty() || !second ||
      second->bytes != first->bytes) {
    std::abort();
  }
  return 0;
}
