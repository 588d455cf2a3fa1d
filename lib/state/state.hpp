// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the daemon keeps between its lives, beside its records: the revisions that were in force,
/// and the numbers that zones and permits carry in the kernel. The operator's tool reads them where
/// no daemon answers.

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "policy/parse.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::state {

/// One text that was put in force: STATE/revisions/NNNNNNNNNN.json.
struct Revision {
  std::uint64_t number = 0;
  std::string sha256;  ///< policy::fingerprint of the sources
  std::string who;
  std::string when;  ///< UTC, "2026-04-01T00:00:00Z"
  std::vector<policy::Source> sources;
};

/// Numbers of the revisions there are, ascending.
[[nodiscard]] Result<std::vector<std::uint64_t>> revisions(const std::string& state_dir);
/// Fails, naming the file, when it is damaged: what it holds must have the digest that it says.
[[nodiscard]] Result<Revision> load(const std::string& state_dir, std::uint64_t number);
[[nodiscard]] Result<> save(const std::string& state_dir, const Revision& revision);
/// The newest one; nothing when there is none. A damaged one is an error: `revisions` and `load`
/// reach those before it.
[[nodiscard]] Result<std::optional<Revision>> newest(const std::string& state_dir);

/// STATE/numbers.json; none when there is no such file.
[[nodiscard]] Result<compile::Numbers> load_numbers(const std::string& state_dir);
[[nodiscard]] Result<> save_numbers(const std::string& state_dir, const compile::Numbers& numbers);

}  // namespace sekisho::state
