// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/envelope.hpp"

#include <algorithm>
#include <array>

namespace sekisho::smtp {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

std::string notify_text(std::uint8_t notify) {
  static constexpr std::array<std::pair<RcptOptions::Notify, std::string_view>, 4> kWords{
      {{RcptOptions::kNever, "NEVER"},
       {RcptOptions::kSuccess, "SUCCESS"},
       {RcptOptions::kFailure, "FAILURE"},
       {RcptOptions::kDelay, "DELAY"}}};
  std::string text;
  for (const auto& [bit, word] : kWords) {
    if ((notify & bit) != 0) {
      text += (text.empty() ? "" : ",") + std::string{word};
    }
  }
  return text;
}

}  // namespace

bool is_xtext(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c < '!' || c > '~' || c == '=') {
      return false;
    }
    if (c == '+') {
      if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) {
        return false;
      }
      at += 2;
    }
  }
  return !text.empty();
}

std::string mail_line(const std::optional<Mailbox>& sender, const MailOptions& options) {
  std::string line = "MAIL FROM:<" + (sender ? sender->str() : std::string{}) + '>';
  line += options.size ? " SIZE=" + std::to_string(*options.size) : "";
  line += options.eight_bit ? " BODY=8BITMIME" : "";
  line += options.utf8 ? " SMTPUTF8" : "";
  if (options.ret != MailOptions::Return::Unsaid) {
    line += options.ret == MailOptions::Return::Full ? " RET=FULL" : " RET=HDRS";
  }
  line += options.envid.empty() ? "" : " ENVID=" + options.envid;
  return line;
}

std::string rcpt_line(const Mailbox& recipient, const RcptOptions& options) {
  std::string line = "RCPT TO:<" + recipient.str() + '>';
  line += options.notify == RcptOptions::kUnsaid ? "" : " NOTIFY=" + notify_text(options.notify);
  line += options.orcpt.empty() ? "" : " ORCPT=" + options.orcpt;
  return line;
}

}  // namespace sekisho::smtp
