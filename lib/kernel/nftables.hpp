// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The kernel's nf_tables as a place where tables are kept: batches go in, the table comes back as the value that went
/// in. It knows no policy and decides nothing; times come from the caller. The kernel ends elements at their instant by
/// the machine's clock, or a moment (a quarter of a second) before.

#include "base/result.hpp"
#include "kernel/socket.hpp"
#include "kernel/table_reader.hpp"
#include "ruleset/batch.hpp"
#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tl/expected.hpp>

namespace sekisho::kernel {

class Transaction;

struct CommitError {
  enum class Kind : std::uint8_t {
    StaleGeneration,  ///< somebody has changed the ruleset since the generation given; nothing was written
    Refused,          ///< the kernel or the writer refused an operation; nothing was written
    System,           ///< the batch may not have reached the kernel, or its answer was lost
  };
  Kind kind{};
  std::string text;  ///< names the first operation that failed: "cannot add rule 2 of chain 'x' (…): No such file …"
};

class Nftables {
 public:
  struct Options {
    bool own = false;  ///< tables are to be owned by this socket and to outlive it
  };

  /// A socket of the calling thread's network namespace. Asks the kernel, by a dry run, whether tables can be owned and
  /// persist (6.9 and later); where they cannot, tables are plain and `owned()` says so.
  [[nodiscard]] static Result<Nftables> open(Options options);
  [[nodiscard]] static Result<Nftables> open() { return open(Options{}); }
  /// Continues on a socket that was kept for us, with the tables that it owns.
  [[nodiscard]] static Result<Nftables> adopt(UniqueFd fd, Options options);

  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }
  /// The owner that tables of this socket show.
  [[nodiscard]] std::uint32_t port() const noexcept { return socket_.port(); }
  /// Whether AddTable makes owned tables (and adopts orphans of that kind).
  [[nodiscard]] bool owned() const noexcept { return own_; }

  /// Grows with every commit by anyone in this namespace.
  [[nodiscard]] Result<std::uint32_t> generation();
  [[nodiscard]] Result<TableInfo> info(const ruleset::TableId& table);

  /// All of the batches in one transaction or nothing. With `generation`, only if that is still the
  /// kernel's.
  [[nodiscard]] tl::expected<void, CommitError> commit(std::span<const ruleset::Batch> batches,
                                                       ruleset::Instant now,
                                                       std::optional<std::uint32_t> generation = {});
  [[nodiscard]] tl::expected<void, CommitError> commit(const ruleset::Batch& batch,
                                                       ruleset::Instant now,
                                                       std::optional<std::uint32_t> generation = {}) {
    return commit(std::span{&batch, 1}, now, generation);
  }
  /// The kernel checks the batch and forgets it.
  [[nodiscard]] tl::expected<void, CommitError> dry_run(const ruleset::Batch& batch, ruleset::Instant now,
                                                        std::optional<std::uint32_t> generation = {});

  /// The whole table at one generation; nothing when there is none. Repeats itself a few times when it is disturbed.
  [[nodiscard]] Result<std::optional<ruleset::Table>> read_back(const ruleset::TableId& table,
                                                                ruleset::Instant now) {
    return read_back(table, now, nullptr);
  }
  /// The same, but only sets named in `wanted` (all where it is null) come with their elements.
  [[nodiscard]] Result<std::optional<ruleset::Table>> read_back(const ruleset::TableId& table,
                                                                ruleset::Instant now,
                                                                const std::set<std::string>* wanted);
  /// The elements of one set with what they have counted, sorted. Fails when there is no such set.
  [[nodiscard]] Result<ruleset::Elements> read_elements(const ruleset::TableId& table, const ruleset::SetShape& shape,
                                                        ruleset::Instant now);

 private:
  struct Answers;
  explicit Nftables(Socket socket) : socket_{std::move(socket)} {}

  /// errno of one dump of `type`, of a table or one of its sets; messages go to `each`.
  [[nodiscard]] tl::expected<void, int> dump(std::uint16_t type, const ruleset::TableId& table, const std::string& set,
                                             const std::function<void(ByteView)>& each);
  [[nodiscard]] tl::expected<TableInfo, int> ask_info(const ruleset::TableId& table);
  [[nodiscard]] tl::expected<std::uint32_t, int> ask_generation();
  [[nodiscard]] tl::expected<ruleset::Table, int> read_once(const ruleset::TableId& table, const TableInfo& info,
                                                            ruleset::Instant now,
                                                            const std::set<std::string>* wanted,
                                                            Result<void>& parsed);
  [[nodiscard]] Result<bool> probe_ownership();
  [[nodiscard]] std::uint32_t flags_for(const ruleset::Batch& batch);
  [[nodiscard]] tl::expected<void, CommitError> run(std::span<const ruleset::Batch> batches, ruleset::Instant now,
                                                    std::optional<std::uint32_t> generation, bool dry);
  [[nodiscard]] Answers drain(const Transaction& transaction);
  [[nodiscard]] tl::expected<void, CommitError> judge(const Answers& answers, const Transaction& transaction,
                                                      std::span<const ruleset::Batch> batches);

  Socket socket_;
  bool own_ = false;
};

}  // namespace sekisho::kernel
