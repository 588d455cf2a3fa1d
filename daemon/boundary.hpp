// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Our tables in the kernel: put there by difference, read back, compared, put right again when
/// somebody else has changed them, and the settings of the network stack that belong to them. Holds
/// the netlink socket that owns the tables; knows no policy and no config.

#include "base/result.hpp"
#include "kernel/events.hpp"
#include "kernel/nftables.hpp"
#include "kernel/others.hpp"
#include "kernel/sysctl.hpp"
#include "ruleset/ruleset.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sekisho::daemon {

/// What is in the kernel together: the packets' table and the frames'.
struct Tables {
  ruleset::Table packets;
  ruleset::Table frames;
};

class Boundary {
 public:
  [[nodiscard]] static Result<Boundary> open();

  /// Whether there is a packets' table of that name.
  [[nodiscard]] Result<bool> is_there(const std::string& table);
  /// Whether such tables may be in the kernel.
  using Judge = std::function<Result<>(const Tables&)>;
  /// In one commit, of what differs from what is there, if what is there would then be what `judge`
  /// allows; then reads back what it has touched, or all where it was not known what was there;
  /// `repair` reads the rest. On failure the kernel holds what it held before, or what could not be
  /// compared, or a `mismatch`. Before the first time, where there is no such table, nothing is
  /// forwarded.
  [[nodiscard]] Result<> put(const Tables& tables, ruleset::Instant now, const Judge& judge);

  /// What the kernel holds of our tables, and how it differs from what was to be there.
  struct Found {
    std::optional<ruleset::Table> packets;
    std::optional<ruleset::Table> frames;
    std::vector<std::string> differences;
  };
  /// Set when the last `put` failed because the kernel held something else after its commit.
  [[nodiscard]] const std::optional<Found>& mismatch() const { return mismatch_; }
  [[nodiscard]] Result<Found> look(ruleset::Instant now);

  /// The stack's settings for these interfaces, forwarding last.
  void open_the_way(const std::vector<std::string>& interfaces);
  /// No forwarding at all.
  void shut_the_way();

  /// What somebody else had changed in our tables, or does to packets by other ones.
  struct Repaired {
    std::vector<std::string> differences;
    std::vector<kernel::Other> begun;
    std::vector<kernel::Other> ended;
    std::string authors;  ///< who has changed the ruleset meanwhile, as far as the kernel told
  };
  /// Looks whether somebody else has changed the ruleset, or anything is not as it was put, and puts our tables right
  /// again; other tables are looked at and left alone.
  [[nodiscard]] Result<Repaired> repair(ruleset::Instant now);
  /// What other rules do to packets, as it was seen last.
  [[nodiscard]] const std::vector<kernel::Other>& others() const { return others_; }
  /// The exchanges whose accepted legs have these marks are open for so long.
  [[nodiscard]] Result<> beat(const std::vector<std::uint32_t>& marks, std::chrono::seconds lasting,
                              ruleset::Instant now);
  /// What is in the kernel is read anew before the next change: the clock has been set, and the
  /// ends of elements with it.
  void forget() { generation_ = 0; }

  /// Of a set of the packets' or the frames' table; none where it has no such set.
  [[nodiscard]] Result<ruleset::Elements> read_elements(ruleset::TableFamily family,
                                                        const std::string& set,
                                                        ruleset::Instant now);
  [[nodiscard]] Result<std::uint32_t> generation() { return nftables_.generation(); }
  /// Nobody else can change the tables.
  [[nodiscard]] bool owned() const { return owned_; }
  /// True once after the tables were made: all counters have begun with them.
  [[nodiscard]] bool are_fresh() { return std::exchange(made_, false); }
  /// The machine was booted since anything was counted, whoever has made the tables since.
  void count_anew() { made_ = true; }
  /// True once after that table, or its set of drop counters, was made anew.
  [[nodiscard]] bool was_remade(ruleset::TableFamily family) { return remade_.erase(family) != 0; }
  /// The settings that were set, last state of each.
  [[nodiscard]] const std::vector<kernel::Applied>& settings() const { return settings_; }

 private:
  explicit Boundary(kernel::Nftables nftables) : nftables_{std::move(nftables)} {}

  [[nodiscard]] Result<> prepare(const std::string& table);
  void hear_authors();
  /// Whether that has changed since the last time, and how; looks only where something may have.
  [[nodiscard]] Result<> look_at_others(Repaired& repaired);
  [[nodiscard]] Result<> put_right(ruleset::Instant now);
  [[nodiscard]] Result<> put_once(const Tables& tables, ruleset::Instant now, const Judge& judge,
                                  bool& again);
  [[nodiscard]] Result<Found> find(const Tables& tables, ruleset::Instant now);
  /// Makes an orphan ours.
  [[nodiscard]] Result<> take_over(const ruleset::Table& table, ruleset::Instant now);
  /// What turns what is there into `table`, and what would be there then; `before`: what is known
  /// to be there.
  struct Step {
    ruleset::Batch batch;
    ruleset::Table after;
  };
  [[nodiscard]] Result<Step> step_to(const ruleset::Table& table, const ruleset::Table* before,
                                     ruleset::Instant now);

  kernel::Nftables nftables_;
  std::optional<Tables> tables_;  ///< what was put last
  Judge judge_;                   ///< of that
  std::optional<Found> mismatch_;
  bool prepared_ = false;
  bool made_ = false;
  std::set<ruleset::TableFamily> remade_;
  bool owned_ = false;
  std::uint32_t generation_ = 0;  ///< after our last commit
  bool unread_ = false;           ///< not all of it has been read back since
  /// Closed while we write: every element would be told.
  std::optional<kernel::GenerationEvents> events_;
  std::set<std::string> authors_;
  std::vector<kernel::Other> others_;
  std::vector<kernel::Other> legacy_;  ///< those of iptables, which have no generation
  std::uint32_t looked_ = 0;           ///< the generation in which others were looked at last
  std::vector<kernel::Applied> settings_;
};

}  // namespace sekisho::daemon
