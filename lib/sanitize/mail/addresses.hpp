// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Header fields that programs read: addresses, message identifiers and dates (RFC 5322, 3.3, 3.4
/// and 3.6.4), parsed and written anew.

#include "sanitize/frame/frame.hpp"
#include "sanitize/mail/transfer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::mail {

struct Address {
  std::string name;     ///< UTF-8 in one line, cleaned; may be empty
  std::string mailbox;  ///< local@domain, the local part quoted where it must be
};

/// Members of groups stand in the row, groups without members do not. Comments become names where
/// there is none. Refused are routes, empty members, encoded words in quotes, and what is no
/// address.
[[nodiscard]] tl::expected<std::vector<Address>, Wrong> parse_addresses(std::string_view text,
                                                                        Report& report);
/// ASCII, ready for `field`.
[[nodiscard]] std::string written(const std::vector<Address>& addresses);

/// The identifiers "<left@right>" in a row that are proper and at most 250 long; others are left
/// out.
[[nodiscard]] std::vector<std::string> parse_identifiers(std::string_view text);

/// "Wed, 25 Nov 2026 09:00:00 +0900": written anew from what it says; nothing where it says none.
[[nodiscard]] std::optional<std::string> rebuilt_date(std::string_view text);

}  // namespace sekisho::sanitize::mail
