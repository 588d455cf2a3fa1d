// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes under any name through the whole sanitizer: what comes out passes its inspection, and
// sanitizes to itself. The first line is the name.
#include "sanitize/stage/stage.hpp"
#include "sanitize/frame/name.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace sekisho;
using namespace sekisho::sanitize;

[[noreturn]] void give_up(const std::string& why) {
  (void)std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

/// Small enough that no honest input takes long.
RebuildOrder order_for(std::string_view name) {
  RebuildOrder order;
  order.name = std::string{name};
  Limits& limits = order.way.limits;
  limits.bytes_out = 8U << 20U;
  limits.expanded = 16U << 20U;
  limits.entries = 1000;
  limits.pixels = 4'000'000;
  return order;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kLoaded = (load_libraries(), true);
  (void)kLoaded;
  const std::string_view text = as_text({data, size});
  const std::size_t end = text.find('\n');
  const std::string_view name = text.substr(0, end == text.npos ? 0 : end);
  const ByteView bytes = as_bytes(text.substr(end == text.npos ? 0 : end + 1));
  const RebuildOrder order = order_for(name);

  const Done once = sanitize_item({bytes, order.name, ""}, order);
  if (!once.outcome || once.wants_rasteriser) {
    return 0;
  }
  const std::string extension = once.outcome->extension.empty()
                                    ? std::string{word_of(once.outcome->type).extension}
                                    : once.outcome->extension;
  const std::string made = rebuilt_name(name, extension);
  const ByteView rebuilt = as_bytes(once.outcome->bytes);
  if (const std::string found = inspect_item(rebuilt, {extension, order.way.limits});
      !found.empty()) {
    give_up("does not pass: " + found);
  }
  const Done twice = sanitize_item({rebuilt, made, ""}, order_for(made));
  if (!twice.outcome) {
    give_up("refuses its own: " + std::string{word_of(twice.outcome.error().why).name} + " " +
            twice.outcome.error().detail);
  }
  if (twice.outcome->bytes != once.outcome->bytes) {
    give_up("makes something else of its own");
  }
  return 0;
}
