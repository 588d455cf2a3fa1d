// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A small good config that tests bend, and what `parse` says of the result.

#include "policy/parse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy::test {

/// 2026-11-24T00:00:00+09:00.
[[nodiscard]] Instant now();

/// Zones of all four classes, a system, one permit of each kind; says nothing that deserves an
/// error or a warning.
[[nodiscard]] std::string good_config();

/// `text` with its only `from` replaced by `to`. A `from` that is missing or not alone fails the
/// test.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

/// "LINE:COLUMN" of the last `needle` in `text`, columns in code points.
[[nodiscard]] std::string place(std::string_view text, std::string_view needle);

[[nodiscard]] Parsed parsed(const std::string& text);
/// The policy that `text` is at that instant; throws its first error where it is none.
[[nodiscard]] Policy policy_in(const std::string& text, Instant at);
[[nodiscard]] Parsed parsed_files(const std::vector<std::string>& texts);
/// As a user sees them, one string each.
[[nodiscard]] std::vector<std::string> errors_of(const Parsed& parsed);
[[nodiscard]] std::vector<std::string> warnings_of(const Parsed& parsed);

/// Fails unless `text` has one error alone: `message`, at the last `needle`.
void expect_error(const std::string& text, std::string_view needle, const std::string& message);
/// The same, of one warning in a config without errors.
void expect_warning(const std::string& text, std::string_view needle, const std::string& message);
/// Fails unless `text` is a policy without errors.
void expect_good(const std::string& text);

}  // namespace sekisho::policy::test
