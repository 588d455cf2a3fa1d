// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Policies and what they compile to, for proofs.

#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "prove/prove.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::prove::test {

inline constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24
inline constexpr std::chrono::seconds kTolerance{2};

/// A policy in a situation and the tables that are to be true to it; tests change what they like.
struct Case {
  policy::Policy policy;
  policy::Situation situation;
  ruleset::Table packets;
  ruleset::Table frames;

  [[nodiscard]] std::optional<Counterexample> refuted() const {
    return refute(policy, situation, {&packets, &frames}, kTolerance);
  }
  [[nodiscard]] std::optional<Counterexample> refuted_by(Prover& prover) const {
    return prover.refute(std::make_shared<const policy::Policy>(policy), situation, packets, frames,
                         kTolerance);
  }
};

[[nodiscard]] std::string text_of(const std::filesystem::path& path);
/// Nothing for a config that is not valid.
[[nodiscard]] std::optional<policy::Policy> parsed(const std::string& text);
[[nodiscard]] Case compiled(policy::Policy policy, policy::Situation situation = {kNow});
/// Of tests/golden.
[[nodiscard]] std::vector<std::filesystem::path> golden_configs();

/// "proved", or the counterexample in one line.
[[nodiscard]] std::string outcome(const Case& one);

}  // namespace sekisho::prove::test
