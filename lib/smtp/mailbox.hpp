// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Mailboxes and paths of an envelope (RFC 5321 4.1.2), read strictly and written anew: the bytes
/// that came are never passed on.

#include "base/result.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::smtp {

class Mailbox {
 public:
  /// `local@domain`; the local part may be quoted. Characters beyond ASCII only where `utf8` (RFC
  /// 6531). Refuses address literals, source routes in disguise and whatever could be read in two
  /// ways: a quoted local part with `<`, `>`, `@`, `"`, `\` or a control character.
  [[nodiscard]] static Result<Mailbox> parse(std::string_view text, bool utf8);
  /// `<Postmaster>`, which needs no domain.
  [[nodiscard]] static Mailbox postmaster() { return {"postmaster", ""}; }

  /// Without quotes.
  [[nodiscard]] const std::string& local() const noexcept { return local_; }
  /// Empty for `<Postmaster>` alone.
  [[nodiscard]] const std::string& domain() const noexcept { return domain_; }
  /// As it is written between angle brackets.
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool is_ascii() const;
  auto operator<=>(const Mailbox&) const = default;

 private:
  Mailbox(std::string local, std::string domain)
      : local_{std::move(local)}, domain_{std::move(domain)} {}

  std::string local_;
  std::string domain_;
};

/// A domain name as RFC 5321 writes it, at most 255 octets.
[[nodiscard]] bool is_domain(std::string_view text, bool utf8);

/// `<…>` of MAIL: nothing inside is the null reverse-path. Source routes are checked and dropped.
[[nodiscard]] Result<std::optional<Mailbox>> parse_reverse_path(std::string_view text, bool utf8);
/// `<…>` of RCPT: never empty; `<Postmaster>` needs no domain.
[[nodiscard]] Result<Mailbox> parse_forward_path(std::string_view text, bool utf8);

}  // namespace sekisho::smtp
