// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes from the control socket: framed in pieces or at once they are the same messages, and a
// message that is understood is understood again when it is packed.
#include "control/requests.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace sekisho;  // NOLINT(google-build-using-namespace)

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void as_request(ByteView bytes) {
  if (const auto request = control::unpack_request(bytes)) {
    const auto again = control::unpack_request(as_bytes(control::pack(*request)));
    check(again && *again == *request);
  }
}

void as_answer(ByteView bytes) {
  if (const auto answer = control::unpack_answer(bytes)) {
    const auto again = control::unpack_answer(as_bytes(control::pack(*answer)));
    check(again && *again == *answer);
  }
}

struct Framed {
  std::vector<std::string> messages;
  bool failed = false;
};

/// What frames make of `bytes` that come in pieces of at most `piece`.
Framed framed(std::string_view bytes, std::size_t piece) {
  constexpr std::size_t kLargest = 300;
  control::Frames frames{kLargest};
  Framed made;
  for (std::size_t at = 0; at < bytes.size() && !made.failed; at += piece) {
    made.failed = !frames.feed(bytes.substr(at, piece));
    for (auto next = frames.next(); next; next = frames.next()) {
      check(next->size() <= kLargest);
      made.messages.push_back(*std::move(next));
    }
  }
  made.failed = made.failed || !frames.feed({});  // sees what stands behind the last message
  check(!made.failed || !frames.feed(control::Frames::frame("")));
  return made;
}

void as_stream(std::string_view bytes) {
  const Framed whole = framed(bytes, std::max<std::size_t>(1, bytes.size()));
  const Framed single = framed(bytes, 1);
  check(whole.failed == single.failed);
  check(whole.failed || whole.messages == single.messages);
  std::string again;
  for (const std::string& message : whole.messages) {
    again += control::Frames::frame(message);
    as_request(as_bytes(message));
    as_answer(as_bytes(message));
  }
  check(bytes.starts_with(again));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  as_request(bytes);
  as_answer(bytes);
  as_stream(as_text(bytes));
  return 0;
}
