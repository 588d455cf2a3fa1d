// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A Batch as the one datagram that the kernel commits as a whole, with the memory of which message was what. It knows
/// no socket.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "kernel/sets.hpp"
#include "ruleset/batch.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sekisho::kernel {

class Transaction {
 public:
  struct Options {
    std::uint32_t first_sequence = 1;
    std::optional<std::uint32_t> generation;  ///< the kernel refuses the batch when its own is another
  };
  /// What is done to one table.
  struct Part {
    const ruleset::Batch* batch = nullptr;
    std::uint32_t table_flags = 0;  ///< of AddTable
  };

  /// The batches must outlive the transaction. Fails, naming the operation, for what cannot be
  /// written.
  [[nodiscard]] static Result<Transaction> make(std::span<const Part> parts, ruleset::Instant now,
                                                const Options& options);

  /// With its end message the kernel commits; without it the kernel checks everything and forgets it.
  [[nodiscard]] ByteView committing() const { return ByteView{buffer_}.first(used_); }
  [[nodiscard]] ByteView dry() const { return ByteView{buffer_}.first(end_); }
  /// Messages written, all with consecutive numbers from the first.
  [[nodiscard]] std::size_t messages() const { return steps_.size(); }
  [[nodiscard]] bool wrote(std::uint32_t sequence) const {
    return sequence - options_.first_sequence < steps_.size();
  }

  /// What the message with that number was to do: "add rule 2 of chain 'x' (meta mark …)". `offset` is where in the
  /// message the kernel found fault (NLMSGERR_ATTR_OFFS, 0 when unknown) and picks the element.
  [[nodiscard]] std::string describe(std::uint32_t sequence, std::uint32_t offset) const;

 private:
  struct Step {
    std::size_t position = 0;                        ///< of the message in the buffer
    const ruleset::Operation* operation = nullptr;   ///< none for begin and end
    std::size_t number = 0;                          ///< of the rule in its chain, from 1
  };
  enum class Act : std::uint8_t { Add, Delete };

  Transaction(ruleset::Instant now, const Options& options) : now_{now}, options_{options} {}

  [[nodiscard]] const ruleset::TableId& table() const { return part_.batch->table; }

  void begin();
  void end();
  Result<void> write(const Part& part);
  Result<void> write(const ruleset::Operation& operation);
  Result<void> write(const ruleset::AddTable& add);
  Result<void> write(const ruleset::AddChain& add);
  Result<void> write(const ruleset::DeleteChain& erase);
  Result<void> write(const ruleset::FlushChain& flush);
  Result<void> write(const ruleset::AddRule& add);
  Result<void> write(const ruleset::AddSet& add);
  Result<void> write(const ruleset::DeleteSet& erase);
  Result<void> write(const ruleset::AddElements& add);
  Result<void> write(const ruleset::DeleteElements& erase);
  /// In as many messages as it takes.
  Result<void> write_elements(Act act, const ruleset::SetShape& shape,
                              const ruleset::Elements& elements, const Extent& extent);

  /// Where the next message goes, with room for the largest there can be.
  char* room();
  nlmsghdr& start(std::uint16_t type, std::uint16_t flags);
  void finish(const nlmsghdr& message);

  std::string describe_element(const Step& step, const ruleset::SetShape& shape, std::uint32_t offset) const;

  Part part_;  ///< being written
  ruleset::Instant now_;
  Options options_;
  std::vector<std::uint8_t> buffer_;
  std::size_t used_ = 0;
  std::size_t end_ = 0;
  std::vector<Step> steps_;
  const ruleset::Operation* current_ = nullptr;
  std::size_t rule_number_ = 0;
  std::map<std::string, std::size_t> rule_numbers_;
  std::uint32_t sets_ = 0;
};

}  // namespace sekisho::kernel
