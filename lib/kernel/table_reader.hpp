// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A Table out of the kernel's answers. It knows no socket; any bytes may be given to it. What a Table cannot say (a
/// chain of another type, a table that sleeps, a rule by somebody else) appears as a Foreign rule, so that it differs
/// from everything compiled.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "kernel/sets.hpp"
#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace sekisho::kernel {

/// What the kernel says of a table itself.
struct TableInfo {
  bool present = false;
  std::uint32_t flags = 0;         ///< NFT_TABLE_F_…
  std::uint32_t owner_portid = 0;  ///< netlink port of the owning socket; 0 without a living owner
};
/// Of a NEWTABLE message (payload with its nfgenmsg).
[[nodiscard]] TableInfo decode_table(ByteView payload);

class TableReader {
 public:
  TableReader(ruleset::TableId table, const TableInfo& info, ruleset::Instant now);

  /// Each takes the payload (with its nfgenmsg) of one NEWSET, NEWSETELEM, NEWCHAIN or NEWRULE message; messages of other
  /// tables and families are passed over. Fails for one that does not say what it belongs to. Sets come before their
  /// elements, chains before their rules.
  [[nodiscard]] Result<void> add_set(ByteView payload);
  [[nodiscard]] Result<void> add_elements(ByteView payload);
  [[nodiscard]] Result<void> add_chain(ByteView payload);
  [[nodiscard]] Result<void> add_rule(ByteView payload);

  /// Names of the sets so far.
  [[nodiscard]] std::vector<std::string> sets() const;
  [[nodiscard]] ruleset::Table take() &&;

 private:
  [[nodiscard]] bool concerns(ByteView payload, std::uint16_t table_attribute) const;

  ruleset::TableId id_;
  TableInfo info_;
  ruleset::Instant now_;
  std::map<std::string, ElementReader, std::less<>> sets_;
  std::map<std::string, ruleset::Chain, std::less<>> chains_;
};

}  // namespace sekisho::kernel
