// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Config text → Policy, or every fault of every file at once. TOML 1.0; grammar and rules as sekisho.toml(5) says.

#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy {

/// One config file as read: its name for messages, and its bytes.
struct Source {
  std::string name;
  std::string text;
};

/// A config file or one of conf.d is refused above this size.
inline constexpr std::size_t kLargestFile = 64ULL << 20U;

struct Diagnostic {
  Place place;
  std::string message;  ///< in the config's language; lower case in English, no full stop
  std::string clause;   ///< "6(3)①" where a clause forbids it, else empty

  /// `FILE:LINE:COLUMN: error: message (clause)`, or `warning` for `error`.
  [[nodiscard]] std::string str(std::string_view severity) const;
};

struct Parsed {
  std::optional<Policy> policy;  ///< only without errors
  std::vector<Diagnostic> errors;    ///< in order of place
  std::vector<Diagnostic> warnings;  ///< in order of place
  Language language = Language::Ja;  ///< of the messages
};

/// `sources`: the main file first, then conf.d's in name order. `fallback`: the language while no config has said one.
/// `now` judges "valid_until" against warnings (ended, not begun, near expiry) alone.
[[nodiscard]] Parsed parse(const std::vector<Source>& sources, Language fallback, Instant now);

/// SHA-256 over names' order and texts of the sources: what "policy_sha256" means.
[[nodiscard]] std::string fingerprint(const std::vector<Source>& sources);

}  // namespace sekisho::policy
