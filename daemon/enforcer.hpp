// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The control sentence: read, parse, check, compile, difference, commit, read back, compare; and
/// what it leaves in the state dir. Holds what is in force; knows no process, no record and no
/// client.

#include "base/result.hpp"
#include "boundary.hpp"
#include "clock.hpp"
#include "compile/compile.hpp"
#include "kernel/meddling.hpp"
#include "messages.hpp"
#include "options.hpp"
#include "policy/parse.hpp"
#include "policy/reminders.hpp"
#include "policy/standing.hpp"
#include "preview.hpp"
#include "prove/prove.hpp"
#include "state/state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sekisho::daemon {

/// What is in force. Revision 0: nothing but denial.
struct InForce {
  std::uint64_t revision = 0;
  std::string sha256;
  std::vector<policy::Source> sources;
  std::shared_ptr<const policy::Policy> policy;
  policy::Standing standing;
  policy::Situation situation;
  compile::Compiled compiled;
};

/// What came of an attempt to put something in force.
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

/// Who wants a change, in which words it is kept, and what it may break.
struct Wish {
  std::string who;
  std::string what;                           ///< "apply", "lockdown 'lgwan'", …
  std::vector<std::string> break_must_flows;  ///< ids
};

class Enforcer {
 public:
  [[nodiscard]] static Result<Enforcer> open(const Startup& startup);

  [[nodiscard]] const InForce& in_force() const { return in_force_; }
  [[nodiscard]] Boundary& boundary() { return boundary_; }
  [[nodiscard]] const Boundary& boundary() const { return boundary_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  /// Whether a relay answers, for whoever asks what becomes of a packet.
  void set_relay(bool answers) { relay_ = in_force_.situation.relay = answers; }

  /// The config files into force. What fails leaves everything as it was.
  [[nodiscard]] Attempt reload(const Wish& wish);
  /// `text` into force as the main config file, then into that file; on trial not into the file.
  [[nodiscard]] Attempt apply(const std::string& text, const Wish& wish, bool on_trial);
  /// What is on trial is for good: into the config file.
  [[nodiscard]] Attempt confirm(const Wish& wish);
  /// Whether something is on trial.
  [[nodiscard]] bool on_trial() const { return trial_.has_value(); }
  /// The text of an earlier revision, 0 for the last other one, into force and into the config
  /// files. Ends a trial.
  [[nodiscard]] Attempt roll_back(std::uint64_t revision, const Wish& wish);
  /// What was in force before the trial is in force again.
  [[nodiscard]] Attempt end_trial(const Wish& wish);
  /// The newest revision of the state dir that can be put in force.
  [[nodiscard]] Attempt restore();
  /// Everything denied; where even that cannot be written, nothing is forwarded.
  [[nodiscard]] Result<> close();

  /// Which live connections `text` would end as the main config file; changes nothing. Fails for a
  /// config that could not be applied.
  [[nodiscard]] Result<Preview> preview(const std::string& text);
  /// What operators have decided, into force as a new revision and into the state dir.
  [[nodiscard]] Attempt decide(policy::Standing standing, const Wish& wish);
  /// The same where it changes nothing in force, such as a request.
  [[nodiscard]] Result<> note(policy::Standing standing);

  /// Every change of what is in force that is kept, in order; damaged ones are left out.
  [[nodiscard]] Result<std::vector<state::Change>> history() const;

  /// Permits that have begun or ended since the last commit come into or go out of force; ids of
  /// those.
  struct Turned {
    std::vector<std::string> begun;
    std::vector<std::string> ended;
  };
  [[nodiscard]] Result<Turned> refresh();
  /// The next instant at which `refresh` has something to do.
  [[nodiscard]] std::optional<policy::Instant> next_turn() const;
  /// Interfaces that somebody has led past the rules, or leads no more: closed, or open again, when
  /// this returns.
  struct LookedAround {
    std::vector<kernel::Meddling> begun;
    std::vector<kernel::Meddling> ended;
  };
  [[nodiscard]] Result<LookedAround> look_around();
  /// What is known of that now.
  [[nodiscard]] const std::vector<kernel::Meddling>& meddled() const { return meddled_; }

  /// Looks whether somebody else has changed the ruleset and puts our tables right again.
  [[nodiscard]] Result<Boundary::Repaired> repair();
  /// What the kernel holds, held against what is in force: how it differs, and whether it lets pass
  /// what nothing permits.
  struct Verified {
    std::vector<std::string> differences;
    std::optional<prove::Counterexample> counterexample;
  };
  [[nodiscard]] Result<Verified> verify();
  /// Zones that are locked down because the kernel held something else than was written; until a
  /// config is put in force again.
  [[nodiscard]] const std::set<std::string>& distrusted() const { return distrusted_; }

  /// What has come near or is overdue since this was asked last, in this life or the one before.
  [[nodiscard]] std::vector<policy::Reminder> remind();
  /// The latest time that was seen, into the state dir.
  [[nodiscard]] Result<> save_time();

  /// What a window closes with. Says once what has become of counters since.
  [[nodiscard]] Result<Counters> read_counters();
  [[nodiscard]] Result<std::vector<Counters::Count>> read_drops();
  /// Packets and bytes per permit id since its number was allotted.
  [[nodiscard]] Result<std::map<std::string, ruleset::Usage>> read_usage();

 private:
  Enforcer(Startup startup, Boundary boundary, Clock clock)
      : startup_{std::move(startup)}, boundary_{std::move(boundary)}, clock_{clock} {}

  /// Whether what is put in force becomes a new revision.
  enum class Revise : std::uint8_t { Never, IfChanged, Always, OnTrial };

  /// What each table has counted.
  using Drops = std::map<ruleset::TableFamily, std::vector<Counters::Count>>;

  [[nodiscard]] Attempt failure(std::string why) const;
  [[nodiscard]] Attempt put(std::vector<policy::Source> sources, const Wish& wish, Revise revise);
  [[nodiscard]] InForce with(InForce next, policy::Standing standing);
  [[nodiscard]] Result<Drops> read_tables();
  /// Into the kernel, if it is proved. What the kernel then holds otherwise is contained.
  [[nodiscard]] Result<> write(const InForce& next);
  [[nodiscard]] Result<> contain(const InForce& wanted, Error why);
  [[nodiscard]] Result<> check_must_flows(const InForce& next, const Wish& wish) const;
  [[nodiscard]] Result<> put_in_force(InForce& next, const Wish& wish, Revise revise);
  [[nodiscard]] Result<> number_revision(InForce& next, const Wish& wish, Revise revise);
  [[nodiscard]] Result<std::uint64_t> last_other_text() const;

  Startup startup_;
  Boundary boundary_;
  Clock clock_;
  InForce in_force_;
  compile::Numbers numbers_;
  std::vector<kernel::Meddling> meddled_;
  std::set<std::string> distrusted_;  ///< names of zones
  std::shared_ptr<prove::Prover> prover_ = std::make_shared<prove::Prover>();
  policy::Instant reminded_;
  Drops counted_;  ///< as windows closed
  std::string boot_;
  bool relay_ = false;
  std::optional<std::vector<policy::Source>> trial_;  ///< what was in force before it
};

}  // namespace sekisho::daemon
