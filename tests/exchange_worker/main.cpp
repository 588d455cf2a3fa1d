// SPDX-License-Identifier: GPL-3.0-or-later
// A sanitizer for tests of what carries mail, in the real jail: every letter it was given leaves as
// a capital, so that any byte of an original that crosses is seen. "please-fail" kills it,
// "please-refuse" is refused, "please-idle" is refused as out of time.
#include "jail/zygote.hpp"
#include "sanitize/wire/wire.hpp"

#include <algorithm>
#include <csignal>

using namespace sekisho;  // NOLINT(google-build-using-namespace)

namespace {

jail::Answer rebuild(std::string_view item) {
  using sanitize::RebuildAnswer;
  const auto says = [&](std::string_view word) {
    return item.find(word) != std::string_view::npos;
  };
  if (says("please-fail")) {
    (void)std::raise(SIGSEGV);
  }
  RebuildAnswer answer;
  if (says("please-refuse")) {
    answer.outcome = tl::make_unexpected(sanitize::Refused{sanitize::Refusal::ForbiddenByProfile,
                                                           sanitize::Type::Mail, "asked for"});
    return {encode(answer), {}};
  }
  std::string body{item};
  std::ranges::transform(body, body.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  answer.report.note(sanitize::Action::ChangedToText);
  answer.outcome = RebuildAnswer::Made{sanitize::Type::Mail, false, "eml"};
  return {encode(answer), std::move(body)};
}

}  // namespace

int main() {
  return jail::serve(jail::Kind::Worker, [](std::string_view text, ByteView item) -> jail::Answer {
    const auto order = sanitize::decode_order(text);
    if (order && std::holds_alternative<sanitize::RebuildOrder>(*order)) {
      return rebuild(as_text(item));
    }
    return {sanitize::encode_finding(""), {}};
  });
}
