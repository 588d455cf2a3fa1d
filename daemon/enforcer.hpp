// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The control sentence: read, parse, check, compile, difference, commit, read back, compare. Holds
/// what is in force and the netlink socket that owns it; knows no process, no record and no client.

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "kernel/nftables.hpp"
#include "kernel/sysctl.hpp"
#include "messages.hpp"
#include "options.hpp"
#include "policy/parse.hpp"
#include "preview.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::daemon {

/// What is in force. Revision 0: nothing but denial.
struct InForce {
  std::uint64_t revision = 0;
  std::string sha256;
  std::vector<policy::Source> sources;
  std::shared_ptr<const policy::Policy> policy;
  policy::Situation situation;
  compile::Compiled compiled;
};

/// What came of an attempt to put a config in force.
struct Attempt {
  bool ok = false;
  bool changed = false;                      ///< there is a new revision
  std::vector<policy::Diagnostic> errors;    ///< of the config
  std::vector<policy::Diagnostic> warnings;  ///< of the config
  std::string error;                         ///< of anything else
  Language language = Language::Ja;

  /// Everything that went wrong in one line.
  [[nodiscard]] std::string why() const;
};

class Enforcer {
 public:
  [[nodiscard]] static Result<Enforcer> open(const Startup& startup);

  [[nodiscard]] const InForce& in_force() const { return in_force_; }
  /// True once after the table was made: its counters have begun with it.
  [[nodiscard]] bool counters_are_fresh() { return std::exchange(made_table_, false); }

  /// The config files into force. What fails leaves everything as it was.
  [[nodiscard]] Attempt reload(const std::string& who);
  /// `text` into force as the main config file, then into that file.
  [[nodiscard]] Attempt apply(const std::string& text, const std::string& who);
  /// The newest revision of the state dir that can be put in force.
  [[nodiscard]] Attempt restore();
  /// Everything denied; where even that cannot be written, nothing is forwarded.
  [[nodiscard]] Result<> close();

  /// Which live connections `text` would end as the main config file; changes nothing. Fails for a
  /// config that could not be applied.
  [[nodiscard]] Result<Preview> preview(const std::string& text) const;

  /// Permits that have begun or ended since the last commit come into or go out of force; ids of
  /// those.
  struct Turned {
    std::vector<std::string> begun;
    std::vector<std::string> ended;
  };
  [[nodiscard]] Result<Turned> refresh();
  /// The next instant at which `refresh` has something to do.
  [[nodiscard]] std::optional<policy::Instant> next_turn() const;

  /// What differs between the kernel and what is in force; empty when nothing does.
  [[nodiscard]] Result<std::vector<std::string>> compare();
  /// Looks whether somebody else has changed the ruleset and puts our table right again; what had
  /// been changed in it.
  [[nodiscard]] Result<std::vector<std::string>> repair();

  [[nodiscard]] Result<std::vector<Counters::Count>> read_drops();
  /// Packets and bytes per permit id since its number was allotted.
  [[nodiscard]] Result<std::map<std::string, ruleset::Usage>> read_usage();

  /// The settings of the network stack that were set, last state of each.
  [[nodiscard]] const std::vector<kernel::Applied>& settings() const { return settings_; }
  /// Nobody else can change the table.
  [[nodiscard]] bool owned() const { return owned_; }
  [[nodiscard]] Result<std::uint32_t> generation() { return nftables_.generation(); }

 private:
  Enforcer(Startup startup, kernel::Nftables nftables)
      : startup_{std::move(startup)}, nftables_{std::move(nftables)} {}

  /// Whether what is put in force becomes a new revision.
  enum class Revise : std::uint8_t { Never, IfChanged, Always };

  [[nodiscard]] Attempt failure(std::string why) const;
  [[nodiscard]] Attempt put(std::vector<policy::Source> sources, const std::string& who,
                            Revise revise);
  [[nodiscard]] Result<> put_in_force(InForce& next, const std::string& who, Revise revise);
  [[nodiscard]] Result<> number_revision(InForce& next, const std::string& who, Revise revise);
  /// Before the first commit: without a table nothing is forwarded.
  [[nodiscard]] Result<> prepare(const std::string& table);
  /// After a commit: the stack's settings, forwarding last.
  void open_the_way(const policy::Policy& policy);
  [[nodiscard]] Result<> commit(const ruleset::Table& next);
  [[nodiscard]] Result<> commit_once(const ruleset::Table& next, bool& again);
  [[nodiscard]] Result<std::vector<std::string>> compare_with(const ruleset::Table& expected);

  Startup startup_;
  kernel::Nftables nftables_;
  InForce in_force_;
  compile::Numbers numbers_;
  bool prepared_ = false;
  bool made_table_ = false;
  bool owned_ = false;
  std::uint32_t generation_ = 0;  ///< after our last commit
  std::vector<kernel::Applied> settings_;
};

}  // namespace sekisho::daemon
