// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The durable home of all records: JSON lines in segments, numbered and chained, each written
/// before it is sent on. It is the spool of the journal and the memory of what has been accounted
/// for. One writer at a time.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "journal/record.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::journal {

/// What the writer wants to know again after a crash. `sums` is the caller's; it is saved with the
/// records that it covers.
struct Checkpoint {
  std::uint64_t seq = 0;        ///< of the last entry
  std::string chain;            ///< of the last entry
  std::uint64_t delivered = 0;  ///< last entry that the journal has taken
  bool clean = false;           ///< closed by `close`
  std::map<std::string, std::uint64_t> sums;

  bool operator==(const Checkpoint&) const = default;
};

class Store {
 public:
  struct Limits {
    std::uint64_t segment = 16ULL << 20U;  ///< bytes; a longer segment is followed by a new one
    std::size_t segments =
        64;  ///< beyond so many the oldest go when delivered, beyond twice as many in any case
  };

  /// The directory exists and is writable. Reads the checkpoint, then what was written behind it:
  /// `replayed` is called with each such entry, so that sums can be brought up to date. A torn last
  /// line is cut off; a break of the chain is an error. Fails when another writer holds the store.
  [[nodiscard]] static Result<Store> open(std::string directory, Limits limits,
                                          const std::function<void(const Entry&)>& replayed);
  [[nodiscard]] static Result<Store> open(std::string directory) {
    return open(std::move(directory), Limits{}, {});
  }

  [[nodiscard]] const Checkpoint& checkpoint() const noexcept { return checkpoint_; }
  /// True when the last writer did not close the store.
  [[nodiscard]] bool was_torn() const noexcept { return torn_; }

  /// Numbers, chains and writes the records, and syncs once. Returns what was written. After a
  /// failure (disk full) nothing of the call counts as written and it may be repeated. Room for the
  /// next few is taken beforehand, so that a disk that is full all at once takes what says so.
  [[nodiscard]] Result<std::vector<Entry>> append(const std::vector<Record>& records,
                                                  std::uint64_t time);
  /// Entries behind `delivered`, oldest first, at most `most`.
  [[nodiscard]] Result<std::vector<Entry>> undelivered(std::size_t most) const;
  void delivered(std::uint64_t seq) { checkpoint_.delivered = seq; }
  /// Saves the checkpoint with these sums.
  [[nodiscard]] Result<> save(std::map<std::string, std::uint64_t> sums);
  /// Saves it as cleanly closed.
  [[nodiscard]] Result<> close();

 private:
  Store() = default;
  Result<> replay(const std::function<void(const Entry&)>& replayed);
  Result<> take_up(const Entry& entry, const std::function<void(const Entry&)>& replayed);
  Result<> reopen(const std::string& path, std::size_t whole);
  Result<> begin_segment();
  void keep_room();
  Result<> drop_old_segments();

  std::string directory_;
  Limits limits_;
  Checkpoint checkpoint_;
  bool torn_ = false;
  UniqueFd lock_;
  UniqueFd segment_;
  std::uint64_t segment_size_ = 0;
  std::uint64_t segment_room_ = 0;  ///< up to where the disk has promised room
};

/// Calls `each` with the entries of the store that lie behind `after`, oldest first, until it
/// returns false. Reads only, also beside a writer; an incomplete last line is passed over.
[[nodiscard]] Result<> read_entries(const std::string& directory, std::uint64_t after,
                                    const std::function<bool(const Entry&)>& each);
/// The newest entries that `wanted` takes, at most `most`, oldest first. Looks at the ends of the
/// newest two segments alone, so that it takes no longer the more records there are.
[[nodiscard]] Result<std::vector<Entry>> newest_entries(
    const std::string& directory, std::size_t most,
    const std::function<bool(const Entry&)>& wanted);

}  // namespace sekisho::journal
