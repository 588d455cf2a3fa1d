// SPDX-License-Identifier: GPL-3.0-or-later
// Once libraries are loaded, nothing of a message needs a file: a process that can open none reads
// it.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tried.hpp"

namespace sekisho::sanitize::mail {
namespace {

std::string part(std::string_view type, std::string_view name, std::string_view content) {
  return "--=_b\nContent-Type: " + std::string{type} + "; name=" + std::string{name} + "\n\n" +
         std::string{content} + "\n";
}

/// 0 where all of it leaves.
int sanitized_without_files(const std::string& message) {
  load_libraries();
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_NOFILE, &none) != 0 || dup(0) >= 0) {
    return 2;
  }
  const Tried result = once(message, Profile{}, "item.eml");
  return result.outcome && !result.outcome->partial && found(result.outcome->bytes).empty() ? 0 : 1;
}

TEST(Confined, AProcessThatCanOpenNothingSanitizesEveryTextAndMail) {
  const std::string message = crlf(
      "From: =?ISO-2022-JP?B?GyRCRDlMZxsoQg==?= <a@x.jp>\nTo: b@x.jp\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n"
      "--=_b\nContent-Type: text/plain; charset=shift_jis\n\n\x87\x40\n" +
      part("text/plain", "e.txt", "\xa4\xa2\xa4\xa4\x8f\xb0\xa1") +
      part("text/csv", "c.csv", "a,=1") + part("text/html", "h.html", "<p>x") +
      part("application/json", "j.json", "{\"a\": 1}") +
      part("application/xml", "x.xml", "<?xml version=\"1.0\"?><a>b</a>") +
      part("text/calendar", "i.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR") +
      part("text/vcard", "v.vcf", "BEGIN:VCARD\nEND:VCARD") + "--=_b--\n");

  const pid_t child = fork();
  if (child == 0) {
    _exit(sanitized_without_files(message));
  }
  int status = 0;
  waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sekisho::sanitize::mail
