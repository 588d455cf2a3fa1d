// SPDX-License-Identifier: GPL-3.0-or-later
// bench_mail ours|gmime ROUNDS FILE: MB/s of sanitizing a message (profile mail-strict, inspection
// included), or of GMime parsing it.
#include "sanitize/stage/stage.hpp"

#ifdef SEKISHO_GMIME
#include <gmime/gmime.h>
#endif

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

using namespace sekisho::sanitize;

bool ours(const std::string& message) {
  Profile profile;
  profile.attachments = Profile::Attachments::Remove;
  const Done done =
      sanitize_item(Item{sekisho::as_bytes(message), "item.eml", "message/rfc822"},
                    RebuildOrder{{profile, {}}, std::nullopt, "item.eml", "message/rfc822", false});
  return done.outcome && inspect_item(sekisho::as_bytes(done.outcome->bytes), {"eml", {}}).empty();
}

bool gmime([[maybe_unused]] const std::string& message) {
#ifdef SEKISHO_GMIME
  GMimeStream* stream = g_mime_stream_mem_new_with_buffer(message.data(), message.size());
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage* parsed = g_mime_parser_construct_message(parser, nullptr);
  const bool good = parsed != nullptr;
  g_object_unref(parsed);
  g_object_unref(parser);
  g_object_unref(stream);
  return good;
#else
  return false;
#endif
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    (void)std::fputs("usage: bench_mail ours|gmime ROUNDS FILE\n", stderr);
    return 2;
  }
#ifdef SEKISHO_GMIME
  g_mime_init();
#endif
  std::ifstream file{arguments[3], std::ios::binary};
  const std::string message{std::istreambuf_iterator<char>{file}, {}};
  const auto one = std::string_view{arguments[1]} == "ours" ? ours : gmime;
  const int rounds = std::stoi(arguments[2]);
  load_libraries();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    if (!one(message)) {
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  (void)std::printf("%.3f\n", static_cast<double>(message.size()) * rounds / 1e6 / took.count());
  return 0;
}
