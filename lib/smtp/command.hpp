// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Command lines of a client (RFC 5321 4.1), read strictly. What is not understood is a refusal in
/// the server's words, never a guess.

#include "smtp/envelope.hpp"
#include "smtp/mailbox.hpp"
#include "smtp/reply.hpp"

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace sekisho::smtp {

namespace command {
struct Hello {
  std::string name;
  bool extended = false;  ///< EHLO
};
struct Mail {
  std::optional<Mailbox> sender;  ///< nothing: the null reverse-path
  MailOptions options;
};
struct Rcpt {
  Mailbox recipient;
  RcptOptions options;
};
struct Data {};
struct Reset {};
struct Noop {};
struct Quit {};
struct StartTls {};
}  // namespace command

using Command = std::variant<command::Hello, command::Mail, command::Rcpt, command::Data,
                             command::Reset, command::Noop, command::Quit, command::StartTls>;

struct Refusal {
  Status status;
  std::string text;
};

/// `line` without its CRLF. `offered`: parameters of what is not offered are refused.
[[nodiscard]] tl::expected<Command, Refusal> parse_command(std::string_view line,
                                                           const Features& offered);

}  // namespace sekisho::smtp
