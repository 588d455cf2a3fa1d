// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the daemon keeps between its lives, beside its records: the revisions that were in force,
/// what operators have decided beside the config, the numbers that zones and permits carry in the
/// kernel, and the latest time it has seen. The operator's tool reads them where no daemon answers.

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "policy/standing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::state {

/// One change of what is in force: STATE/revisions/NNNNNNNNNN.json.
struct Change {
  std::uint64_t number = 0;
  std::string sha256;  ///< policy::fingerprint of the config texts
  std::string who;
  std::string when;  ///< UTC, "2026-04-01T00:00:00Z"
  std::string what;  ///< "apply", "lockdown 'lgwan'", …
  /// Awaits its confirmation: it is not gone back to after a restart.
  bool provisional = false;
};
/// A change with the config texts that are in force with it, which stand once, however many changes
/// share them, in STATE/revisions/texts/SHA256.json.
struct Revision : Change {
  std::vector<policy::Source> sources;
};

/// Numbers of the revisions there are, ascending.
[[nodiscard]] Result<std::vector<std::uint64_t>> revisions(const std::string& state_dir);
/// Both fail, naming the file, when it is damaged: a text must have the digest that it says.
[[nodiscard]] Result<Change> load_change(const std::string& state_dir, std::uint64_t number);
[[nodiscard]] Result<Revision> load(const std::string& state_dir, std::uint64_t number);
[[nodiscard]] Result<> save(const std::string& state_dir, const Revision& revision);
/// Only the change; its text must have been saved.
[[nodiscard]] Result<> save_change(const std::string& state_dir, const Change& change);
/// The newest one; nothing when there is none. A damaged one is an error: `revisions` and `load`
/// reach those before it.
[[nodiscard]] Result<std::optional<Revision>> newest(const std::string& state_dir);

/// STATE/numbers.json; none when there is no such file.
[[nodiscard]] Result<compile::Numbers> load_numbers(const std::string& state_dir);
[[nodiscard]] Result<> save_numbers(const std::string& state_dir, const compile::Numbers& numbers);

/// STATE/standing.json; nothing decided when there is no such file. A damaged one is an error: it
/// may have said that everything is shut off.
[[nodiscard]] Result<policy::Standing> load_standing(const std::string& state_dir);
[[nodiscard]] Result<> save_standing(const std::string& state_dir,
                                     const policy::Standing& standing);

/// What is known of the daemon's life so far: STATE/clock.json.
struct Life {
  policy::Instant seen;  ///< the latest time that was seen; 1970 when there is no such file
  std::string boot;      ///< of the machine, as the kernel numbers it; empty where it is not known
  bool operator==(const Life&) const = default;
};
[[nodiscard]] Result<Life> load_life(const std::string& state_dir);
[[nodiscard]] Result<> save_life(const std::string& state_dir, const Life& life);

}  // namespace sekisho::state
