// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a server offers and what a transaction asks for beside the addresses: SIZE (RFC 1870),
/// 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461). Everything here has been checked and
/// is written anew.

#include "smtp/mailbox.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sekisho::smtp {

struct Features {
  bool pipelining = false;
  bool eight_bit = false;
  bool utf8 = false;
  bool dsn = false;
  bool starttls = false;
  bool enhanced = false;
  std::optional<std::uint64_t> size;  ///< 0: no fixed limit
  bool operator==(const Features&) const = default;
};

/// Parameters of MAIL.
struct MailOptions {
  enum class Return : std::uint8_t { Unsaid, Full, Headers };
  std::optional<std::uint64_t> size;
  bool eight_bit = false;
  bool utf8 = false;
  Return ret = Return::Unsaid;
  std::string envid;  ///< xtext, at most 100 octets
  bool operator==(const MailOptions&) const = default;
};

/// Parameters of RCPT.
struct RcptOptions {
  enum Notify : std::uint8_t { kUnsaid = 0, kNever = 1, kSuccess = 2, kFailure = 4, kDelay = 8 };
  std::uint8_t notify = kUnsaid;
  std::string orcpt;  ///< address type;xtext, at most 500 octets
  bool operator==(const RcptOptions&) const = default;
};

/// Lines without CRLF, as a client sends them.
[[nodiscard]] std::string mail_line(const std::optional<Mailbox>& sender,
                                    const MailOptions& options);
[[nodiscard]] std::string rcpt_line(const Mailbox& recipient, const RcptOptions& options);

/// xtext of RFC 3461: printable ASCII without `+` and `=`, or `+` and two capital hex digits.
[[nodiscard]] bool is_xtext(std::string_view text);

}  // namespace sekisho::smtp
