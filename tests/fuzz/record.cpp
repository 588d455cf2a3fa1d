// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a line of the store and as a packed record: no crash, and what is understood is
// understood again, the same, when it is written.
#include "journal/record.hpp"

#include <cstdlib>

using namespace sekisho;  // NOLINT(google-build-using-namespace)

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void as_line(std::string_view line) {
  const auto read = journal::from_json(line);
  if (!read) {
    return;
  }
  check(journal::chain_of(*read, std::string(64, '0')).size() == 64);
  const auto once =
      journal::from_json(journal::to_json(*read));  // "007" is the number 7 from here on
  check(once.has_value());
  const auto twice = journal::from_json(journal::to_json(*once));
  check(twice && *twice == *once && journal::fields_of(*twice) == journal::fields_of(*once));
}

void as_message(ByteView bytes) {
  if (const auto record = journal::unpack(bytes)) {
    const auto again = journal::unpack(as_bytes(journal::pack(*record)));
    check(again && *again == *record);
    (void)journal::to_json({1, 2, std::string(64, '0'), *record});
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  as_line(as_text(bytes));
  as_message(bytes);
  return 0;
}
