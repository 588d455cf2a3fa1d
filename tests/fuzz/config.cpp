// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a config: no crash, no hang, and a policy exactly where there is no error.
#include "policy/parse.hpp"

#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
  const std::string text{reinterpret_cast<const char*>(data), size};
  const policy::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

  const policy::Parsed parsed = policy::parse({{"sekisho.toml", text}}, Language::En, now);

  if (parsed.policy.has_value() != parsed.errors.empty()) {
    std::abort();
  }
  for (const policy::Diagnostic& error : parsed.errors) {
    if (error.place.line == 0 || error.place.column == 0 || error.message.empty()) {
      std::abort();
    }
  }
  return 0;
}
