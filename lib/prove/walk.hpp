// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Sets of packets through the chains of a table, as nft_do_chain (net/netfilter/nf_tables_core.c)
/// takes one packet. Whoever listens is told of every acceptance and of every mark that a
/// connection gets; what happens to packets that are dropped is of no interest. Knows no policy.

#include "prove/sets.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sekisho::prove {

class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  virtual void accepted(const Space& space) = 0;
  virtual void marked(const Space& space, std::uint32_t mark) = 0;
  /// By whichever element is hit.
  virtual void marked(const Space& space, const Lookup& lookup) = 0;
  /// A rule that is not understood may do anything with these packets.
  virtual void not_understood(const Space& space, const std::string& why) = 0;
  /// Nothing more is to be told.
  [[nodiscard]] virtual bool satisfied() const = 0;
};

class Walk {
 public:
  Walk(const ruleset::Table& table, Sets& sets, Pool& pool, Listener& listener)
      : table_{table}, sets_{sets}, pool_{pool}, listener_{listener} {}

  /// Through a base chain. What falls out at its end meets its policy.
  void base(const ruleset::Chain& chain, std::vector<Space> spaces);

 private:
  using Spaces = std::vector<Space>;
  /// What a statement makes of a space.
  struct Split {
    Spaces yes;
    Spaces no;
  };
  /// What leaves a rule for elsewhere.
  struct Exits {
    std::map<std::string, Spaces> jumps;
    std::map<std::string, Spaces> gotos;
    Spaces returns;
  };

  /// What comes back from it to whoever jumped there.
  Spaces chain(const std::string& name, Spaces spaces);
  Spaces rules(const ruleset::Chain& chain, Spaces spaces);
  /// What goes on with the next rule.
  Spaces rule(const ruleset::Rule& rule, const Space& space, Exits& exits);
  void leave(const ruleset::Verdict& verdict, Space space, Exits& exits);

  Split step(const ruleset::Compare& statement, const Space& space);
  Split step(const ruleset::HasBits& statement, const Space& space);
  Split step(const ruleset::InSet& statement, const Space& space);
  Split step(const ruleset::SetMark& statement, const Space& space);
  Split step(const ruleset::ChangeMark& statement, const Space& space);
  Split step(const ruleset::MapMark& statement, const Space& space);
  Split step(const ruleset::MapVerdict& statement, const Space& space, Exits& exits);
  Split not_understood(const Space& space, const std::string& why);

  Split divided(const Space& space, Field field, const Values* yes, const Values* no);
  Split by_values(const Space& space, Field field, bool negated, const Values* values,
                  bool uncertain);
  Split in_concatenation(const ruleset::InSet& statement, const Lookup& lookup, const Space& space);
  Split meta_mark_from(const Lookup& lookup, const Space& space);
  void write(Space& space, ruleset::Mark mark, const Values* values);

  /// Nothing but a drop can come of entering it.
  bool is_barren(const std::string& name);
  bool matters(const std::string& name, std::set<std::string>& seen);
  bool always_ends(const std::string& name);

  const ruleset::Table& table_;
  Sets& sets_;
  Pool& pool_;
  Listener& listener_;
  std::map<std::string, bool> barren_;
  std::size_t depth_ = 0;
  std::size_t work_ = 0;
};

}  // namespace sekisho::prove
