// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The promise that every drop is in a record: what was dropped in a window, as records, and what
/// the kernel counted beyond them, as sums. Pure: no clock, no file, no kernel.

#include "journal/record.hpp"
#include "messages.hpp"
#include "nflog/fold.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::daemon {

/// A record for each of the sensor's findings, at most `most` and at most `names.max_records` of
/// them; what is beyond is counted in the last.
[[nodiscard]] std::vector<journal::Record> leaks(const Names& names,
                                                 const std::vector<nflog::Fold>& folds,
                                                 std::size_t most);

class Accounts {
 public:
  using Sums = std::map<std::string, std::uint64_t>;

  /// `sums`: what the records of this table already stand for, as `sums()` gave it.
  explicit Accounts(Sums sums) : sums_{std::move(sums)} {}

  /// Adds an entry that was written behind the saved sums.
  void replay(const journal::Record& record);
  /// Gives up a record that could not be kept: what it stood for comes into the next summary.
  void take_back(const journal::Record& record);

  /// The records of one window: a violation for each fold but chatter, at most `names.max_records`;
  /// then for each pair of zones and reason one summary of what `counters` have beyond all records
  /// so far. The sums cover the records returned.
  [[nodiscard]] std::vector<journal::Record> close(const Names& names,
                                                   const std::vector<nflog::Fold>& folds,
                                                   const Counters& counters);

  [[nodiscard]] const Sums& sums() const noexcept { return sums_; }

 private:
  struct Standing;
  [[nodiscard]] static std::optional<Standing> standing_of(const journal::Record& record);

  Sums sums_;
};

}  // namespace sekisho::daemon
